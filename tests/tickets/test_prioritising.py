"""Setting priorities by hand, rules, and changing the matrix (PRI-01 to PRI-07)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from common import clock, errors
from incidents import actions as incidents
from incidents.models import Incident
from journal import actions as journal
from journal.models import Entry
from services.models import Service
from sla.models import Calendar
from tickets import priority, priority_rules
from tickets.actions import editing, prioritising
from tickets.models import PriorityModifier, SlaClock, Ticket

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def level(ticket: Ticket) -> int:
    return Ticket.objects.get(pk=ticket.pk).priority


def cells(**changed: int) -> dict[tuple[int, int], int]:
    """The matrix in force with some cells changed: cells(c11=2)."""
    return {**priority_rules.matrix(), **{(int(name[1]), int(name[2])): value for name, value in changed.items()}}


def test_a_priority_set_by_hand_stays_until_it_is_returned(agent: User, incident: Incident) -> None:
    prioritising.override(incident, actor=agent, priority=3, reason="Only one counter")
    editing.edit(incident, actor=agent, urgency=2)
    assert level(incident) == 3
    told = prioritising.explain(Ticket.objects.get(pk=incident.pk))
    assert (told["priority"], told["computed"], told["reason"]) == (3, 1, "Only one counter")
    prioritising.return_to_computed(incident, actor=agent)
    assert level(incident) == 1
    assert list(Entry.objects.filter(event__startswith="ticket.priority_").values_list("event", flat=True).order_by("id")) == [
        "ticket.priority_overridden", "ticket.priority_returned",
    ]  # fmt: skip


def test_clocks_follow_a_priority_set_by_hand(agent: User, incident: Incident) -> None:
    prioritising.override(incident, actor=agent, priority=2, reason="Not all of it")
    assert SlaClock.objects.get(ticket=incident, metric="resolution").target_seconds == 8 * 3600


@pytest.mark.parametrize(("wanted", "reason", "field"), [(0, "x", "priority"), (6, "x", "priority"), (2, " ", "reason"), (2, "x" * 201, "reason")])
def test_by_hand_needs_a_level_and_a_reason(agent: User, incident: Incident, wanted: int, reason: str, field: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        prioritising.override(incident, actor=agent, priority=wanted, reason=reason)
    assert (refused.value.field, level(incident)) == (field, 1)


def test_rules_apply_at_creation_and_are_named(agent: User, requester: User, service: Service) -> None:
    PriorityModifier.objects.create(name="VIP", levels=1, is_for_vip=True)
    PriorityModifier.objects.create(name="Switched off", levels=2, is_enabled=False)
    User.objects.filter(pk=requester.pk).update(is_vip=True)
    requester.refresh_from_db()
    raised = incidents.create(actor=agent, summary="x", impact=3, urgency=3, reporter=requester)
    assert raised.priority == 3
    assert prioritising.explain(raised)["applied"] == [{"name": "VIP", "levels": 1}]
    editing.edit(raised, actor=agent, reporter=agent)
    assert level(raised) == 4


def test_a_rule_for_hours_counts_when_it_was_reported(agent: User) -> None:
    business = Calendar.objects.get(is_always=False)
    PriorityModifier.objects.create(name="Night", levels=-1, hours="outside", calendar=business)
    sunday = clock.now() - timedelta(days=(clock.now().weekday() + 1) % 7 or 7)
    monday_noon = (sunday - timedelta(days=6)).replace(hour=11, minute=0)
    assert incidents.create(actor=agent, summary="x", impact=3, urgency=3, reported_at=sunday).priority == 5
    assert incidents.create(actor=agent, summary="x", impact=3, urgency=3, reported_at=monday_noon).priority == 4


def test_a_new_matrix_counts_for_new_tickets_or_for_open_ones_too(admin: User, agent: User, service: Service, incident: Incident) -> None:
    held = incidents.create(actor=agent, summary="by hand", service=service, urgency=1)
    prioritising.override(held, actor=agent, priority=4, reason="Known")
    seen = prioritising.preview("incident", cells(c11=2, c12=2, c21=2))
    assert (seen["total"], seen["counts"]) == (1, [{"before": 1, "after": 2, "count": 1}])
    assert prioritising.change_matrix("incident", cells(c11=2, c12=2, c21=2), actor=admin, recomputes=False) == 3
    journal.deliver_due()
    assert level(incident) == 1
    prioritising.change_matrix("incident", cells(), actor=admin, recomputes=True)
    journal.deliver_due()
    assert (level(incident), level(held)) == (2, 4)
    assert Entry.objects.filter(event="priority.matrix_changed").count() == 2


def test_a_matrix_is_whole_and_monotone(admin: User, agent: User) -> None:
    with pytest.raises(errors.Invalid, match="must not give a lower priority"):
        prioritising.change_matrix("incident", cells(c11=5), actor=admin, recomputes=False)
    with pytest.raises(errors.Invalid):
        prioritising.change_matrix("incident", {**cells(), (1, 1): 9}, actor=admin, recomputes=False)
    with pytest.raises(errors.Refused):
        prioritising.change_matrix("incident", cells(), actor=agent, recomputes=False)
    assert priority_rules.matrix() == priority.DEFAULT_MATRIX


def test_the_editor_previews_before_it_saves(sign_in: SignIn, admin: User, agent: User, incident: Incident) -> None:
    form = {f"cell_{impact}_{urgency}": level for (impact, urgency), level in cells(c11=2, c12=2, c21=2).items()}
    assert sign_in(agent).get("/priority-matrix/").status_code in (403, 404)
    client = sign_in(admin)
    shown = client.post("/priority-matrix/", {**form, "preview": "1"}).content.decode()
    assert incident.key in shown
    assert priority_rules.matrix()[1, 1] == 1
    assert client.post("/priority-matrix/", {**form, "cell_1_1": "5", "save": "1"}).status_code == 422
    assert client.post("/priority-matrix/", {**form, "save": "1", "apply": "open"}).status_code == 302
    journal.deliver_due()
    assert level(incident) == 2


def test_the_dialog_explains_sets_and_returns(sign_in: SignIn, agent: User, incident: Incident) -> None:
    client, url = sign_in(agent), f"/tickets/{incident.key}/why/"
    assert b"The impact comes from the tier of" in client.get(url, headers=HTMX).content
    wrong = client.post(url, {"priority": 2, "reason": "", "version": incident.version}, headers=HTMX)
    assert (wrong.status_code, level(incident)) == (422, 1)
    assert client.post(url, {"priority": 2, "reason": "Half of it", "version": 999}, headers=HTMX).status_code == 409
    assert client.post(url, {"priority": 2, "reason": "Half of it", "version": incident.version}, headers=HTMX).status_code == 204
    assert level(incident) == 2
    assert client.post(f"{url}return/", headers=HTMX).status_code == 204
    assert level(incident) == 1


def test_the_helper_suggests_an_impact_and_sets_it(sign_in: SignIn, agent: User, incident: Incident) -> None:
    client, url = sign_in(agent), f"/tickets/{incident.key}/why/impact/"
    assert b"Moderate impact" in client.post(url, {"users": "12"}, headers=HTMX).content
    assert client.post(url, {"users": "many"}, headers=HTMX).status_code == 422
    client.post(url, {"users": "12", "take": "1"}, headers=HTMX)
    assert Ticket.objects.get(pk=incident.pk).impact == 3
