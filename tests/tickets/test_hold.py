"""On hold: why, until when, and how the wait ends (INC-23)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from common import clock, errors
from incidents.models import Incident
from journal.models import Entry
from tickets.actions import conversation, lifecycle
from tickets.models import HoldReason, SlaClock, Ticket


def status(incident: Incident) -> str:
    return Ticket.objects.get(pk=incident.pk).status.key


def hold(incident: Incident, agent: User, slug: str, **more: Any) -> None:
    lifecycle.transition(incident, "hold", actor=agent, hold_reason=HoldReason.objects.get(slug=slug), **more)


def test_the_reporters_reply_returns_it_to_work(agent: User, requester: User, incident: Incident) -> None:
    hold(incident, agent, "caller")
    conversation.comment(incident, actor=agent, body="Any news?", is_internal=False)
    assert status(incident) == "pending"
    conversation.comment(incident, actor=requester, body="Here it is", is_internal=False)
    assert status(incident) == "in-progress"
    assert SlaClock.objects.get(ticket=incident, metric="resolution").state == "running"
    assert Entry.objects.filter(event="ticket.transitioned").latest("id").data["reason"] == "The reporter answered"


def test_a_reply_does_not_end_a_wait_for_a_vendor(agent: User, requester: User, incident: Incident) -> None:
    hold(incident, agent, "vendor")
    conversation.comment(incident, actor=requester, body="Still broken", is_internal=False)
    assert status(incident) == "pending"


def test_the_follow_up_brings_it_back_once(agent: User, incident: Incident) -> None:
    start = clock.now()
    hold(incident, agent, "vendor", follow_up_at=start + timedelta(days=2))
    with clock.shifted(start + timedelta(days=1)):
        assert lifecycle.sweep_follow_ups() == 0
    with clock.shifted(start + timedelta(days=2, seconds=1)):
        assert lifecycle.sweep_follow_ups() == 1
        assert lifecycle.sweep_follow_ups() == 0
    ticket = Ticket.objects.get(pk=incident.pk)
    assert (ticket.status.key, ticket.follow_up_at, ticket.hold_reason) == ("in-progress", None, None)
    assert Entry.objects.filter(event="ticket.follow_up_due").count() == 1


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_follow_up_lies_ahead_and_within_a_year(agent: User, incident: Incident, days: int) -> None:
    with pytest.raises(errors.Invalid) as refused:
        hold(incident, agent, "vendor", follow_up_at=clock.now() + timedelta(days=days))
    assert refused.value.field == "follow_up_at"
    assert status(incident) == "new"


def test_leaving_the_hold_forgets_why(agent: User, incident: Incident) -> None:
    hold(incident, agent, "vendor", reason="case 7", follow_up_at=clock.now() + timedelta(days=1))
    lifecycle.transition(incident, "start", actor=agent)
    ticket = Ticket.objects.get(pk=incident.pk)
    assert (ticket.hold_reason, ticket.pending_reason, ticket.follow_up_at) == (None, "", None)


def test_who_is_slower_gets_a_conflict(agent: User, resolver: User, incident: Incident) -> None:
    seen = Ticket.objects.get(pk=incident.pk).version
    lifecycle.transition(incident, "triage", actor=agent, expected_version=seen)
    with pytest.raises(errors.Conflict, match="saved while you were editing"):
        lifecycle.transition(incident, "hold", actor=resolver, hold_reason=HoldReason.objects.get(slug="vendor"), expected_version=seen)
    assert status(incident) == "triage"


def test_the_record_says_what_it_waits_for_and_until_when(sign_in: Callable[[User], Client], agent: User, incident: Incident) -> None:
    follow_up = clock.now() + timedelta(days=2)
    hold(incident, agent, "vendor", reason="case 7", follow_up_at=follow_up)
    head = sign_in(agent).get(f"{incident.get_absolute_url()}?part=meta", headers={"HX-Request": "true"}).content.decode()
    assert "Awaiting a vendor: case 7, follow-up" in head and follow_up.isoformat() in head
