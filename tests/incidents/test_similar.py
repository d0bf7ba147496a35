"""A new incident that reads like an open one of the same service (INC-14)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from common import clock, errors
from incidents import actions
from incidents.models import Incident, SimilarIncident
from journal import actions as journal
from services.models import Service
from tickets.actions import lifecycle as tickets
from tickets.models import Link, Ticket


def opened(summary: str, service: Service | None, agent: User) -> Incident:
    made = actions.create(actor=agent, summary=summary, service=service, urgency=3)
    journal.deliver_due()
    return made


def pairs() -> list[tuple[str, str, str]]:
    rows = SimilarIncident.objects.order_by("pk").select_related("child", "parent")
    return [(row.child.summary, row.parent.summary, row.state) for row in rows]


@pytest.mark.parametrize(("rule", "state", "linked"), [(Service.PROPOSE, "proposed", 0), (Service.LINK, "linked", 1), (Service.LEAVE, None, 0)])
def test_the_service_says_what_becomes_of_a_similar_one(service: Service, agent: User, rule: str, state: str | None, linked: int) -> None:
    Service.objects.filter(pk=service.pk).update(similar_incidents=rule)
    opened("Bookings fail at step 3", service, agent)
    opened("Bookings fail at step 5", service, agent)
    assert pairs() == ([("Bookings fail at step 5", "Bookings fail at step 3", state)] if state else [])
    assert Link.objects.filter(relation="parent").count() == linked


def test_other_words_another_service_and_old_or_closed_ones_are_not_similar(service: Service, small_service: Service, agent: User) -> None:
    with clock.shifted(clock.now() - timedelta(hours=3)):
        opened("Bookings fail at step 1", service, agent)
    over = opened("Bookings fail at step 2", service, agent)
    tickets.transition(over, "cancel", actor=agent, reason="A test")
    opened("Bookings fail at step 3", small_service, agent)
    opened("Bookings fail at step 3", None, agent)
    opened("Printer jams", service, agent)
    opened("Bookings fail at step 4", service, agent)
    assert pairs() == []


def test_children_stand_side_by_side_under_one_parent(service: Service, agent: User) -> None:
    Service.objects.filter(pk=service.pk).update(similar_incidents=Service.LINK)
    for number in range(3):
        opened(f"Bookings fail at step {number}", service, agent)
    assert {(parent, state) for _child, parent, state in pairs()} == {("Bookings fail at step 0", "linked")}


def test_accept_refuse_and_undo_by_one_click_each(service: Service, agent: User, sign_in: Callable[[User], Client]) -> None:
    opened("Bookings fail at step 3", service, agent)
    child, client = opened("Bookings fail at step 5", service, agent), sign_in(agent)
    page = client.get(f"/incidents/{child.key}/similar/").content.decode()
    assert "100 % alike" in page
    for verb, state, linked in (("accept", "accepted", 1), ("undo", "undone", 0), ("accept", "accepted", 1), ("undo", "undone", 0)):
        assert client.post(f"/incidents/{child.key}/similar/{verb}/").status_code == 204
        assert (SimilarIncident.objects.get().state, Link.objects.count()) == (state, linked)
    SimilarIncident.objects.update(state="proposed")
    client.post(f"/incidents/{child.key}/similar/refuse/")
    assert SimilarIncident.objects.get().state == "refused"
    client.post(f"/incidents/{child.key}/similar/undo/")
    assert SimilarIncident.objects.get().state == "proposed"
    assert client.post(f"/incidents/{child.key}/similar/wish/").status_code == 404


def test_without_a_finding_there_is_nothing_to_decide(service: Service, agent: User) -> None:
    with pytest.raises(errors.Conflict):
        actions.decide_similar(opened("Alone", service, agent), "accept", actor=agent)
    assert Ticket.objects.count() == 1
