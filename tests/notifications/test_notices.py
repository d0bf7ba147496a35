"""Who is told of what: assignment, mention, comment, status, SLA; never the actor, never who may not see it, each entry once (COM-08)."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import Membership, Team, User
from incidents import actions as incidents
from incidents.models import Incident
from journal import actions as journal
from journal.models import Entry
from notifications.models import Message, Notice
from services.models import Service
from tests.notifications.conftest import deliver, told
from tickets import events, mentions
from tickets.actions import conversation, editing, lifecycle, notifying
from tickets.models import Category, ResolutionCode, Ticket, Watch


def test_the_assignee_is_told_and_the_actor_is_not(incident: Incident, agent: User, resolver: User) -> None:
    editing.assign(incident, actor=agent, assignee=resolver)
    deliver()
    notice = Notice.objects.get(user=resolver, topic="assigned")
    assert (notice.topic, notice.why, notice.text) == ("assigned", "You are the assignee", "Hanna Agent assigned it to you")
    assert (notice.title, notice.url) == (f"{incident.key} Gateway returns 502", incident.get_absolute_url())
    assert User.objects.get(pk=resolver.pk).unread_count == 1
    assert not Notice.objects.filter(user=agent, topic="assigned").exists()
    assert Message.objects.get(recipient=resolver).subject == f"[{incident.key}] Gateway returns 502"


def test_who_takes_it_himself_is_not_told(incident: Incident, resolver: User) -> None:
    editing.assign(incident, actor=resolver, assignee=resolver)
    deliver()
    assert told(resolver) == []


def test_a_ticket_that_nobody_has_is_told_to_the_team(agent: User, lead: User, outsider: User, service: Service, team: Team) -> None:
    Membership.objects.create(team=team, user=outsider)
    incidents.create(actor=agent, summary="Nobody has it", service=service, urgency=3, team=team)
    deliver()
    assert told(lead) == [("team", "team")]
    assert told(agent) == []
    assert told(outsider) == []  # of the team, and yet without the right to see incidents


def test_one_entry_tells_a_person_once(incident: Incident, agent: User, resolver: User) -> None:
    editing.assign(incident, actor=agent, assignee=resolver)
    entry = Entry.objects.get(event=events.ASSIGNED)
    for _time in range(3):
        notifying.tell_people(entry)
    assert told(resolver) == [("assigned", "assignee")]
    assert (Message.objects.count(), User.objects.get(pk=resolver.pk).unread_count) == (1, 1)


@pytest.mark.parametrize("handle", ["@priya.lead", "@Priya.Lead", "@[Priya Lead]", "(@priya.lead)", "@priya.lead."])
def test_a_mention_tells_the_person_and_makes_a_watcher(assigned: Incident, agent: User, lead: User, handle: str) -> None:
    conversation.comment(assigned, actor=agent, body=f"What do you think, {handle}", is_internal=True)
    deliver()
    assert told(lead) == [("mentioned", "mentioned")]
    assert Watch.objects.filter(ticket_id=assigned.pk, user=lead).exists()


def test_what_is_no_mention() -> None:
    assert mentions.handles_in("mail me@example.com, `@code`, ```\n@block\n``` or a@b") == set()
    assert mentions.handles_in("@ann, @[Bo  Berg] and @ann") == {"ann", "bo.berg"}


def test_a_mention_in_a_note_reaches_only_who_may_read_it(
    assigned: Incident, agent: User, requester: User, other_requester: User, outsider: User
) -> None:
    names = "@jonas.requester @matteo.requester @otto.outsider"
    conversation.comment(assigned, actor=agent, body=f"Between us {names}", is_internal=True)
    deliver()
    assert (told(requester), told(other_requester), told(outsider)) == ([], [], [])
    assert not Watch.objects.exists()
    conversation.comment(assigned, actor=agent, body=f"For all {names}", is_internal=False)
    deliver()
    assert told(requester) == [("mentioned", "mentioned")]
    assert (told(other_requester), told(outsider)) == ([], [])


def test_comments_are_told_to_assignee_watchers_and_reporter(
    assigned: Incident, agent: User, resolver: User, lead: User, requester: User, everybody: list[User]
) -> None:
    conversation.watch(Ticket.objects.get(pk=assigned.pk), actor=lead)
    conversation.comment(assigned, actor=agent, body="The cause is a certificate", is_internal=True)
    deliver()
    assert told(resolver) == [("commented", "assignee")]
    assert told(lead) == [("commented", "watcher")]
    assert told(requester) == []
    conversation.comment(assigned, actor=agent, body="We are on it", is_internal=False)
    deliver()
    assert told(requester) == [("commented", "reporter")]
    assert Notice.objects.filter(user__in=[agent, *everybody]).count() == 0


def test_a_status_is_told_to_whom_it_concerns(assigned: Incident, agent: User, resolver: User, requester: User) -> None:
    lifecycle.transition(assigned, "start", actor=agent)
    deliver()
    assert told(resolver) == [("status", "assignee")]
    notice = Notice.objects.get(user=requester)
    assert (notice.text, notice.url) == ("Hanna Agent moved it from New to In progress", "/my-requests/")


@pytest.mark.parametrize(("percent", "expected"), [(50, []), (75, [("sla", "assignee")]), (90, [("sla", "assignee")]), (100, [])])
def test_the_approach_of_a_breach_is_told_from_three_quarters_on(
    assigned: Incident, resolver: User, requester: User, percent: int, expected: list[tuple[str, str]]
) -> None:
    ticket = Ticket.objects.get(pk=assigned.pk)
    journal.record(events.SLA_THRESHOLD, ticket, metric="Resolution", slug="resolution", percent=percent)
    deliver()
    assert told(resolver) == expected
    assert told(requester) == []


def test_a_breach_is_told_to_assignee_and_watchers_of_the_desk(assigned: Incident, resolver: User, lead: User, requester: User) -> None:
    ticket = Ticket.objects.get(pk=assigned.pk)
    for user in (lead, requester):
        conversation.watch(ticket, actor=user)
    journal.record(events.SLA_BREACHED, ticket, metric="Resolution", slug="resolution", percent=100)
    deliver()
    assert (told(resolver), told(lead), told(requester)) == ([("breached", "assignee")], [("breached", "watcher")], [])
    assert Message.objects.filter(recipient=requester).count() == 0


def test_a_restricted_ticket_is_not_told_to_others_and_forgotten_by_them(
    incident: Incident, agent: User, everybody: list[User], other_team: Team, admin: User
) -> None:
    ada = everybody[0]
    ticket = Ticket.objects.get(pk=incident.pk)
    conversation.watch(ticket, actor=ada)
    conversation.comment(ticket, actor=agent, body="Before", is_internal=True)
    deliver()
    assert User.objects.get(pk=ada.pk).unread_count == 1
    editing.assign(ticket, actor=admin, team=other_team)
    editing.edit(ticket, actor=admin, is_restricted=True)
    conversation.comment(ticket, actor=admin, body="Secret", is_internal=True)
    deliver()
    assert not Notice.objects.filter(user=ada).exists()
    assert User.objects.get(pk=ada.pk).unread_count == 0


def test_nobody_hears_twice_of_what_the_reporters_own_mail_says(
    assigned: Incident, agent: User, requester: User, fixed: ResolutionCode, category: Category
) -> None:
    conversation.comment(assigned, actor=agent, body="We are on it", is_internal=False)
    deliver()
    assert [row.idempotency_key.partition(":")[0] for row in Message.objects.filter(recipient=requester)] == ["ticket-reply"]
    lifecycle.resolve(assigned, actor=agent, resolution=fixed, category=category)
    deliver()
    mails = Message.objects.filter(recipient=requester).order_by("id")
    assert [row.idempotency_key.partition(":")[0] for row in mails] == ["ticket-reply", "ticket-resolved"]
    assert all("Why did I get this" in row.body and "/notifications/preferences/" in row.body for row in mails)
    assert told(requester) == [("commented", "reporter"), ("status", "reporter")]


def test_an_inactive_person_is_not_told(assigned: Incident, agent: User, resolver: User) -> None:
    User.objects.filter(pk=resolver.pk).update(is_active=False)
    conversation.comment(assigned, actor=agent, body="Hello", is_internal=True)
    deliver()
    assert told(resolver) == []


def test_a_customers_answer_on_what_nobody_has_reaches_the_team(
    person: Callable[..., User], incident: Incident, requester: User, lead: User, team: Team
) -> None:
    ticket = Ticket.objects.get(pk=incident.pk)
    assert (ticket.team, ticket.assignee) == (team, None)
    deliver()
    Notice.objects.update(read_at=timezone.now())
    conversation.comment(ticket, actor=requester, body="Any news?", is_internal=False)
    deliver()
    assert told(lead)[-1] == ("commented", "team")
