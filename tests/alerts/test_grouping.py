"""Which alerts belong together: the pure rules, and that the way a stream is cut into batches changes nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import grouping
from alerts.grouping import FIELDS, TEXT, TOOL, Board, Group, Lessons, Rule
from common import likeness
from tests.performance import grouping as measuring

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


@dataclass
class Said:
    """An alert as grouping reads it."""

    number: int
    message: str = "Disk full on kfk-03"
    minute: float = 0
    service_id: int | None = 1
    service_name: str = ""
    integration_id: int | None = 1
    team_id: int | None = None
    entity: str = ""
    source: str = ""
    priority: int = 3
    tags: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    group_key: str = ""

    @property
    def key(self) -> str:
        return f"ALR-{self.number}"

    @property
    def first_occurred_at(self) -> datetime:
        return START + timedelta(minutes=self.minute)


ALIKE = Rule(1, TEXT, ("service",), 10, 0.7)


def told(rules: list[Rule], *alerts: Said, lessons: Lessons | None = None, cuts: tuple[int, ...] = ()) -> list[tuple[str, str]]:
    """For each alert the first of its group, and how it came there; at each cut the groups are read back as if from the database."""
    known: dict[int, Group] = {}
    board, answers = Board((), lessons), []
    for place, alert in enumerate(alerts):
        if place in cuts:
            board = Board([Group(**{name: getattr(one, name) for name in Group.__slots__}) for one in known.values()], lessons)
            known = {id(one): one for near in board.by_key.values() for one in near}
        look = grouping.wanted(alert, rules)
        if look is None:
            answers.append(("", ""))
            continue
        found = board.place(alert, look)
        known[id(found.group)] = found.group
        answers.append((found.group.leader, found.how))
    return answers


@pytest.mark.parametrize(
    ("rule", "second", "how"),
    [
        (ALIKE, Said(2, "Disk full on kfk-11", 9), "text"),
        (ALIKE, Said(2, "Disk full on kfk-11", 11), None),
        (ALIKE, Said(2, "Disk is full on kfk-11", 1), "text"),
        (ALIKE, Said(2, "Certificate expires in 18 days", 1), None),
        (ALIKE, Said(2, service_id=2), None),
        (Rule(1, FIELDS, ("service",), 10), Said(2, "Certificate expires", 1), "fields"),
        (Rule(1, FIELDS, ("service", "message"), 10), Said(2, "Disk full on kfk-4", 1), "fields"),
        (Rule(1, FIELDS, ("details.cluster",), 10), Said(2, details={"cluster": "osl"}), "fields"),
        (Rule(1, FIELDS, ("details.cluster",), 10), Said(2, details={"cluster": "ams"}), None),
        (Rule(1, FIELDS, ("tag.env",), 10), Said(2, tags=["env:prod", "db"]), "fields"),
        (Rule(1, FIELDS, ("entity",), 10), Said(2, entity="db-1"), "fields"),
        (Rule(1, TOOL), Said(2, "Something else", group_key="{}/x"), "tool"),
        (Rule(1, TOOL), Said(2, "Something else", group_key="{}/y"), None),
    ],
)
def test_who_joins_the_first_alert(rule: Rule, second: Said, how: str | None) -> None:
    first = Said(1, details={"cluster": "osl"}, tags=["env:prod"], entity="db-1", group_key="{}/x")
    assert told([rule], first, second) == [("ALR-1", "first"), ("ALR-1", how) if how else ("ALR-2", "first")]


def test_the_first_rule_that_fits_decides_and_an_alert_that_none_fits_stays_alone() -> None:
    rules = [Rule(1, FIELDS, ("entity",), 10, fits=lambda alert: alert.priority == 1), Rule(2, TOOL)]
    alerts = [Said(1, priority=1, entity="db"), Said(2, priority=1, entity="db"), Said(3, entity="db"), Said(4, group_key="k")]
    assert told(rules, *alerts) == [("ALR-1", "first"), ("ALR-1", "fields"), ("", ""), ("ALR-4", "first")]


def test_a_group_goes_on_while_alerts_come_and_ends_after_a_day() -> None:
    alerts = [Said(number, minute=number * 9) for number in range(170)]
    leaders = {leader for leader, _how in told([ALIKE], *alerts)}
    assert leaders == {"ALR-0", "ALR-161"}


def test_what_people_taught_comes_first() -> None:
    disk, cert = Said(1), Said(2, "Certificate expires in 18 days", 1)
    lessons = Lessons()
    lessons.teach(grouping.kind_of(disk), grouping.kind_of(cert), True)
    assert told([ALIKE], disk, cert, lessons=lessons)[1] == ("ALR-1", "taught")
    near, lessons = Said(2, "Disk is full on kfk-11", 1), Lessons()
    lessons.teach(grouping.kind_of(disk), grouping.kind_of(near), False)
    again = Said(3, minute=2)
    assert told([ALIKE], disk, near, again, lessons=lessons) == [("ALR-1", "first"), ("ALR-2", "first"), ("ALR-1", "text")]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("CPU 97.5% on 10.0.0.12:9100", "cpu #% on #"),
        ("pod api-7d9f6c5b4 restarted 3 times", "pod api-# restarted # times"),
        ("job 0b1c2d3e-1111-2222-3333-444455556666 failed at 10:12:13", "job # failed at #"),
        ("deadbeef cafe", "deadbeef cafe"),
        ("", ""),
    ],
)
def test_what_changes_from_one_occurrence_to_the_next_is_masked(text: str, masked: str) -> None:
    assert likeness.masked(text) == masked


WORDS = st.sampled_from(
    ["Disk full on kfk-1", "Disk is full on kfk-2", "Disk almost full on kfk-3", "5xx ratio high", "5xx ratio very high", "Queue long"]
)
ALERTS = st.lists(st.tuples(WORDS, st.integers(0, 8), st.sampled_from([1, 2])), min_size=1, max_size=40)


@given(ALERTS, st.sets(st.integers(1, 39), max_size=6))
def test_the_way_a_stream_is_cut_into_batches_changes_no_group(drawn: list[tuple[str, int, int]], cuts: set[int]) -> None:
    minute, alerts = 0, []
    for number, (message, gap, service) in enumerate(drawn):
        minute += gap
        alerts.append(Said(number, message, minute, service))
    assert told([ALIKE], *alerts, cuts=tuple(cuts)) == told([ALIKE], *alerts)


@pytest.mark.skipif(not measuring.STREAM.is_file(), reason=f"no {measuring.STREAM} (EVENKEEL_SAMPLES)")
def test_the_shipped_rule_folds_the_labelled_stream_as_purely_as_equal_words_do() -> None:
    stream = measuring.rows()
    got, bound = measuring.measured(stream, measuring.DEFAULT), measuring.measured(stream, measuring.RULES[measuring.UPPER_BOUND])
    assert got.reduction > 25
    assert got.groups < bound.groups
    assert got.by_phase > bound.by_phase - 0.01
    assert got.rate > 6_000
