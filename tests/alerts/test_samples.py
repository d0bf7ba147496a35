"""Real payloads, where the folder of samples is present: every one gives what a person would find right."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from alerts import adapters, priorities
from alerts.normal import CLOSE, OPEN

SAMPLES = Path(settings.EVENKEEL_SAMPLES) / "alert_payloads"
ALERTMANAGER = sorted((SAMPLES / "alertmanager").glob("*.json"))
EVERYTHING = sorted(SAMPLES.glob("*/*.json"))

pytestmark = pytest.mark.skipif(not EVERYTHING, reason=f"no samples in {SAMPLES} (EVENKEEL_SAMPLES)")


def body_of(path: Path) -> Any:
    """The body of a sample; some files hold the whole request."""
    content = json.loads(path.read_text())
    if isinstance(content, dict) and {"method", "path", "body"} <= set(content):
        return content["body"]
    return content


@pytest.mark.parametrize("path", ALERTMANAGER, ids=lambda path: path.name)
def test_alertmanager(path: Path) -> None:
    payload = body_of(path)
    events = adapters.read("alertmanager", payload, {})
    assert len(events) == len(payload["alerts"])
    for event, alert in zip(events, payload["alerts"], strict=True):
        assert event.kind == (CLOSE if alert.get("status", payload.get("status")) == "resolved" else OPEN)
        assert event.message
        assert event.alias == alert.get("fingerprint", event.alias)
        assert 1 <= priorities.priority_of(event.priority) <= 5


def test_an_alert_keeps_its_alias_from_firing_to_recovery() -> None:
    aliases: dict[str, set[str]] = {}
    for path in ALERTMANAGER:
        for event in adapters.read("alertmanager", body_of(path), {}):
            aliases.setdefault(event.kind, set()).add(event.alias)
    if CLOSE in aliases:
        assert aliases[CLOSE] & aliases[OPEN]


@pytest.mark.parametrize("adapter", ["alertmanager", "generic"])
@pytest.mark.parametrize("path", EVERYTHING, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_real_is_an_error(path: Path, adapter: str) -> None:
    events = adapters.read(adapter, body_of(path), {})
    assert events
    for event in events:
        assert event.message
        assert event.alias
        assert len(event.message) <= 130
        assert len(event.alias) <= 512
        json.dumps(event.payload)
