"""Real payloads, where the folder of samples is present: every one gives what a person would find right."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from alerts import adapters, normal, priorities
from alerts.adapters import base
from alerts.normal import Event, Ignored, Sent
from tests.alerts.samples.expectations import ANY, BY_ADDRESS, EXPECTED, Sample

SAMPLES = Path(settings.EVENKEEL_SAMPLES) / "alert_payloads"
EVERYTHING = sorted(SAMPLES.glob("*/*.json"))

pytestmark = pytest.mark.skipif(not EVERYTHING, reason=f"no samples in {SAMPLES} (EVENKEEL_SAMPLES)")


def content(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text())


def body_of(name: str) -> Any:
    """The body of a sample; some files hold the whole request, or the fields of a form."""
    found = content(name)
    if isinstance(found, dict) and {"method", "path", "body"} <= set(found):
        return found["body"]
    return found["fields"] if isinstance(found, dict) and "__content_type__" in found else found


def said(name: str, sample: Sample, with_headers: bool) -> list[Event] | Ignored:
    return adapters.read(sample.adapter, Sent(body_of(name), headers=dict(sample.headers) if with_headers else {}))


def test_every_sample_has_its_expectation() -> None:
    assert {f"{path.parent.name}/{path.name}" for path in EVERYTHING} == set(EXPECTED) | set(BY_ADDRESS)


@pytest.mark.parametrize("with_headers", [False, True], ids=["body", "headers"])
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_sample_says_what_a_person_reads_in_it(name: str, with_headers: bool) -> None:
    sample = EXPECTED[name]
    events = said(name, sample, with_headers)
    if sample.ignored:
        assert isinstance(events, Ignored)
        assert sample.ignored in events.reason
        assert events.reason.endswith(".")
        return
    assert isinstance(events, list)
    words = adapters.words_of(sample.adapter)
    found = [(event.kind, priorities.priority_of(event.priority, tool=words), event.message, event.alias) for event in events]
    wanted = [
        (line.kind, level if line.priority is None else line.priority, line.message, alias if line.alias == ANY else line.alias)
        for line, (_kind, level, _message, alias) in zip(sample.says, found, strict=True)
    ]
    assert found == wanted


@pytest.mark.parametrize("name", sorted(BY_ADDRESS))
def test_a_change_of_an_alert_names_it_in_its_address(name: str) -> None:
    alias, verb = BY_ADDRESS[name]
    request = content(name)
    assert (request["method"], request["path"]) == ("PUT", f"/v2/alerts/{alias}/{verb}?identifierType=alias")


@pytest.mark.parametrize("slug", sorted(adapters.ADAPTERS))
def test_no_sample_is_an_error_for_another_adapter(slug: str) -> None:
    for name in sorted(EXPECTED):
        body = body_of(name)
        adapters.ADAPTERS[slug].read(Sent(body))
        events = adapters.read(slug, Sent(body))
        assert isinstance(events, Ignored) or events
        for event in events if isinstance(events, list) else []:
            assert 0 < len(event.message) <= normal.MESSAGE, name
            assert 0 < len(event.alias) <= normal.ALIAS, name
            assert "{{" not in event.message, name
            if slug == EXPECTED[name].adapter:
                assert not [text for text in (*event.tags, *event.services, event.entity, event.source) if base.WHOLE.fullmatch(text)], name
            json.dumps(event.payload)
