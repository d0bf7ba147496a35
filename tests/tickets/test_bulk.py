"""One change on many tickets: tried, made, reported, undone (QUE-06)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from common import clock, errors
from incidents import actions as incidents
from incidents.models import Incident
from journal.models import Entry
from services.models import Service
from tickets.actions import bulk, editing, lifecycle
from tickets.actions.bulk import Change
from tickets.models import BulkChange, Category, HoldReason, Link, ResolutionCode, Ticket

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def tickets(agent: User, service: Service) -> list[Ticket]:
    """Three new incidents."""
    made: list[Incident] = [incidents.create(actor=agent, summary=f"No {number}", service=service, urgency=2) for number in range(3)]
    return list(Ticket.objects.filter(pk__in=[one.pk for one in made]).select_related("status").order_by("pk"))


def stored(tickets: list[Ticket], *columns: str) -> list[tuple[Any, ...]]:
    return list(Ticket.objects.filter(pk__in=[one.pk for one in tickets]).order_by("pk").values_list(*columns))


def test_a_preview_changes_nothing_and_tells_what_the_change_would(agent: User, tickets: list[Ticket], fixed: ResolutionCode) -> None:
    lifecycle.cancel(tickets[0], actor=agent, reason="Twice")
    entries = Entry.objects.count()
    rows = bulk.preview(tickets, Change("status", "triage"), actor=agent)
    assert [(row.before, row.after, bool(row.refusal)) for row in rows[1:]] == [("New", "Triage", False)] * 2
    assert "cannot do that" in rows[0].refusal
    assert Entry.objects.count() == entries
    assert stored(tickets[1:], "status__key") == [("new",)] * 2


def test_what_is_refused_stops_nothing_else(agent: User, resolver: User, tickets: list[Ticket]) -> None:
    lifecycle.cancel(tickets[0], actor=agent, reason="Twice")
    lifecycle.transition(tickets[0], "cancel", actor=agent, reason="Twice")
    made, refused = bulk.apply(tickets, Change("status", "triage"), actor=resolver)
    assert [ticket for ticket, _why in refused] == [tickets[0]]
    assert len(made.parts) == 2


@pytest.mark.parametrize("name", ["impact", "urgency", "service", "assignee", "labels"])
def test_an_undo_gives_back_what_was(agent: User, tickets: list[Ticket], name: str) -> None:
    before = stored(tickets, "impact", "is_impact_given", "urgency", "service", "assignee", "labels", "priority")
    value = {"impact": 4, "urgency": 4, "service": None, "assignee": agent, "labels": ["vpn"]}[name]
    made, _refused = bulk.apply(tickets, Change(name, value), actor=agent)
    assert stored(tickets, "impact", "is_impact_given", "urgency", "service", "assignee", "labels", "priority") != before
    done, kept = bulk.undo(made, actor=agent)
    assert (len(done), kept) == (3, [])
    assert stored(tickets, "impact", "is_impact_given", "urgency", "service", "assignee", "labels", "priority") == before


def test_a_move_is_undone_without_counting_as_a_reopening(agent: User, tickets: list[Ticket], fixed: ResolutionCode, category: Category) -> None:
    lifecycle.hold(tickets[0], actor=agent, hold_reason=HoldReason.objects.get(slug="vendor"), reason="case 7")
    fresh = list(Ticket.objects.filter(pk__in=[one.pk for one in tickets]).order_by("pk"))
    made, _refused = bulk.apply(fresh, Change("status", "resolve", {"resolution": fixed, "category": category}), actor=agent)
    assert stored(tickets, "is_open") == [(False,)] * 3
    bulk.undo(made, actor=agent)
    assert stored(tickets, "status__key", "resolution", "resolved_at", "category", "reopen_count", "pending_reason") == [
        ("pending", None, None, None, 0, "case 7"), ("new", None, None, None, 0, ""), ("new", None, None, None, 0, ""),
    ]  # fmt: skip


def test_what_somebody_changed_since_stays(agent: User, resolver: User, tickets: list[Ticket]) -> None:
    made, _refused = bulk.apply(tickets, Change("assignee", agent), actor=agent)
    editing.assign(tickets[1], actor=resolver, assignee=resolver)
    done, kept = bulk.undo(made, actor=agent)
    assert (len(done), len(kept)) == (2, 1)
    assert stored(tickets, "assignee") == [(None,), (resolver.pk,), (None,)]


def test_an_undo_is_the_own_once_and_within_a_minute(agent: User, resolver: User, tickets: list[Ticket]) -> None:
    made, _refused = bulk.apply(tickets, Change("urgency", 4), actor=agent)
    with pytest.raises(errors.Refused):
        bulk.undo(made, actor=resolver)
    with clock.shifted(made.made_at + timedelta(seconds=61)), pytest.raises(errors.Conflict):
        bulk.undo(made, actor=agent)
    bulk.undo(made, actor=agent)
    with pytest.raises(errors.Conflict):
        bulk.undo(made, actor=agent)


def test_many_are_previewed_on_the_screen_before_they_change(sign_in: SignIn, agent: User, service: Service) -> None:
    keys = [incidents.create(actor=agent, summary=f"No {number}", service=service, urgency=2).key for number in range(11)]
    client = sign_in(agent)
    shown = client.post("/tickets/change/urgency/", {"key": keys, "urgency": "4"}, headers=HTMX)
    assert (shown["HX-Retarget"], b"11 tickets would change" in shown.content) == ("#dialog-body", True)
    assert set(Ticket.objects.values_list("urgency", flat=True)) == {2}
    answer = client.post("/tickets/change/urgency/", {"key": keys, "urgency": "4", "confirmed": "1"}, headers=HTMX)
    assert answer.status_code == 204
    assert set(Ticket.objects.values_list("urgency", flat=True)) == {4}
    assert BulkChange.objects.count() == 1


def test_a_category_for_many_fills_only_what_has_none(
    agent: User, tickets: list[Ticket], fixed: ResolutionCode, category: Category, sign_in: SignIn
) -> None:
    own = Category.objects.exclude(pk=category.pk).filter(parent__isnull=False).first()
    assert own is not None
    editing.edit(tickets[0], actor=agent, category=own)
    client, query = sign_in(agent), "&".join(f"key={ticket.key}" for ticket in tickets)
    form = client.get(f"/tickets/transition/resolve/?{query}", headers=HTMX).content.decode()
    assert "3 incidents" in form and "For the 2 that have none; the others keep theirs." in form
    fresh = list(Ticket.objects.filter(pk__in=[one.pk for one in tickets]).order_by("pk"))
    bulk.apply(fresh, Change("status", "resolve", {"resolution": fixed, "category": category}), actor=agent)
    assert stored(tickets, "category", "status__key") == [(own.pk, "resolved"), (category.pk, "resolved"), (category.pk, "resolved")]


def test_a_form_for_many_asks_no_category_when_each_has_its_own(agent: User, tickets: list[Ticket], category: Category, sign_in: SignIn) -> None:
    for ticket in tickets:
        editing.edit(ticket, actor=agent, category=category)
    form = sign_in(agent).get("/tickets/transition/resolve/?" + "&".join(f"key={one.key}" for one in tickets), headers=HTMX).content.decode()
    assert 'name="resolution"' in form and 'name="category"' not in form


def test_it_is_told_where_a_ticket_went_and_what_was_set(agent: User, tickets: list[Ticket], sign_in: SignIn) -> None:
    client = sign_in(agent)
    moved = client.post("/tickets/change/status/", {"key": tickets[0].key, "status": "triage"}, headers=HTMX)
    assert "moved to Triage" in moved["HX-Trigger"]
    changed = client.post("/tickets/change/priority/", {"key": tickets[0].key, "urgency": "1"}, headers=HTMX)
    assert "urgency set to Critical" in changed["HX-Trigger"]


@pytest.mark.parametrize("verb", ["start", "resolve"])
def test_undoing_a_move_out_of_hold_gives_back_what_it_waited_for_and_until_when(
    agent: User, tickets: list[Ticket], vendor: HoldReason, fixed: ResolutionCode, category: Category, verb: str
) -> None:
    until = clock.now() + timedelta(days=2)
    lifecycle.hold(tickets[0], actor=agent, hold_reason=vendor, reason="case 7", follow_up_at=until)
    given = {"resolution": fixed, "category": category} if verb == "resolve" else {}
    made, refused = bulk.apply(list(Ticket.objects.filter(pk=tickets[0].pk)), Change("status", verb, given), actor=agent)
    assert refused == [] and stored(tickets[:1], "hold_reason", "follow_up_at") == [(None, None)]
    assert bulk.undo(made, actor=agent)[1] == []
    assert stored(tickets[:1], "status__key", "hold_reason", "pending_reason", "follow_up_at", "category", "resolution") == [
        ("pending", vendor.pk, "case 7", until, None, None)
    ]


def test_many_are_linked_and_merged_from_the_bar(agent: User, tickets: list[Ticket], sign_in: SignIn) -> None:
    client, (one, two, three) = sign_in(agent), tickets
    url = f"/tickets/{one.key}/link/?also={two.key}"
    assert "Link 2 incidents" in client.get(url, headers=HTMX).content.decode()
    assert client.post(url, {"target": three.key, "relation": "relates"}, headers=HTMX).status_code == 204
    assert set(Link.objects.values_list("source_id", "target_id")) == {(one.pk, three.pk), (two.pk, three.pk)}
    url = f"/tickets/{one.key}/merge/?also={two.key}"
    form = client.get(url, headers=HTMX).content.decode()
    assert "Merge 2 incidents into" in form and all(f'value="{row.key}"' in form for row in tickets)
    assert client.post(url, {"target": two.key}, headers=HTMX).status_code == 204
    assert stored(tickets, "merged_into") == [(two.pk,), (None,), (None,)]
    refused = client.post(url, {"target": three.key}, headers=HTMX)
    assert "1 could not be changed" in refused["HX-Trigger"] and stored(tickets, "merged_into") == [(two.pk,), (three.pk,), (None,)]
