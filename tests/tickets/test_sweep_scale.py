"""The sweep costs what is due, not what runs."""

import time
from datetime import timedelta

import pytest
from django.db import connection

from common import clock
from incidents.models import Incident
from tickets.actions import clocks
from tickets.models import SlaClock

RUNNING = 50_000
MANY = """
INSERT INTO tickets_slaclock (ticket_id, metric, cycle, calendar_id, target_seconds, state, started_at, pauses, due_at, next_threshold_at, thresholds)
SELECT %s, 'metric' || n, 1, (SELECT min(id) FROM sla_calendar), 14400, 'running', now(), '[]', now() + interval '9 hours', now() + interval '9 hours',
  jsonb_build_array(jsonb_build_array(100, to_char(now() + interval '9 hours', 'YYYY-MM-DD"T"HH24:MI:SSOF')))
FROM generate_series(1, %s) n
"""


@pytest.mark.slow
def test_fifty_thousand_running_clocks_are_swept_within_a_second(incident: Incident) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY, [incident.pk, RUNNING])
        cursor.execute("ANALYZE tickets_slaclock")
    with clock.shifted(clock.now() + timedelta(hours=3)):
        begun = time.perf_counter()
        assert clocks.sweep() == 2
        took = time.perf_counter() - begun
    assert took < 1.0, f"{took:.3f} s"
    assert SlaClock.objects.filter(state="running").count() == RUNNING + 2


def test_the_sweep_reads_the_index_of_what_is_due(incident: Incident) -> None:
    due = SlaClock.objects.filter(next_threshold_at__lte=clock.now()).order_by("next_threshold_at", "id")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "sla_clock_threshold" in due.explain()
