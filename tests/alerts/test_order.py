"""M7: what is told out of order, and told again, ends in the same state (RELIABILITY A12). `./evenkeel prove order` tries 10,000 sequences."""

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import connection

from alerts.actions import intake, integrations
from alerts.models import Alert, InboxRow, Integration

SEQUENCES = int(os.environ.get("EVENKEEL_SEQUENCES", "500"))
SEED = int(os.environ.get("EVENKEEL_SEED", "7"))
TOGETHER = 500
T0 = datetime(2026, 11, 20, 10, tzinfo=UTC)
Told = dict[str, Any]


@pytest.fixture
def integration(house: None) -> Integration:
    made = integrations.create(actor=None, name="Prometheus", adapter="alertmanager", incident_from_priority=None)
    made.flapping_changes = 0  # what flaps stays open whatever is told, until it settles
    return integrations.change(made, actor=None, fields=["flapping_changes"])


def history(chance: random.Random, alias: str) -> list[Told]:
    """Up to four firings of one alias and their ends, in the order in which they happened; the last one may go on."""
    told, at = [], T0
    for number in range(amount := chance.randint(1, 4)):
        begins = at + timedelta(seconds=chance.randint(1, 900))
        at = begins + timedelta(seconds=chance.randint(1, 900))
        firing = {"labels": {"alertname": alias}, "annotations": {}, "fingerprint": alias, "startsAt": begins.isoformat()}
        told.append({**firing, "status": "firing", "endsAt": "0001-01-01T00:00:00Z"})
        if number < amount - 1 or chance.random() < 0.6:
            told.append({**firing, "status": "resolved", "endsAt": at.isoformat()})
    return told


def delivered(chance: random.Random, told: list[Told]) -> list[Told]:
    """The same, each one to three times, in any order."""
    several = [one for one in told for _time in range(chance.randint(1, 3))]
    chance.shuffle(several)
    return several


def expected(told: list[Told]) -> tuple[bool, datetime]:
    """Whether the alias is firing in the end, and since when its last firing goes on or went on."""
    return told[-1]["status"] == "firing", datetime.fromisoformat(told[-1]["startsAt"])


def receive(integration: Integration, chance: random.Random, deliveries: list[list[Told]]) -> None:
    """One delivery of each alias after the other, several bodies in a batch or each alone, as it happens."""
    for turn in range(max(len(one) for one in deliveries)):
        alerts = [one[turn] for one in deliveries if len(one) > turn]
        body = {"version": "4", "status": "firing", "groupKey": "{}", "alerts": alerts}
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO alerts_inbox (integration_id, body) VALUES (%s, %s)", [integration.pk, orjson.dumps(body)])
        if chance.random() < 0.5:
            intake.process_inbox()
    intake.process_inbox()


def test_events_in_any_order_and_told_again_end_in_the_same_state(integration: Integration) -> None:
    chance, wrong = random.Random(SEED), []
    for first in range(0, SEQUENCES, TOGETHER):
        histories = {f"M7-{number}": history(chance, f"M7-{number}") for number in range(first, min(first + TOGETHER, SEQUENCES))}
        deliveries = {alias: delivered(chance, told) for alias, told in histories.items()}
        receive(integration, chance, list(deliveries.values()))
        assert not InboxRow.objects.exclude(state=InboxRow.DONE).exists()
        for alias, told in histories.items():
            rows = list(Alert.objects.filter(alias=alias).order_by("starts_at", "id"))
            found = [(row.status != Alert.CLOSED, row.starts_at) for row in rows]
            is_counted = sum(row.count for row in rows) == sum(one["status"] == "firing" for one in deliveries[alias])
            if found[-1] != expected(told) or sum(is_open for is_open, _at in found) > 1 or not is_counted:
                wrong.append((alias, expected(told), found, [(one["status"], one["startsAt"]) for one in deliveries[alias]]))
        Alert.objects.all().delete()
    assert wrong[:3] == []
