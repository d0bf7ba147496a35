"""Conditions, times and templates of rules: tables over pure functions."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from alerts import conditions, templating, times, widgets
from common import errors

FACTS: dict[str, Any] = {
    "message": "Disk full on db-01", "alias": "disk-db-01", "description": "", "source": "prometheus", "entity": "db-01.example", "tags": ["prod", "Storage"],
    "details": {"host": "db-01", "free": "3.5", "region": "eu-north"}, "priority": 2, "responders": ["Database"], "service": "Billing", "tier": 1,
    "team": "Platform", "integration": "Main Prometheus", "count": 4, "actions": ["restart"],
}  # fmt: skip


def line(field: str, operation: str, value: Any = "", *, key: str = "", no: bool = False) -> dict[str, Any]:
    return {"field": field, "operation": operation, "expectedValue": value, "key": key, "not": no}


def fits(*lines: dict[str, Any], type_: str = conditions.ALL) -> bool:
    return conditions.compiled(conditions.check({"type": type_, "conditions": list(lines)})).fits(FACTS)


FITTING = [
    line("message", "contains", "disk FULL"),
    line("message", "matches", r"Disk .* on db-\d+"), line("message", "starts-with", "disk"), line("message", "ends-with", "01"),
    line("source", "equals", "Prometheus"), line("message", "equals-ignoring-whitespace", "diskfull on db-01"), line("description", "is-empty"),
    line("entity", "is-empty", no=True), line("tags", "contains", "storage"), line("tags", "contains", "stor", no=True), line("tags", "starts-with", "stor"),
    line("tags", "matches", "(prod|test)"), line("details", "contains-key", "Host"), line("details", "contains-value", "north"), line("details", "is-empty", no=True),
    line("details", "equals", "db-01", key="host"), line("details.region", "contains", "eu"), line("extra-properties", "equals", "db-01", key="host"),
    line("details", "greater-than", "3", key="free"), line("details.free", "less-than", "4"), line("details.nothing", "is-empty"),
    line("priority", "equals", "P2"), line("priority", "greater-than", "P3"), line("priority", "less-than", "P1"), line("tier", "equals", "1"),
    line("responders", "contains", "database"), line("service", "equals", "billing"), line("team", "equals", "platform"), line("teams", "contains", "plat"),
    line("integration", "contains", "main"), line("count", "greater-than", "3"), line("count", "less-than", 5), line("actions", "contains", "restart"),
    line("alias", "matches", r"DISK.*", no=True), line("alias", "matches", r"(?i)DISK.*"), line("details.nothing", "greater-than", "0", no=True),
]  # fmt: skip


@pytest.mark.parametrize("asked", FITTING, ids=lambda one: f"{one['field']}-{one['operation']}-{one['expectedValue']}")
def test_what_fits(asked: dict[str, Any]) -> None:
    assert fits(asked)
    assert not fits({**asked, "not": not asked["not"]})


def test_all_any_and_every() -> None:
    good, bad = line("priority", "equals", "P2"), line("source", "equals", "zabbix")
    assert (fits(good, bad), fits(good, bad, type_=conditions.ANY), fits(bad, bad, type_=conditions.ANY)) == (False, True, False)
    assert conditions.compiled(conditions.check(None)).fits({}) and conditions.check([good]) == conditions.check({"conditions": [good]})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("everything", "conditions.type"), ({"type": "some"}, "conditions.type"), ({"conditions": "x"}, "conditions"), ({"conditions": []}, "conditions"),
        ([7], "conditions.0"), ([line("colour", "equals", "red")], "conditions.0.field"), ([line("message.x", "equals", "red")], "conditions.0.field"),
        ([line("message", "resembles", "x")], "conditions.0.operation"), ([line("details", "contains", "x")], "conditions.0.operation"),
        ([line("tags", "greater-than", "1")], "conditions.0.operation"), ([{**line("message", "contains", "x"), "not": "no"}], "conditions.0.not"),
        ([line("message", "contains", "")], "conditions.0.expectedValue"), ([line("message", "contains", ["x"])], "conditions.0.expectedValue"),
        ([line("message", "contains", "x" * 1001)], "conditions.0.expectedValue"), ([line("priority", "equals", "P7")], "conditions.0.expectedValue"),
        ([line("count", "greater-than", "many")], "conditions.0.expectedValue"), ([line("message", "matches", "(?=a)b")], "conditions.0.expectedValue"),
        ([line("source", "is-empty"), line("message", "matches", "(")], "conditions.1.expectedValue"), ([line("source", "is-empty")] * 51, "conditions"),
    ],
)  # fmt: skip
def test_what_is_refused_names_its_place(given: Any, field: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        conditions.check(given)
    assert caught.value.field == field and caught.value.message


def test_each_line_is_explained() -> None:
    stored = conditions.check([line("priority", "greater-than", "P3"), line("details.host", "equals", "db-02")])
    told = [(one.words, one.fits, one.given) for one in conditions.explain(stored, FACTS)]
    assert told == [("Priority is more urgent than “P3”", True, "P2"), ("host equals “db-02”", False, "db-01")]


@pytest.mark.parametrize(
    ("template", "text"),
    [("{{service}}: {{ message }}", "Billing: Disk full on db-01"), ("{{details.host}} {{priority}} {{details.nothing}}", "db-01 P2 "), ("as is", "as is"),
     ("{{tags}}", "prod, Storage")],
)  # fmt: skip
def test_templates(template: str, text: str) -> None:
    assert templating.fill(templating.check(template, "message"), FACTS) == text


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(errors.Invalid, match="colour"):
        templating.check("{{colour}}", "message")


@pytest.mark.parametrize(
    ("stored", "wall", "is_within"),
    [
        ({}, "2026-11-22T03:00", True), ({"weekdays": [6]}, "2026-11-22T03:00", True), ({"weekdays": [0]}, "2026-11-22T03:00", False),
        ({"from": "09:00", "until": "17:00"}, "2026-11-23T16:59", True), ({"from": "09:00", "until": "17:00"}, "2026-11-23T17:00", False),
        ({"from": "22:00", "until": "06:00"}, "2026-11-23T02:00", True), ({"from": "22:00"}, "2026-11-23T23:00", True),
    ],
)  # fmt: skip
def test_times(stored: dict[str, Any], wall: str, is_within: bool) -> None:
    at = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("Europe/Oslo")).astimezone(UTC)
    assert times.times_of(times.check({**stored, "zone": "Europe/Oslo"})).fits(at) is is_within


@pytest.mark.parametrize(
    ("given", "field"),
    [("x", "times"), ({"weekdays": [7]}, "times.weekdays"), ({"from": "9 o'clock"}, "times.from"), ({"until": "25:00"}, "times.until"),
     ({"weekdays": [1], "zone": "Europe/Atlantis"}, "times.zone"), ({"from": "09:00", "until": "09:00"}, "times.until")],
)  # fmt: skip
def test_times_that_are_refused(given: Any, field: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        times.check(given)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("wall", "weekday", "after", "expected"),
    [
        ("08:00", None, "2026-11-22T10:00+00:00", "2026-11-23T07:00+00:00"), ("08:00", 0, "2026-11-23T07:00+00:00", "2026-11-30T07:00+00:00"),
        ("08:00", None, "2026-10-24T10:00+00:00", "2026-10-25T07:00+00:00"),  # the night that the clock goes back
        ("02:30", None, "2026-03-28T10:00+00:00", "2026-03-29T01:30+00:00"),  # a time that does not occur
    ],
)  # fmt: skip
def test_the_next_time_on_a_wall(wall: str, weekday: int | None, after: str, expected: str) -> None:
    found = times.next_at(time.fromisoformat(wall), "Europe/Oslo", datetime.fromisoformat(after), weekday)
    assert found == datetime.fromisoformat(expected)


def test_the_editor_of_rows_gives_what_is_stored() -> None:
    rows = "c-field={}&c-key={}&c-not={}&c-operation={}&c-expectedValue={}&"
    posted = QueryDict("c-type=match-all-conditions&" + rows.format("message", "", "", "contains", "disk") + rows.format("details", "host", "1", "equals", "a")
                       + rows.format("", "", "", "contains", ""))  # fmt: skip
    widget = widgets.ConditionsWidget()
    stored = widgets.ConditionsField().clean(widget.value_from_datadict(posted, {}, "c"))
    assert stored == conditions.check([line("message", "contains", "disk"), line("details", "equals", "a", key="host", no=True)])
    assert 'value="disk"' in widget.render("c", stored)
