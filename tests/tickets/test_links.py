"""Typed links: one row, two readings, the right on both ends (INC-20)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from common import errors
from incidents import actions
from incidents.models import Incident
from journal.models import Entry
from tickets import queries, records, relations
from tickets.actions import lifecycle, links
from tickets.models import Link, Ticket

HTMX = {"HX-Request": "true"}


@pytest.fixture
def other(agent: User) -> Incident:
    return actions.create(actor=agent, summary="Card payments time out", urgency=3)


@pytest.fixture
def third(agent: User) -> Incident:
    return actions.create(actor=agent, summary="Third", urgency=3)


def told(ticket: Incident) -> list[str]:
    rows = Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk, event__in=["ticket.linked", "ticket.unlinked"])
    return [entry.sentence for entry in rows.order_by("id")]


@pytest.mark.parametrize("reading", list(relations.READINGS))
def test_each_reading_is_one_row_that_both_ends_read(agent: User, incident: Incident, other: Incident, reading: str) -> None:
    links.link(incident, actor=agent, target=other, relation=reading)
    assert Link.objects.count() == 1
    relation, is_inverse = relations.READINGS[reading]
    opposite = relation.name if is_inverse else relation.inverse
    assert [(row.reading, row.ticket.pk) for row in records.links_of(agent, incident)] == [(reading, other.pk)]
    assert [(row.reading, row.ticket.pk) for row in records.links_of(agent, other)] == [(opposite, incident.pk)]


def test_linking_twice_changes_nothing_whichever_end_does_it(agent: User, incident: Incident, other: Incident) -> None:
    links.link(incident, actor=agent, target=other, relation="causes")
    links.link(other, actor=agent, target=incident, relation="caused_by")
    links.link(incident, actor=agent, target=other, relation="relates")
    links.link(other, actor=agent, target=incident, relation="relates")
    assert Link.objects.count() == 2
    assert told(incident) == [f"Hanna Agent linked {other.key} (causes)", f"Hanna Agent linked {other.key} (relates to)"]
    assert told(other)[0] == f"Hanna Agent linked {incident.key} (is caused by)"


@pytest.mark.parametrize("relation", ["blocks", "causes", "duplicates", "parent", "fixed_by", "occurred_in"])
def test_a_loop_is_refused(agent: User, incident: Incident, other: Incident, third: Incident, relation: str) -> None:
    links.link(incident, actor=agent, target=other, relation=relation)
    links.link(other, actor=agent, target=third, relation=relation)
    for source, target in ((other, incident), (third, incident)):
        with pytest.raises(errors.Invalid) as refused:
            links.link(source, actor=agent, target=target, relation=relation)
        assert refused.value.field == "target"
    assert Link.objects.count() == 2


def test_a_child_has_one_parent(agent: User, incident: Incident, other: Incident, third: Incident) -> None:
    links.link(incident, actor=agent, target=other, relation="parent")
    with pytest.raises(errors.Invalid, match="already has a parent"):
        links.link(other, actor=agent, target=third, relation="child")
    assert Link.objects.count() == 1


def test_the_right_is_asked_of_both_ends(agent: User, resolver: User, admin: User, other_team: Team, incident: Incident) -> None:
    hidden = actions.create(actor=admin, summary="Hidden", team=other_team, is_restricted=True)
    with pytest.raises(errors.Refused, match="no such ticket"):
        links.link(incident, actor=agent, target=hidden, relation="relates")
    with pytest.raises(errors.Refused):
        links.link(hidden, actor=agent, target=incident, relation="relates")
    row = links.link(incident, actor=admin, target=hidden, relation="relates")
    with pytest.raises(errors.Refused):
        links.unlink(incident, actor=resolver, link=row)
    assert records.links_of(agent, incident) == []
    assert hidden.key not in str([entry.sentence for entry in queries.timeline(agent, incident)])
    assert hidden.key in str([entry.sentence for entry in queries.timeline(admin, incident)])
    assert [found.ticket.key for found in records.links_of(admin, incident)] == [hidden.key]


def test_the_auditor_links_nothing(auditor: User, incident: Incident, other: Incident) -> None:
    with pytest.raises(errors.Refused):
        links.link(incident, actor=auditor, target=other, relation="relates")
    assert not Link.objects.exists()


def test_the_links_of_a_closed_ticket_stay_until_it_is_reopened(agent: User, incident: Incident, other: Incident, fixed: Any, category: Any) -> None:
    kept = links.link(incident, actor=agent, target=other, relation="relates")
    lifecycle.resolve(other, actor=agent, resolution=fixed, category=category)
    lifecycle.close(other, actor=agent)
    with pytest.raises(errors.Invalid, match="Reopen it first") as refused:
        links.link(incident, actor=agent, target=other, relation="duplicates")
    assert refused.value.field == "target"
    with pytest.raises(errors.Conflict, match="Reopen it first"):
        links.link(Ticket.objects.get(pk=other.pk), actor=agent, target=incident, relation="duplicates")
    with pytest.raises(errors.Conflict, match="Reopen it first"):
        links.unlink(incident, actor=agent, link=kept)
    lifecycle.reopen(other, actor=agent)
    assert links.link(incident, actor=agent, target=other, relation="duplicates").target_id == other.pk


def test_unlink_from_either_end_and_twice(agent: User, incident: Incident, other: Incident) -> None:
    row = links.link(incident, actor=agent, target=other, relation="blocks")
    links.unlink(other, actor=agent, link=row)
    links.unlink(other, actor=agent, link=row)
    assert not Link.objects.exists()
    assert told(incident)[1:] == [f"Hanna Agent unlinked {other.key} (blocks)"]


def test_the_dialog_finds_links_and_undoes(sign_in: Callable[[User], Client], agent: User, incident: Incident, other: Incident) -> None:
    client, url = sign_in(agent), f"/tickets/{incident.key}/link/"
    found = client.get(f"{url}?q=card", headers=HTMX).content.decode()
    assert f'value="{other.key}" checked' in found
    assert incident.key not in found
    assert client.post(url, {"relation": "caused_by", "q": other.key.lower()}, headers=HTMX).status_code == 204
    row = Link.objects.get()
    assert (row.source_id, row.target_id, row.relation) == (other.pk, incident.pk, "causes")
    assert "Is caused by" in client.get(f"{incident.get_absolute_url()}?part=fields", headers=HTMX).content.decode()
    assert client.post(f"/tickets/{incident.key}/unlink/{row.pk}/", headers=HTMX).status_code == 204
    assert not Link.objects.exists()
    assert client.post(f"{url}?relation=caused_by&target={other.key}", headers=HTMX).status_code == 204
    assert Link.objects.get().relation == "causes"
    assert client.post(f"/tickets/{incident.key}/unlink/999/", headers=HTMX).status_code == 404


def test_over_rest(api: Callable[..., APIClient], agent: User, requester: User, incident: Incident, other: Incident) -> None:
    client, url = api(agent), f"/api/v1/incidents/{incident.key}/"
    made = client.post(f"{url}link/", {"target": other.key, "relation": "blocked_by"})
    assert (made.status_code, made.data[0]["relation"], made.data[0]["key"]) == (201, "blocked_by", other.key)
    assert client.get(f"/api/v1/incidents/{other.key}/links/").data[0]["relation"] == "blocks"
    assert client.post(f"{url}link/", {"target": "INC-99999", "relation": "blocks"}).status_code == 404
    assert client.post(f"{url}link/", {"target": other.key, "relation": "hates"}).status_code == 400
    assert client.post(f"{url}link/", {"target": other.key, "relation": "blocks"}).data["error"]["fields"].keys() == {"target"}
    assert api(requester).get(f"{url}links/").status_code == 404
    assert client.post(f"{url}unlink/", {"link": made.data[0]["id"]}).status_code == 204
    assert client.get(f"{url}links/").data == []
