"""Incidents call people: by the policy of their service, the rules of their team, or by hand; who is asked comes or not (ALR-13)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from common import clock, errors
from incidents import actions as incidents
from incidents.models import Incident
from journal.models import Entry
from notifications.models import ContactMethod, Message, Page
from oncall import subjects
from oncall.actions import escalations
from oncall.models import Escalation, EscalationPolicy, EscalationStep, RoutingRule, Schedule
from services import actions as estate
from services.models import Service, Tier
from tests.notifications.conftest import deliver
from tickets.actions import editing, lifecycle, paging, prioritising
from tickets.models import Responder, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy(team: Team, agent: User, resolver: User) -> EscalationPolicy:
    """The agent at once, the resolver after five minutes."""
    made = EscalationPolicy.objects.create(slug="first", name="First line", team=team)
    for delay, user in ((0, agent), (5, resolver)):
        ContactMethod.objects.create(user=user, channel="email", name="Mail", address=f"pager-{user.pk}@example.com", verified_at=clock.now())
        EscalationStep.objects.create(policy=made, delay_minutes=delay, target=EscalationStep.USER, user=user)
    return made


def logged(agent: User, service: Service | None, **columns: Any) -> Ticket:
    """An incident that a person logged, after everybody heard of it."""
    made = incidents.create(actor=agent, summary="Gateway returns 502", service=service, urgency=1, **columns)
    deliver()
    return Ticket.objects.get(pk=made.pk)


def paged() -> list[str]:
    return [row.user.name for row in Page.objects.select_related("user").order_by("pk")]


def events_of(ticket: Ticket) -> list[str]:
    return list(Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("pk").values_list("event", flat=True))


def test_an_incident_calls_by_the_policy_of_its_service(agent: User, service: Service, policy: EscalationPolicy) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    ticket = logged(agent, service)
    escalations.sweep()
    page = Page.objects.get()
    assert (page.user, page.subject_type, page.subject_id) == (agent, "ticket", ticket.pk)
    assert page.title == f"P{ticket.priority} {ticket.key} Gateway returns 502" and page.urgency == "important"
    deliver()
    assert Escalation.objects.count() == 1


@pytest.fixture
def shop(other_team: Team) -> Service:
    """Of another team."""
    return estate.create(actor=None, slug="shop", name="Web shop", tier=Tier.objects.get(pk=2), owner_team=other_team)


@pytest.fixture
def elsewhere(other_team: Team, lead: User) -> EscalationPolicy:
    """A policy of another team."""
    made = EscalationPolicy.objects.create(slug="second", name="Network", team=other_team)
    EscalationStep.objects.create(policy=made, target=EscalationStep.USER, user=lead)
    return made


def running() -> list[str]:
    return [run.snapshot["name"] for run in Escalation.objects.filter(state=Escalation.RUNNING).order_by("pk")]


def test_a_service_that_comes_later_calls_its_people(agent: User, service: Service, policy: EscalationPolicy) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    ticket = logged(agent, None)
    assert running() == []
    editing.edit(ticket, actor=agent, service=service)
    deliver()
    assert running() == ["First line"]
    editing.edit(ticket, actor=agent, summary="Gateway returns 503")
    deliver()
    assert Escalation.objects.count() == 1


def test_another_service_calls_its_own_people_instead(
    agent: User, service: Service, shop: Service, policy: EscalationPolicy, elsewhere: EscalationPolicy
) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    Service.objects.filter(pk=shop.pk).update(escalation_policy=elsewhere)
    ticket = logged(agent, service)
    escalations.sweep()
    editing.edit(ticket, actor=agent, service=shop)
    deliver()
    assert running() == ["Network"]
    assert not Page.objects.filter(user=agent, state=Page.OPEN).exists()


def test_who_was_called_by_hand_stays_called(
    agent: User, service: Service, shop: Service, team: Team, policy: EscalationPolicy, elsewhere: EscalationPolicy
) -> None:
    Service.objects.filter(pk=shop.pk).update(escalation_policy=elsewhere)
    ticket = logged(agent, service)
    paging.page_team(ticket, actor=agent, team=team)
    editing.edit(ticket, actor=agent, service=shop)
    deliver()
    assert running() == ["First line", "Network"]


def test_a_higher_priority_calls_whom_the_lower_one_let_sleep(agent: User, service: Service, team: Team, policy: EscalationPolicy) -> None:
    RoutingRule.objects.create(team=team, position=0, name="Urgent", priorities=[1, 2], policy=policy)
    ticket = logged(agent, service)
    prioritising.override(ticket, actor=agent, priority=4, reason="small")
    deliver()
    Escalation.objects.all().delete()
    prioritising.override(ticket, actor=agent, priority=1, reason="all are hit")
    deliver()
    assert (running(), Escalation.objects.get().facts["urgency"]) == (["First line"], "important")


@pytest.mark.parametrize("answer", ["acknowledged", "started"])
def test_what_somebody_has_calls_nobody_new(
    answer: str, agent: User, service: Service, shop: Service, policy: EscalationPolicy, elsewhere: EscalationPolicy
) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    Service.objects.filter(pk=shop.pk).update(escalation_policy=elsewhere)
    ticket = logged(agent, service)
    if answer == "acknowledged":
        paging.acknowledge(ticket, actor=agent)
    else:
        lifecycle.transition(ticket, "start", actor=agent)
    editing.edit(ticket, actor=agent, service=shop)
    deliver()
    assert "Network" not in running()


def test_without_a_policy_the_first_rule_of_the_team_decides(agent: User, service: Service, team: Team, policy: EscalationPolicy) -> None:
    RoutingRule.objects.create(team=team, position=0, name="Coffee", words=["coffee"])
    RoutingRule.objects.create(team=team, position=1, name="All else", policy=policy)
    logged(agent, service)
    assert Escalation.objects.get().policy == policy


def test_what_an_alert_opened_is_paged_by_the_alert_alone(agent: User, service: Service, policy: EscalationPolicy) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    logged(agent, service, channel="alert")
    assert not Escalation.objects.exists()


def test_a_restricted_incident_tells_only_its_key(agent: User, service: Service, policy: EscalationPolicy) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    logged(agent, service, is_restricted=True, description="the salary list")
    escalations.sweep()
    page = Page.objects.get()
    assert "502" not in page.title and "salary" not in page.text


def test_acknowledging_stops_every_run_at_once_and_notes_the_instant(
    agent: User, resolver: User, service: Service, team: Team, other_team: Team, policy: EscalationPolicy
) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    other = EscalationPolicy.objects.create(slug="other", name="Other", team=other_team)
    EscalationStep.objects.create(policy=other, target=EscalationStep.USER, user=resolver)
    ticket = logged(agent, service)
    paging.page_team(ticket, actor=agent, team=other_team)
    escalations.sweep()
    assert Escalation.objects.filter(state=Escalation.RUNNING).count() == 2
    subjects.get("ticket").acknowledge(ticket.pk, resolver, "link")  # type: ignore[misc]
    assert set(Escalation.objects.values_list("state", "acknowledged_by")) == {(Escalation.ACKNOWLEDGED, resolver.pk)}
    assert set(Message.objects.filter(page__isnull=False).values_list("state", flat=True)) == {Message.WITHDRAWN}
    deliver()
    assert Incident.objects.get(pk=ticket.pk).acknowledged_at is not None
    with clock.shifted(clock.now() + timedelta(minutes=30)):
        escalations.sweep()
    assert len(paged()) == 2


@pytest.mark.parametrize(("verb", "state"), [("start", Escalation.ACKNOWLEDGED), ("cancel", Escalation.STOPPED)])
def test_work_on_it_answers_and_its_end_ends_all(verb: str, state: str, agent: User, service: Service, policy: EscalationPolicy) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    ticket = logged(agent, service)
    escalations.sweep()
    given: dict[str, Any] = {"reason": "Not ours"} if verb == "cancel" else {}
    lifecycle.transition(ticket, verb, actor=agent, **given)
    assert Escalation.objects.get().state == state
    assert Message.objects.get(page__isnull=False).state == Message.WITHDRAWN


def test_a_team_is_called_by_hand_also_when_it_was_quiet(agent: User, service: Service, team: Team, policy: EscalationPolicy) -> None:
    ticket = logged(agent, service)
    paging.page_team(ticket, actor=agent, team=team)
    escalations.sweep()
    paging.acknowledge(ticket, actor=agent)
    paging.page_team(ticket, actor=agent, team=team)
    escalations.sweep()
    assert paged() == [agent.name, agent.name]
    assert events_of(ticket).count("responder.asked") == 2


def test_a_team_without_anybody_is_refused_with_the_reason(agent: User, service: Service, other_team: Team) -> None:
    ticket = logged(agent, service)
    with pytest.raises(errors.Invalid) as refused:
        paging.page_team(ticket, actor=agent, team=other_team)
    assert refused.value.field == "team" and "no escalation policy" in refused.value.message
    assert not Escalation.objects.exists()


def test_a_team_with_only_a_schedule_is_called_by_it(agent: User, service: Service, other_team: Team) -> None:
    Schedule.objects.create(slug="night", name="Night", team=other_team)
    ticket = logged(agent, service)
    run = paging.page_team(ticket, actor=agent, team=other_team)
    assert (run.policy, run.snapshot["name"]) == (None, "Night")


def test_people_who_are_asked_are_paged_and_say_whether_they_come(agent: User, resolver: User, lead: User, service: Service) -> None:
    ticket = logged(agent, service)
    first, second = paging.ask(ticket, actor=agent, people=[resolver, lead], message="Please look at the gateway")
    assert paging.ask(ticket, actor=agent, people=[resolver]) == []
    assert sorted(paged()) == sorted([resolver.name, lead.name])
    assert {page.text for page in Page.objects.all()} == {"Please look at the gateway"}
    subjects.get("responder").acknowledge(first.pk, first.user, "link")  # type: ignore[misc]
    paging.answer(second, actor=second.user, accepts=False)
    assert list(Responder.objects.order_by("pk").values_list("state", flat=True)) == [Responder.ACCEPTED, Responder.DECLINED]
    assert set(Page.objects.values_list("state", flat=True)) == {Page.ACKNOWLEDGED}
    assert events_of(ticket)[-3:] == ["responder.asked", "responder.accepted", "responder.declined"]


def test_only_who_was_asked_answers_and_nobody_is_asked_who_may_not_see_it(agent: User, resolver: User, outsider: User, service: Service) -> None:
    ticket = logged(agent, service)
    (asked,) = paging.ask(ticket, actor=agent, people=[resolver])
    with pytest.raises(errors.Refused):
        paging.answer(asked, actor=agent, accepts=True)
    with pytest.raises(errors.Invalid) as refused:
        paging.ask(ticket, actor=agent, people=[outsider])
    assert refused.value.field == "people"
    with pytest.raises(errors.Refused):
        paging.ask(ticket, actor=outsider, people=[resolver])
    assert Responder.objects.get().state == Responder.ASKED


def test_who_only_reads_acknowledges_what_he_was_paged_for_and_nothing_else(
    person: Callable[..., User], agent: User, service: Service, policy: EscalationPolicy
) -> None:
    reader = person("Rita Reader", "auditor")
    ticket = logged(agent, service)
    with pytest.raises(errors.Refused):
        paging.acknowledge(ticket, actor=reader)
    paging.page_team(ticket, actor=agent, team=policy.team)
    EscalationStep.objects.create(policy=policy, delay_minutes=0, target=EscalationStep.USER, user=reader)
    Escalation.objects.all().delete()
    paging.page_team(ticket, actor=agent, team=policy.team)
    escalations.sweep()
    assert paging.acknowledge(ticket, actor=reader, via="link") == 3


def test_the_end_of_the_incident_ends_what_was_asked(agent: User, resolver: User, service: Service) -> None:
    ticket = logged(agent, service)
    paging.ask(ticket, actor=agent, people=[resolver])
    lifecycle.transition(ticket, "cancel", actor=agent, reason="Not ours")
    assert Page.objects.get().state == Page.ENDED
    with pytest.raises(errors.Refused):
        paging.ask(Ticket.objects.get(pk=ticket.pk), actor=agent, people=[resolver])


def test_the_record_calls_and_answers(
    sign_in: Callable[[User], Client], agent: User, resolver: User, service: Service, team: Team, policy: EscalationPolicy
) -> None:
    ticket = logged(agent, service)
    client = sign_in(agent)
    assert f"/tickets/{ticket.key}/paging/" in client.get(ticket.get_absolute_url()).content.decode()
    assert "Nobody was called" in client.get(f"/tickets/{ticket.key}/paging/").content.decode()
    assert client.get(f"/tickets/{ticket.key}/page/").status_code == 200
    refused = client.post(f"/tickets/{ticket.key}/page/", {})
    assert (refused.status_code, "Choose a team, or people" in refused.content.decode()) == (422, True)
    assert client.post(f"/tickets/{ticket.key}/page/", {"team": team.pk, "people": [resolver.pk], "message": "Help"}).status_code == 204
    escalations.sweep()
    panel = client.get(f"/tickets/{ticket.key}/paging/").content.decode()
    assert "First line" in panel and resolver.name in panel and f"/tickets/{ticket.key}/acknowledge/" in panel and "I am coming" not in panel
    assert client.post(f"/tickets/{ticket.key}/acknowledge/").status_code == 204
    mine, asked = sign_in(resolver), Responder.objects.get()
    assert "I am coming" in mine.get(f"/tickets/{ticket.key}/paging/").content.decode()
    assert client.post(f"/tickets/{ticket.key}/responders/{asked.pk}/accept/").status_code == 404
    assert mine.post(f"/tickets/{ticket.key}/responders/{asked.pk}/accept/").status_code == 204
    asked.refresh_from_db()
    assert asked.state == Responder.ACCEPTED


def test_paging_over_rest(api: Callable[..., APIClient], agent: User, resolver: User, service: Service, team: Team, policy: EscalationPolicy) -> None:
    ticket = logged(agent, service)
    client = api(agent)
    made = client.post(f"/api/v1/incidents/{ticket.key}/page/", {"team": team.slug, "people": [resolver.email]})
    assert made.status_code == 201, made.json()
    assert [row["person"] for row in made.json()["responders"]] == [resolver.email]
    assert made.json()["runs"][0]["policy"] == "First line"
    assert client.post(f"/api/v1/incidents/{ticket.key}/page/", {}).status_code == 400
    assert api(resolver).post(f"/api/v1/incidents/{ticket.key}/respond/", {"accept": False}).json()["responders"][0]["state"] == "declined"
    assert client.post(f"/api/v1/incidents/{ticket.key}/respond/", {"accept": True}).status_code == 404
    assert client.post(f"/api/v1/incidents/{ticket.key}/acknowledge/").json()["runs"][0]["state"] == "acknowledged"
