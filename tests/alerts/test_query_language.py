"""The query language of Opsgenie's alert list: what it means, what it finds, and what is said about mistakes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from alerts.actions import integrations
from alerts.models import Alert
from alerts.opsgenie import finding, language
from alerts.opsgenie.language import BadQuery

T0 = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MS = int(T0.timestamp() * 1000)


@pytest.fixture
def alerts(house: None, agent: User) -> None:
    """Five alerts, called a to e by their alias."""
    api = integrations.create(actor=None, name="Big API", adapter="generic", incident_from_priority=None)
    prom = integrations.create(actor=None, name="Prometheus", adapter="alertmanager", incident_from_priority=None)

    def make(number: int, alias: str, message: str, **more: Any) -> None:
        at = T0 + timedelta(days=number)
        Alert.objects.create(number=100 + number, alias=alias, message=message, first_occurred_at=at, last_occurred_at=at, **more)

    make(
        0,
        "a",
        "Disk full on db1",
        priority=1,
        tags=["Critical", "night shift"],
        details={"region": "eu", "host": "db1"},
        entity="db1:9100",
        integration=api,
        count=7,
    )
    make(
        1,
        "b",
        "CPU load high",
        priority=3,
        tags=["critical-path"],
        source="Nagios",
        owner=agent,
        status="acknowledged",
        acknowledged_at=T0,
        acknowledged_by="ada",
        integration=prom,
    )
    make(
        2,
        "c",
        "Disk slow",
        priority=5,
        description="latency of 100% on the disk",
        responders=[{"type": "team", "name": "Ops"}],
        integration=api,
        actions=["Restart"],
    )
    make(3, "d", "Checkout is down", priority=2, status="closed", closed_at=T0, closed_by="agent", closed_by_name="Grace", seen_at=T0)
    make(4, "e", 'Quote " and (bracket)', priority=2, status="snoozed", snoozed_until=T0 + timedelta(days=9), details={"region": "us_1", "k:v": "x"})


FINDS = [
    ("", "abcde"),
    ("   ", "abcde"),
    ("*", "abcde"),
    ("status: open", "abce"),
    ("status:closed", "d"),
    ("status : open", "abce"),
    ("STATUS: Open", "abce"),
    ("NOT status: open", "d"),
    ("not status: closed", "abce"),
    ("status != open", "d"),
    ("disk", "ac"),
    ("DISK", "ac"),
    ("disk full", "a"),
    ('"disk slow"', "c"),
    ('"slow disk"', ""),
    ("disk OR cpu", "abc"),
    ("disk AND full", "a"),
    ("disk NOT full", "c"),
    ("disk AND NOT full", "c"),
    ("dis*", "ac"),
    ("latency", "c"),
    ("100%", "c"),
    ("message: disk", "ac"),
    ("message: (disk OR cpu)", "abc"),
    ("message: (disk AND NOT slow)", "a"),
    ('message: "is down"', "d"),
    ("message: *down", "d"),
    ("description: latency", "c"),
    ("description: *", "c"),
    ("priority: P1", "a"),
    ("priority: (P1 OR P5)", "ac"),
    ("priority <= P2", "ade"),
    ("priority > p2", "bc"),
    ("tag: Critical", "a"),
    ("tag: critical", "a"),
    ("tags: critical*", "ab"),
    ('tag: "night shift"', "a"),
    ("tag: (Critical OR critical-path)", "ab"),
    ("NOT tag: *", "cde"),
    ("alias: a", "a"),
    ("alias: (a b)", ""),
    ("alias: (a OR b)", "ab"),
    ("count > 1", "a"),
    ("count >= 7", "a"),
    ("count: 1", "bcde"),
    ("count < 7 AND count > 0", "bcde"),
    ("tinyId: 102", "c"),
    ("tinyId > 102", "de"),
    ("entity: db1:9100", "a"),
    ("entity: db1", "a"),
    ("source: nagios", "b"),
    ("owner: hanna*", "b"),
    ("NOT owner: hanna*", "acde"),
    ("acknowledgedBy: ada", "b"),
    ("closedBy: grace", "d"),
    ("acknowledged: true", "b"),
    ("acknowledged: FALSE", "acde"),
    ("snoozed: true", "e"),
    ("isSeen: true", "d"),
    ("integration.name: Prometheus", "b"),
    ('integration.name: "big api"', "ac"),
    ("integration.type: alertmanager", "b"),
    ("NOT integration.name: Prometheus", "acde"),
    ("teams: ops", "c"),
    ("responders: Ops", "c"),
    ("actions: restart", "c"),
    ("details.key: region", "ae"),
    ("details.value: eu", "a"),
    ("details.value: us_1", "e"),
    ("details.value: us11", ""),
    ('detailsPair("region":"eu")', "a"),
    ("detailsPair(region:us*)", "e"),
    ('detailsPair("host":"eu")', ""),
    ('detailsPair: ("k:v":"x")', "e"),
    (f"createdAt: {MS}", "a"),
    (f"createdAt > {MS}", "bcde"),
    (f"createdAt >= {MS}", "abcde"),
    ("createdAt: 20-11-2026", "a"),
    ("createdAt < 21-11-2026", "a"),
    ("createdAt <= 21-11-2026", "ab"),
    ("createdAt > 20-11-2026T09:30", "bcde"),
    ("createdAt: 20-11-2026T09:30", "a"),
    ("lastOccurredAt > 2026-11-23T00:00Z", "de"),
    ("snoozedUntil > 01-11-2026", "e"),
    ("status: open AND (priority: P1 OR tag: critical*) AND NOT owner: hanna*", "a"),
    ("((((disk))))", "ac"),
    ("status: open priority: P1", "a"),
    ("disk or cpu and high", "abc"),
    (r'"Quote \" and"', "e"),
    ("recipients: nobody@example.com", ""),
    ("alertId: no-id", ""),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "found"), FINDS, ids=[row[0] or "nothing" for row in FINDS])
def test_what_a_query_finds(alerts: None, query: str, found: str) -> None:
    rows = Alert.objects.filter(finding.condition(language.parse(query)))
    assert "".join(sorted(rows.values_list("alias", flat=True))) == found


WRONG = [
    ("foo: bar", 0, "There is no field “foo”"),
    ("status: open AND", 16, "ends too early"),
    ("status:", 7, "ends too early"),
    ("status: maybe", 8, "open or closed"),
    ("(disk", 0, "never closed"),
    ("disk)", 4, "Nothing is open"),
    ("AND disk", 0, "something is missing"),
    ("disk OR OR cpu", 8, "something is missing"),
    ('message: "disk', 9, "never closed"),
    ("count: many", 7, "is a number"),
    ("count: -1", 7, "is a number"),
    ("priority: P9", 10, "P1, P2, P3"),
    ("message > x", 8, "no order"),
    ("acknowledged: maybe", 14, "true or false"),
    ("createdAt > yesterday", 12, "is an instant"),
    ("createdAt: 31-02-2026", 11, "no day"),
    (": x", 0, "something is missing"),
    ("tag: ()", 6, "value is missing"),
    ("tag: (a OR", 10, "ends too early"),
    ("NOT", 3, "ends too early"),
    ("detailsPair(x)", 13, "detailsPair"),
    ("tag: (a", 5, "never closed"),
    ("x" * 2001, 2000, "2000"),
    ("(" * 30 + "x" + ")" * 30, 21, "levels"),
    ("NOT " * 30 + "x", 84, "levels"),
    (" ".join(["x"] * 101), 200, "100 terms"),
]


@pytest.mark.parametrize(("query", "position", "words"), WRONG, ids=[row[0][:30] for row in WRONG])
def test_mistakes_are_named_with_their_place(query: str, position: int, words: str) -> None:
    with pytest.raises(BadQuery) as caught:
        language.parse(query)
    assert words in caught.value.message
    assert caught.value.position == position


@given(st.text(alphabet='ab:()"<>=! *\\-1AND OR NOTstatus.', max_size=60) | st.text(max_size=40))
def test_any_text_is_a_query_or_a_named_mistake(text: str) -> None:
    try:
        language.parse(text)
    except BadQuery as error:
        assert error.message and 0 <= error.position <= len(text)
