"""The sweep of silences and maintenance: it finds what changed, and does not read what did not."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from alerts.actions import maintaining, silencing
from alerts.labels import Matcher
from alerts.models import Alert, Silence
from common import clock

pytestmark = pytest.mark.django_db
AMOUNT = 30


@pytest.fixture
def alerts(house: None) -> list[Alert]:
    """Open alerts, every third of the disk."""
    at = clock.now()
    rows = [
        Alert(
            number=number, alias=f"a{number}", message="Disk" if number % 3 == 0 else "Load", source="one", first_occurred_at=at, last_occurred_at=at
        )
        for number in range(90_001, 90_001 + AMOUNT)
    ]
    return Alert.objects.bulk_create(rows)


def silence(minutes: int, until: int, alertname: str = "Disk") -> Silence:
    at = clock.now()
    matchers = [Matcher("alertname", alertname, False, True)]
    times: dict[str, Any] = {"starts_at": at + timedelta(minutes=minutes), "ends_at": at + timedelta(minutes=until)}
    return silencing.put(actor=None, matchers=matchers, created_by="Ann", comment="Work on disks", **times)


def quiet() -> int:
    return Alert.objects.filter(silenced_until__isnull=False).count()


def test_while_nothing_changes_no_open_alert_is_read(alerts: list[Alert], django_assert_max_num_queries: Any) -> None:
    start = clock.now()
    maintaining.plan(actor=None, team=None, values={"name": "Upgrade", "starts_at": start, "ends_at": start + timedelta(hours=4), "conditions": []})
    assert (quiet(), silencing.hush_due(clock.now())) == (AMOUNT, 0)
    with django_assert_max_num_queries(6) as captured:
        assert silencing.hush_due(clock.now()) == 0
    (read,) = [one["sql"] for one in captured.captured_queries if 'FROM "alerts_alert"' in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {read}")
        assert "alert_silenced" in " ".join(row[0] for row in cursor.fetchall())


def test_a_silence_that_begins_later_is_seen_when_it_begins_and_ends(alerts: list[Alert]) -> None:
    start = clock.now()
    for alert in Alert.objects.all():
        alert.details = {"alertname": alert.message}
        alert.save(update_fields=["details"])
    silence(30, 60)
    assert (silencing.hush_due(start), quiet()) == (0, 0)
    with clock.shifted(start + timedelta(minutes=31)):
        assert (silencing.hush_due(clock.now()), quiet()) == (AMOUNT // 3, AMOUNT // 3)
        assert silencing.hush_due(clock.now()) == 0
    with clock.shifted(start + timedelta(minutes=61)):
        assert (silencing.hush_due(clock.now()), quiet()) == (AMOUNT // 3, 0)


def test_what_people_change_in_an_alert_counts_within_five_minutes(alerts: list[Alert]) -> None:
    start = clock.now()
    silence(0, 120, alertname="Fan")
    assert quiet() == 0
    Alert.objects.filter(pk=alerts[0].pk).update(details={"alertname": "Fan"})
    with clock.shifted(start + timedelta(minutes=5)):
        assert (silencing.hush_due(clock.now()), quiet()) == (1, 1)


def test_making_an_alert_loud_holds_the_groups_first(alerts: list[Alert], agent: User) -> None:
    Alert.objects.filter(pk=alerts[0].pk).update(silenced_until=Alert.FOREVER, held_until=Alert.FOREVER)
    with CaptureQueriesContext(connection) as captured:
        silencing.release(alerts[0], actor=agent)
    said = [one["sql"] for one in captured.captured_queries]
    lock = next(number for number, sql in enumerate(said) if "pg_advisory_xact_lock" in sql)
    assert lock < next(number for number, sql in enumerate(said) if "FOR UPDATE" in sql)
