"""Merge and split: history, files, watchers, links and alerts go along; old keys lead on; nothing leaks (INC-24)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from alerts import reactions
from alerts.models import Alert
from common import clock, errors
from incidents import actions
from incidents.models import Incident
from journal.models import Entry
from services.models import Service
from tickets import queries, records
from tickets.actions import conversation, editing, lifecycle, links, merging, tasks
from tickets.models import Attachment, Category, Link, ResolutionCode, SlaClock, Task, Ticket, Watch

HTMX = {"HX-Request": "true"}


@pytest.fixture
def main(agent: User, small_service: Service, other_requester: User) -> Incident:
    """The incident that stays, reported by Matteo of another organisation."""
    return actions.create(actor=agent, summary="All payments fail", service=small_service, urgency=3, reporter=other_requester)


def test_the_merged_one_is_closed_as_a_duplicate_and_leads_on(agent: User, incident: Incident, main: Incident) -> None:
    merging.merge(incident, actor=agent, into=main)
    row = Ticket.objects.get(pk=incident.pk)
    assert (row.status.key, row.resolution.slug if row.resolution else "", row.merged_into_id) == ("closed", "duplicate", main.pk)
    assert row.closed_at is not None and not row.is_open
    assert [(found.reading, found.ticket.pk) for found in records.links_of(agent, row)] == [("duplicates", main.pk)]
    assert set(SlaClock.objects.filter(ticket=incident).values_list("state", flat=True)) == {"stopped"}
    before = Entry.objects.count()
    merging.merge(row, actor=agent, into=main)
    assert Entry.objects.count() == before


def test_comments_and_files_are_shown_to_the_desk_and_not_to_the_other_customer(
    sign_in: Callable[[User], Client], agent: User, requester: User, other_requester: User, incident: Incident, main: Incident
) -> None:
    conversation.comment(incident, actor=agent, body="secret cause", is_internal=True)
    conversation.comment(incident, actor=requester, body="my card 4711", is_internal=False)
    file = conversation.attach(incident, actor=requester, upload=SimpleUploadedFile("card.txt", b"4711"), is_internal=False)
    merging.merge(incident, actor=agent, into=main)
    main.refresh_from_db(fields=["comment_count", "attachment_count"])
    assert (main.comment_count, main.attachment_count) == (3, 1)
    assert [row.body for row in queries.comments_for(agent, main)][:2] == ["secret cause", "my card 4711"]
    shown = [entry.comment.body for entry in queries.timeline(agent, main) if entry.comment]  # type: ignore[attr-defined]
    assert "my card 4711" in shown
    page = sign_in(agent).get(main.get_absolute_url()).content.decode()
    assert f"from {incident.key}" in page
    assert sign_in(agent).get(f"/tickets/{main.key}/files/{file.pk}/").getvalue() == b"4711"
    assert list(queries.comments_for(other_requester, main)) == []
    assert list(queries.attachments_for(other_requester, main)) == []
    assert "4711" not in str([entry.sentence for entry in queries.timeline(other_requester, main)])
    assert "4711" not in sign_in(other_requester).get("/my-requests/").content.decode()
    assert Attachment.objects.get().ticket_id == incident.pk


def test_the_reporter_is_told_and_follows_only_his_own_organisation(
    agent: User, requester: User, person: Callable[..., User], incident: Incident, main: Incident
) -> None:
    colleague = person("Nadia Colleague", "requester", organisation=requester.organisation)
    same = actions.create(actor=agent, summary="Same house", reporter=colleague)
    conversation.watch(incident, actor=agent)
    merging.merge(incident, actor=agent, into=main)
    assert set(Watch.objects.filter(ticket=main).values_list("user", flat=True)) == {agent.pk}
    assert main.key in [row.body for row in queries.comments_for(requester, incident)][-1]
    merging.merge(same, actor=agent, into=actions.create(actor=agent, summary="Theirs", reporter=requester))
    assert Watch.objects.filter(user=colleague).exists()


def test_links_tasks_and_services_move(agent: User, service: Service, incident: Incident, main: Incident) -> None:
    third = actions.create(actor=agent, summary="Third")
    links.link(incident, actor=agent, target=third, relation="blocks")
    links.link(main, actor=agent, target=third, relation="relates")
    links.link(incident, actor=agent, target=third, relation="relates")
    tasks.add_task(main, actor=agent, text="first")
    tasks.add_task(incident, actor=agent, text="second", is_mandatory=True)
    merged = merging.merge(incident, actor=agent, into=main)
    assert {(row.reading, row.ticket.pk) for row in records.links_of(agent, main)} == {
        ("blocks", third.pk), ("relates", third.pk), ("duplicated_by", incident.pk),
    }  # fmt: skip
    assert list(Task.objects.filter(ticket=main).values_list("text", flat=True)) == ["first", "second"]
    assert [row.slug for row in records.services_of(merged)] == ["wiki", "payments-gateway"]
    assert merged.impact == 1


def test_its_alerts_follow(agent: User, incident: Incident, main: Incident) -> None:
    at = clock.now()
    alert = Alert.objects.create(
        number=1, alias="a", message="502", priority=1, incident=incident, count=1, first_occurred_at=at, last_occurred_at=at
    )
    merging.merge(incident, actor=agent, into=main)
    for _turn in range(2):
        reactions.follow_merge(Entry.objects.get(event="ticket.merged"))
    alert.refresh_from_db()
    assert (alert.incident_id, alert.status) == (main.pk, Alert.OPEN)
    assert Entry.objects.filter(event="incident.alerted", subject_id=main.pk).count() == 1


def test_what_is_refused(
    agent: User, resolver: User, admin: User, auditor: User, other_team: Team, incident: Incident, main: Incident, fixed: Any, category: Any
) -> None:
    hidden = actions.create(actor=admin, summary="Hidden", team=other_team, is_restricted=True)
    closed = actions.create(actor=agent, summary="Closed")
    lifecycle.resolve(closed, actor=agent, resolution=fixed, category=category)
    lifecycle.close(closed, actor=agent)
    for actor, source, into, error in (
        (auditor, incident, main, errors.Refused), (resolver, incident, main, errors.Refused), (agent, incident, hidden, errors.Refused),
        (agent, incident, incident, errors.Invalid), (agent, incident, closed, errors.Invalid), (agent, closed, main, errors.Conflict),
        (admin, hidden, main, errors.Invalid),
    ):  # fmt: skip
        with pytest.raises(error):
            merging.merge(source, actor=actor, into=into)
    assert not Ticket.objects.filter(merged_into__isnull=False).exists()
    merging.merge(incident, actor=agent, into=main)
    with pytest.raises(errors.Invalid, match=f"Choose {main.key}"):
        merging.merge(actions.create(actor=agent, summary="Late"), actor=agent, into=incident)
    with pytest.raises(errors.Conflict):
        merging.merge(incident, actor=agent, into=actions.create(actor=agent, summary="Other"))
    with pytest.raises(errors.Invalid):
        merging.merge(main, actor=agent, into=incident)


def test_a_chain_shows_everything_at_its_end(agent: User, incident: Incident, main: Incident) -> None:
    conversation.comment(incident, actor=agent, body="from the first", is_internal=True)
    merging.merge(incident, actor=agent, into=main)
    last = actions.create(actor=agent, summary="The last one")
    merging.merge(main, actor=agent, into=last)
    assert "from the first" in [row.body for row in queries.comments_for(agent, last)]


def test_a_merged_ticket_does_not_move(agent: User, incident: Incident, main: Incident) -> None:
    merging.merge(incident, actor=agent, into=main)
    with pytest.raises(errors.DomainError):
        lifecycle.reopen(incident, actor=agent)
    with pytest.raises(errors.Conflict, match=main.key):
        editing.edit(Ticket.objects.get(pk=incident.pk), actor=agent, urgency=4)


def test_in_the_dialog(sign_in: Callable[[User], Client], agent: User, incident: Incident, main: Incident) -> None:
    client, url = sign_in(agent), f"/tickets/{incident.key}/merge/"
    assert main.key in client.get(f"{url}?q=payments", headers=HTMX).content.decode()
    assert client.post(url, {"q": "INC-99999"}, headers=HTMX).status_code == 422
    done = client.post(url, {"target": main.key}, headers=HTMX)
    assert (done.status_code, done["HX-Redirect"]) == (204, main.get_absolute_url())
    page = client.get(f"/{incident.key}", follow=True).content.decode()
    assert "Merged into" in page and main.key in page


def test_split_makes_an_incident_of_a_comment(agent: User, requester: User, service: Service, incident: Incident) -> None:
    told = conversation.comment(incident, actor=requester, body="And the printer is broken", is_internal=False)
    made = actions.split(incident, actor=agent, comment=told, summary="Printer broken")
    assert (made.description, made.reporter, made.service, made.urgency) == ("And the printer is broken", requester, service, 1)
    assert Link.objects.get().relation == "relates"
    assert [row.ticket.pk for row in records.links_of(agent, incident)] == [made.pk]
    assert Entry.objects.get(event="ticket.split").sentence == f"Hanna Agent split off {made.key}"
    shown = [entry.event for entry in queries.timeline(agent, incident) if entry.comment]  # type: ignore[attr-defined]
    assert shown == ["comment.added"]


def test_an_internal_comment_stays_internal_when_it_is_split_off(agent: User, requester: User, incident: Incident) -> None:
    note = conversation.comment(incident, actor=agent, body="the admin password leaked", is_internal=True)
    made = actions.split(incident, actor=agent, comment=note, summary="Change a password")
    assert made.description == ""
    assert list(queries.comments_for(requester, made)) == []
    assert [row.body for row in queries.comments_for(agent, made)] == ["the admin password leaked"]


def test_split_is_refused(auditor: User, agent: User, incident: Incident, main: Incident) -> None:
    foreign = conversation.comment(main, actor=agent, body="there", is_internal=True)
    with pytest.raises(errors.Invalid):
        actions.split(incident, actor=agent, comment=foreign, summary="Wrong")
    with pytest.raises(errors.Refused):
        actions.split(main, actor=auditor, comment=foreign, summary="Not mine")
    assert Ticket.objects.count() == 2


def test_split_in_the_dialog(sign_in: Callable[[User], Client], agent: User, incident: Incident) -> None:
    note = conversation.comment(incident, actor=agent, body="something else", is_internal=True)
    client, url = sign_in(agent), f"/incidents/{incident.key}/split/{note.pk}/"
    assert 'value="something else"' in client.get(url, headers=HTMX).content.decode()
    assert client.post(url, {"summary": ""}, headers=HTMX).status_code == 422
    assert client.post(url, {"summary": "Something else"}, headers=HTMX).status_code == 204
    assert Ticket.objects.filter(summary="Something else").exists()
    assert client.get(f"/incidents/{incident.key}/split/99999/", headers=HTMX).status_code == 404


def test_over_rest(api: Callable[..., APIClient], agent: User, incident: Incident, main: Incident, category: Category, fixed: ResolutionCode) -> None:
    client, url = api(agent), "/api/v1/incidents/"
    note = client.post(f"{url}{incident.key}/comment/", {"body": "more", "is_internal": True}).data["id"]
    made = client.post(f"{url}{incident.key}/split/", {"comment": note, "summary": "More"})
    assert (made.status_code, made.data["summary"]) == (201, "More")
    merged = client.post(f"{url}{incident.key}/merge/", {"into": main.key})
    assert (merged.status_code, merged.data["key"]) == (200, main.key)
    assert client.get(f"{url}{incident.key}/").data["merged_into"] == main.key
    assert client.post(f"{url}{main.key}/merge/", {"into": incident.key}).data["error"]["fields"].keys() == {"into"}
