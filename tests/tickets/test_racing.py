"""Two agents move the same ticket at once: one succeeds, one gets a clear conflict; nothing is lost or doubled."""

import os
import threading

import pytest
from django.db import connection

from accounts.models import User
from common import errors
from incidents import actions as incidents
from journal.models import Entry
from services.models import Service
from tickets.actions import lifecycle
from tickets.models import HoldReason, Ticket

REPEATS = int(os.environ.get("EVENKEEL_RACES", "25"))


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_at_once_one_wins_and_one_is_told(agent: User, resolver: User, service: Service) -> None:
    vendor = HoldReason.objects.get(slug="vendor")
    for _repeat in range(REPEATS):
        made = incidents.create(actor=agent, summary="Race", service=service, urgency=2)
        ticket = Ticket.objects.get(pk=made.pk)
        before = Entry.objects.filter(event="ticket.transitioned", subject_id=ticket.pk).count()
        told: dict[str, str] = {}
        barrier = threading.Barrier(2)

        def move(
            name: str, verb: str, actor: User, ticket: Ticket, barrier: threading.Barrier, told: dict[str, str], given: dict[str, object]
        ) -> None:
            try:
                barrier.wait(60)
                lifecycle.transition(ticket, verb, actor=actor, expected_version=ticket.version, **given)
                told[name] = "done"
            except errors.Conflict as error:
                told[name] = error.message
            finally:
                connection.close()

        arguments: list[tuple[str, str, User, dict[str, object]]] = [("one", "triage", agent, {}), ("two", "hold", resolver, {"hold_reason": vendor})]
        threads = [threading.Thread(target=move, args=(name, verb, actor, ticket, barrier, told, given)) for name, verb, actor, given in arguments]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stored = Ticket.objects.get(pk=ticket.pk)
        (refusal,) = [text for text in told.values() if text != "done"]
        assert "saved while you were editing" in refusal or "cannot do that" in refusal
        assert stored.status.key == ("triage" if told["one"] == "done" else "pending")
        assert stored.version == ticket.version + 1
        assert Entry.objects.filter(event="ticket.transitioned", subject_id=ticket.pk).count() == before + 1
