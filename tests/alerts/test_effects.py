"""What follows from rules, when maintenance is, and what notification policies have in mind: tables over pure functions."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts import effects, notifying, windows
from alerts.models import Alert, AlertRule
from common import errors

T0 = datetime(2026, 11, 22, 10, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("kind", "given", "place"),
    [
        ("policy", {}, "does"), ("policy", "x", "does"), ("policy", {"colour": 1}, "does.colour"), ("policy", {"priority": 9}, "does.priority"),
        ("policy", {"message": "{{colour}}"}, "does.message"), ("policy", {"tags_add": "x"}, "does.tags_add"), ("policy", {"details": []}, "does"),
        ("policy", {"details": ["x"]}, "does.details"), ("policy", {"responders": [{"type": "dog", "name": "Rex"}]}, "does.responders"),
        ("notification", {"delay": {"minutes": 0}}, "does.delay.minutes"), ("notification", {"delay": {"until": "8"}}, "does.delay.until"),
        ("notification", {"delay": {"weekday": 1}}, "does.delay"), ("notification", {"restart": {"minutes": 5}}, "does.restart"),
        ("notification", {"dedup": {"minutes": 5}}, "does.dedup.count"), ("notification", {"close_after": "soon"}, "does.close_after"),
        ("incident", {"impact": 7}, "does.impact"), ("incident", {"summary": "{{x}}"}, "does.summary"), ("enrichment", {"pattern": "x(.)"}, "does.field"),
        ("enrichment", {"pattern": "x(.)", "field": "message"}, "does.pattern"), ("enrichment", {"pattern": "(", "field": "message"}, "does.pattern"),
        ("expiry", {"minutes": 1}, "does.minutes"), ("expiry", {}, "does"),
    ],
)  # fmt: skip
def test_what_is_refused_names_its_place(kind: str, given: Any, place: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        effects.check(kind, given)
    assert caught.value.field == place


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("policy", {"message": "{{service}} is down", "priority": 1, "suppress": False}, "Message becomes “{{service}} is down”, priority P1"),
        ("policy", {"tags_add": ["a"], "tags_remove": ["b"], "details": {"k": "v"}, "suppress": True}, "adds the tags a, removes the tags b, sets k, keeps it quiet"),
        ("notification", {"delay": {"until": "8:00:00".zfill(8), "zone": "Europe/Oslo", "weekday": 0}}, "waits until Monday 08:00 (Europe/Oslo)"),
        ("notification", {"dedup": {"count": 5, "minutes": 10}, "close_after": 120}, "pages from event 5 on, within 10 minutes, closes it after 2 hours"),
        ("incident", {"priority": 2, "labels": ["edge"]}, "opens an incident, P2, #edge"), ("incident", {"none": True, "labels": []}, "opens no incident"),
        ("expiry", {"minutes": 1440}, "closes it when nothing came for 1 day"),
    ],
)  # fmt: skip
def test_in_words(kind: str, given: Any, told: str) -> None:
    assert effects.words(kind, effects.check(kind, given)) == told


@dataclass
class Window:
    starts_at: datetime
    ends_at: datetime
    recurrence: str = ""
    time_zone: str = "UTC"
    ended_at: datetime | None = None


def oslo(recurrence: str, begin: str, end: str, ended: str | None = None) -> Window:
    instants = [datetime.fromisoformat(one) if one else None for one in (begin, end, ended)]
    assert instants[0] and instants[1]
    return Window(instants[0], instants[1], recurrence, "Europe/Oslo", instants[2])


NIGHTS = oslo("FREQ=DAILY", "2026-10-20T22:00+02:00", "2026-10-21T02:30+02:00")


@pytest.mark.parametrize(
    ("window", "at", "ends"),
    [
        (oslo("", "2026-11-22T10:00+00:00", "2026-11-22T11:00+00:00"), "2026-11-22T10:30+00:00", "2026-11-22T11:00+00:00"),
        (oslo("", "2026-11-22T10:00+00:00", "2026-11-22T11:00+00:00"), "2026-11-22T11:00+00:00", None),
        (oslo("", "2026-11-22T10:00+00:00", "2026-11-22T11:00+00:00", "2026-11-22T10:20+00:00"), "2026-11-22T10:30+00:00", None),
        (NIGHTS, "2026-10-23T20:30+00:00", "2026-10-24T00:30+00:00"),  # summer: 22:30 on the wall
        (NIGHTS, "2026-10-30T20:30+00:00", None),  # winter: 21:30 on the wall
        (NIGHTS, "2026-10-25T01:15+00:00", "2026-10-25T01:30+00:00"),  # 02:15 for the second time; it ends with the last 02:30
        (oslo("FREQ=WEEKLY;BYDAY=SU", "2026-11-01T02:00+01:00", "2026-11-01T04:00+01:00"), "2026-11-22T01:30+00:00", "2026-11-22T03:00+00:00"),
        (oslo("FREQ=WEEKLY;BYDAY=SU", "2026-11-01T02:00+01:00", "2026-11-01T04:00+01:00"), "2026-11-23T01:30+00:00", None),
        (oslo("FREQ=DAILY;UNTIL=20261110", "2026-11-01T02:00+01:00", "2026-11-01T04:00+01:00"), "2026-11-12T01:30+00:00", None),
        (oslo("FREQ=DAILY", "2026-11-01T02:00+01:00", "2026-11-01T04:00+01:00", "2026-11-22T01:10+00:00"), "2026-11-22T01:30+00:00", None),
        (oslo("FREQ=DAILY", "2026-11-01T02:00+01:00", "2026-11-01T04:00+01:00", "2026-11-21T01:10+00:00"), "2026-11-22T01:30+00:00", "2026-11-22T03:00+00:00"),
    ],
)  # fmt: skip
def test_when_maintenance_is(window: Window, at: str, ends: str | None) -> None:
    found = windows.current(window, datetime.fromisoformat(at))
    assert (found[1] if found else None) == (datetime.fromisoformat(ends) if ends else None)


def test_the_next_occurrence() -> None:
    weekly = oslo("FREQ=WEEKLY;BYDAY=SU", "2026-11-01T02:00+01:00", "2026-11-01T04:00+01:00")
    found = windows.following(weekly, T0)
    assert found is not None and found[0] == datetime(2026, 11, 29, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "recurrence", ["EVERY DAY", "FREQ=SECONDLY", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;COUNT=99999", "FREQ=DAILY\nDTSTART:20200101"]
)
def test_recurrences_that_are_refused(recurrence: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        windows.check(recurrence, T0, T0 + timedelta(hours=1))
    assert caught.value.field == "recurrence"


@dataclass
class Subject:
    FOREVER = Alert.FOREVER
    count: int = 1
    held_until: datetime | None = None
    plan: dict[str, Any] = field(default_factory=dict)
    plan_due_at: datetime | None = None


HOUR = T0 + timedelta(hours=1)


@pytest.mark.parametrize(
    ("does", "held", "due"),
    [
        ({"suppress": True}, Alert.FOREVER, None), ({"delay": {"minutes": 60}}, HOUR, None), ({"delay": {"until": "11:00", "zone": "UTC"}}, HOUR, None),
        ({"delay": {"until": "08:00", "zone": "Europe/Oslo", "weekday": 0}}, datetime(2026, 11, 23, 7, tzinfo=UTC), None), ({"close_after": 60}, None, HOUR),
        ({"restart": {"minutes": 60, "times": 2}, "close_after": 90}, None, HOUR), ({"dedup": {"count": 3}}, Alert.FOREVER, None), ({"dedup": {"count": 1}}, None, None),
    ],
)  # fmt: skip
def test_what_a_policy_intends(does: dict[str, Any], held: datetime | None, due: datetime | None) -> None:
    subject = Subject()
    notifying.intend(subject, AlertRule(name="r", does=does), T0)
    assert (subject.held_until, subject.plan_due_at) == (held, due)


@pytest.mark.parametrize(
    ("first", "second", "held", "waits"),
    [
        ({"dedup": {"count": 3}}, {"suppress": True}, Alert.FOREVER, None), ({"suppress": True}, {"dedup": {"count": 3}}, Alert.FOREVER, None),
        ({"dedup": {"count": 3}}, {"delay": {"minutes": 60}}, Alert.FOREVER, HOUR), ({"delay": {"minutes": 60}}, {"dedup": {"count": 3}}, Alert.FOREVER, HOUR),
        ({"delay": {"minutes": 60}}, {"delay": {"minutes": 5}}, HOUR, None),
    ],
)  # fmt: skip
def test_policies_that_follow_each_other(first: dict[str, Any], second: dict[str, Any], held: datetime, waits: datetime | None) -> None:
    subject = Subject()
    for does in (first, second):
        notifying.intend(subject, AlertRule(name="r", does=does), T0)
    assert (subject.held_until, subject.plan.get("dedup", {}).get("until")) == (held, waits and waits.isoformat())


@pytest.mark.parametrize(
    ("dedup", "events", "loud_after"),
    [({"count": 3}, [(1, 1), (2, 1)], 2), ({"count": 3}, [(1, 5)], 1), ({"count": 3, "minutes": 10}, [(9, 1), (11, 1), (12, 1)], 3),
     ({"count": 3, "minutes": 10}, [(20, 1), (40, 1), (60, 1)], None)],
)  # fmt: skip
def test_pages_from_so_many_events_on(dedup: dict[str, Any], events: list[tuple[int, int]], loud_after: int | None) -> None:
    subject, total = Subject(), 1
    notifying.intend(subject, AlertRule(name="r", does={"dedup": dedup}), T0)
    plan: dict[str, Any] = subject.plan
    found = None
    for number, (minute, more) in enumerate(events, start=1):
        total += more
        plan, is_enough = notifying.counted(plan, total, more, T0 + timedelta(minutes=minute))
        if is_enough:
            found = number
            break
    assert found == loud_after


def test_paging_again_counts_down_and_ends() -> None:
    plan = {"rule": "r", "restart": {"minutes": 5, "left": 2}, "restart_at": T0.isoformat()}
    waited = notifying.restarted(plan, T0, is_done=False)
    once = notifying.restarted(waited, T0, is_done=True)
    assert (waited["restart"]["left"], once["restart"]["left"], notifying.due(once)) == (2, 1, T0 + timedelta(minutes=5))
    assert notifying.restarted(once, T0, is_done=True) == {"rule": "r"}
