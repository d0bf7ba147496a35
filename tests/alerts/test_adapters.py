"""Each tool's payloads as alerts: a problem and its end share an alias, what is no alert has a reason, and no shape is an error."""

import copy
import random
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest
from django.core.management import call_command

from alerts import adapters, normal, priorities
from alerts.adapters import base
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event, Ignored, Sent
from tests.alerts.samples.own import CASES, NO_ALERTS, Case

STRANGE: list[Any] = [None, "", "x", 0, 7.5, True, [], {}, [1, None], [[]], ["a"], {"a": {"b": 1}}, "{{ x }}", "\x00\ud800", "1e999", 10**30, -1]


def only(slug: str, payload: Any) -> Event:
    said = adapters.ADAPTERS[slug].read(Sent(payload))
    assert isinstance(said, list)
    (event,) = said
    return event


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.slug)
def test_a_problem_is_an_alert_that_its_end_closes(case: Case) -> None:
    fired = only(case.slug, case.firing)
    level = priorities.priority_of(fired.priority, tool=adapters.words_of(case.slug))
    assert (fired.kind, fired.message, level) == (OPEN, case.message, case.priority)
    assert {name: getattr(fired, name) for name in case.says} == case.says
    assert fired.payload
    if case.recovery is not None:
        over = only(case.slug, case.recovery)
        assert (over.kind, over.alias) == (CLOSE, fired.alias)
    if case.acknowledgement is not None:
        taken = only(case.slug, case.acknowledgement)
        assert (taken.kind, taken.alias) == (ACKNOWLEDGE, fired.alias)
    if case.other is not None:
        other = only(case.slug, case.other)
        assert (other.kind, other.alias != fired.alias) == (OPEN, True)


@pytest.mark.parametrize(("slug", "payload", "why"), NO_ALERTS, ids=[f"{slug}-{why[:20]}" for slug, _payload, why in NO_ALERTS])
def test_what_is_no_alert_says_why(slug: str, payload: Any, why: str) -> None:
    said = adapters.read(slug, Sent(payload))
    assert isinstance(said, Ignored)
    assert why in said.reason
    assert said.reason.endswith(".")


def test_every_tool_has_a_case_and_every_adapter_what_people_need() -> None:
    assert set(adapters.ADAPTERS) - {"netbox"} == {case.slug for case in CASES}
    for slug, adapter in adapters.ADAPTERS.items():
        assert slug == adapter.slug
        assert len(slug) <= 30
        assert adapter.label
        assert adapter.docs.startswith("https://")
        assert "{url}" in adapter.snippet
        assert adapter.snippet.count("\n\n") == 1, "what to copy, an empty line, where to click"
        assert "https://ek.example/ingest/k" in adapter.snippet_for("https://ek.example/ingest/k")
        assert type(adapter).__doc__
        assert set(adapter.words.values()) <= {1, 2, 3, 4, 5}


@pytest.mark.parametrize("slug", sorted(adapters.ADAPTERS))
def test_no_shape_is_an_error(slug: str) -> None:
    adapter = adapters.ADAPTERS[slug]
    own = [payload for case in CASES if case.slug == slug for payload in (case.firing, case.recovery, case.acknowledgement) if payload is not None]
    own += [payload for known, payload, _why in NO_ALERTS if known == slug]
    for payload in own:
        for broken in _broken(payload):
            said = adapter.read(Sent(broken))
            assert isinstance(said, Ignored | list)
            for event in said if isinstance(said, list) else []:
                assert event.kind in (OPEN, CLOSE, ACKNOWLEDGE)
                assert 0 < len(event.alias) <= normal.ALIAS
                assert event.alias != slug, broken
                assert 0 < len(event.message) <= normal.MESSAGE
            read = adapters.read(slug, Sent(broken))
            assert isinstance(read, Ignored) or read


def _broken(payload: Any) -> Iterator[Any]:
    """The payload with one place missing or strange, each in turn; then with several; then no object at all."""
    chance = random.Random(7)
    places = list(_places(payload))
    for place in places:
        for value in [..., *STRANGE]:
            yield _with(payload, [(place, value)])
    for _time in range(60):
        yield _with(payload, [(chance.choice(places), chance.choice([..., *STRANGE])) for _place in range(4)])
    yield from STRANGE
    yield [payload]
    yield [payload, None]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for name, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _places(item, (*path, name))


def _with(payload: Any, changes: list[tuple[tuple[Any, ...], Any]]) -> Any:
    made = copy.deepcopy(payload)
    for path, value in changes:
        holder = made
        try:
            for name in path[:-1]:
                holder = holder[name]
            if isinstance(holder, dict) and not isinstance(path[-1], str):
                continue  # JSON has no such names
            if value is ...:
                del holder[path[-1]]
            else:
                holder[path[-1]] = copy.deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    return made


def test_what_an_adapter_does_not_know_is_read_as_generic_json() -> None:
    said = adapters.read("zabbix", Sent({"title": "Disk is full", "id": "d1"}))
    assert isinstance(said, list)
    assert (said[0].message, said[0].alias) == ("Disk is full", "d1")
    assert adapters.read("gone", Sent({"title": "Disk is full", "id": "d1"})) == said


@pytest.mark.parametrize(
    ("status", "kind", "priority"),
    [
        ("Down ended (now: Up)", CLOSE, None),
        ("Down ended (now: Warning)", OPEN, 3),
        ("Down Escalation", OPEN, 1),
        ("Unusual", OPEN, 4),
        ("Down (Partial)", OPEN, 2),
    ],
)
def test_prtg_says_what_a_sensor_is_now(status: str, kind: str, priority: int | None) -> None:
    event = only("prtg", {"sensorid": "7", "device": "sw1", "sensor": "Ping", "status": status})
    assert (event.kind, event.alias) == (kind, "prtg/sw1/7")
    assert priority in (None, priorities.priority_of(event.priority, tool=adapters.words_of("prtg")))


def test_headers_name_the_event_before_the_body_does() -> None:
    said = adapters.read("github", Sent({"action": "created", "sender": {}}, headers={"x-github-event": "star"}))
    assert said == Ignored("GitHub tells of “star”, which is no alert.")
    said = adapters.read("sentry", Sent({"action": "created", "data": {"comment": "x"}}, headers={"sentry-hook-resource": "comment"}))
    assert isinstance(said, Ignored)


def test_cloudevents_come_in_three_forms() -> None:
    data = {"message": "The queue is full", "severity": "high"}
    event = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "com.example.queue.full.raised", "subject": "orders", "data": data}
    structured = adapters.read("cloudevents", Sent(event))
    batch = adapters.read("cloudevents", Sent([event, {**event, "subject": "mails"}]))
    headers = {"ce-specversion": "1.0", "ce-id": "2", "ce-source": "/shop", "ce-type": "com.example.queue.full.resolved", "ce-subject": "orders"}
    binary = adapters.read("cloudevents", Sent(data, headers=headers))
    assert isinstance(structured, list) and isinstance(batch, list) and isinstance(binary, list)
    assert [one.alias for one in batch] == ["cloudevents//shop/orders/com.example.queue.full", "cloudevents//shop/mails/com.example.queue.full"]
    assert (binary[0].kind, binary[0].alias) == (CLOSE, structured[0].alias)


def test_uptimerobot_may_put_its_variables_into_the_address() -> None:
    said = adapters.read("uptimerobot", Sent({}, query={"monitorID": "7", "monitorFriendlyName": "Shop", "alertType": "1"}))
    assert isinstance(said, list)
    assert said[0].message == "Shop is down"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("<b>Disk</b> is &gt; 90 %<br/>now", "Disk is > 90 % now"),
        ("CPU of {{ $labels.instance }} is high", "CPU of is high"),
        ("*alertDetails*", ""),
        ("{PID}", ""),
        ("$SERVICEDESC$ is down", "is down"),
        ("Map<String, Integer> is empty", "Map<String, Integer> is empty"),
        ("Price rose to $5 {approx}", "Price rose to $5 {approx}"),
        (None, ""),
        (7, "7"),
    ],
)
def test_titles_are_free_of_html_and_of_what_nobody_filled_in(given: Any, wanted: str) -> None:
    assert base.clean(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("2016-08-12 15:23:28 UTC", datetime(2016, 8, 12, 15, 23, 28, tzinfo=UTC)),
        ("2021-04-28 21:50:00 +0200", datetime(2021, 4, 28, 19, 50, tzinfo=UTC)),
        ("2019-02-15T19:15:40.470-0800", datetime(2019, 2, 16, 3, 15, 40, 470000, tzinfo=UTC)),
        ("2019-03-22T13:58:24.3713213Z", datetime(2019, 3, 22, 13, 58, 24, 371321, tzinfo=UTC)),
        ("1498861543", datetime(2017, 6, 30, 22, 25, 43, tzinfo=UTC)),
        (1498861543000, datetime(2017, 6, 30, 22, 25, 43, tzinfo=UTC)),
        (1498861543000000000, datetime(2017, 6, 30, 22, 25, 43, tzinfo=UTC)),
        (0, None),
        ("0001-01-01T00:00:00Z", None),
        ("*alertDateTime*", None),
        (True, None),
    ],
)
def test_instants_of_all_tools_are_read(given: Any, wanted: datetime | None) -> None:
    assert normal.instant(given) == wanted


def test_a_word_means_what_it_means_in_its_tool() -> None:
    assert priorities.priority_of("Sev1") == 1
    assert priorities.priority_of("Sev1", tool=adapters.words_of("azure")) == 2
    assert priorities.priority_of("Sev1", {"sev1": "P3"}, adapters.words_of("azure")) == 3


# What the tools write into the places of the snippets; everything else becomes "7".
FILLED = {
    "$STATUS": "down",
    "$NAME_JSON": '"Backup"',
    "{State}": "OPEN",
    "{ImpactedEntities}": "[]",
    "*alertType*": "1",
    "{{ $state }}": "1",
    "%status": "Down",
}
PLACE = re.compile(r"\{\{[^}]*\}\}|\$[A-Z_]+\$?|\*[A-Za-z]+\*|(?<=[\": ])\{[A-Za-z]+\}|%[a-z]+")


def filled(slug: str) -> str:
    return PLACE.sub(lambda place: FILLED.get(place.group(), "7"), adapters.ADAPTERS[slug].snippet.rpartition("\n\n")[0])


@pytest.mark.parametrize("slug", ["datadog", "dynatrace", "elastic", "healthchecks", "librenms", "uptimerobot", "generic", "cloudevents"])
def test_what_people_copy_is_understood(slug: str) -> None:
    body = filled(slug)
    body = body[body.index("-d '") + 4 : body.rindex("'")] if "curl" in body else body
    fired = only(slug, orjson.loads(body))
    assert (fired.kind, bool(fired.message)) == (OPEN, True)
    assert fired.alias not in ("", slug)


def test_the_forms_that_people_copy_are_understood() -> None:
    assert only("prtg", dict(parse_qsl(filled("prtg")))).message == "7 on 7 is Down"
    service, host = (line for line in filled("nagios").splitlines() if "command_line" in line)
    for line, wanted in ((service, "nagios/7/7"), (host, "nagios/7")):
        pairs = [pair for word in shlex.split(line) if "=" in word for pair in parse_qsl(word)]
        assert only("nagios", dict(pairs)).alias == wanted
    named = dict(re.findall(r'value = "(\w+)=\$([\w.]+)\$"', adapters.ADAPTERS["icinga"].snippet))
    assert only("icinga", named).alias == "icinga/host.name/service.name"
    assert only("icinga", {name: value for name, value in named.items() if "service" not in name}).message == "host.name is host.state: host.output"


def test_the_page_of_tools_is_up_to_date() -> None:
    call_command("tools", check=Path(__file__).resolve().parents[2] / "docs" / "integrations.md")
