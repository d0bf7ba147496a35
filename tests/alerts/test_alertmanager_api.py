"""Alertmanager's API v2: alerts, groups and silences as amtool and Grafana use them (API_COMPAT section 6)."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts import actions as accounts
from accounts.models import User
from alerts import labels
from alerts.actions import intake, integrations, silencing
from alerts.models import Alert, Integration, Silence
from common import clock
from incidents.models import Incident
from services.models import Service
from tests.alerts.test_intake import Post, firing, post  # noqa: F401

pytestmark = pytest.mark.django_db
Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def integration(house: None) -> Integration:
    return integrations.create(actor=None, name="Prometheus", adapter="alertmanager")


def asking(key: str) -> Ask:
    """A client that sends the key as amtool does, by Basic."""
    words = base64.b64encode(f"am:{key}".encode()).decode()
    client = Client(headers={"Authorization": f"Basic {words}"}, enforce_csrf_checks=True)

    def ask(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        response = client.generic(method, path, data=b"" if body is None else json.dumps(body), content_type="application/json")
        return response.status_code, json.loads(response.content) if response.content else None

    return ask


@pytest.fixture
def ask(integration: Integration) -> Ask:
    return asking(integration.key.reveal())


def silence(minutes: float = 60, **more: Any) -> dict[str, Any]:
    now = clock.now()
    matchers = [{"name": "alertname", "value": "High5xx", "isRegex": False, "isEqual": True}]
    times = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(minutes=minutes)).isoformat()}
    return {"matchers": matchers, **times, "createdBy": "tester", "comment": "planned work", **more}


def test_alerts_are_listed_and_grouped(post: Post, ask: Ask, service: Service, integration: Integration) -> None:  # noqa: F811
    post(firing())
    post(firing(fingerprint="bb22", alertname="Slow", severity="warning"))
    intake.process_inbox()
    status, rows = ask("GET", "/api/v2/alerts")
    assert (status, len(rows)) == (200, 2)
    (one,) = ask("GET", "/api/v2/alerts?filter=alertname%3D%22High5xx%22&filter=severity%3D~crit.*")[1]
    assert set(one) == {"annotations", "endsAt", "fingerprint", "receivers", "startsAt", "status", "updatedAt", "generatorURL", "labels"}
    assert (one["labels"]["service"], one["annotations"]["summary"], one["receivers"]) == (
        "payments-gateway",
        "5xx ratio above 5 %",
        [{"name": "Prometheus"}],
    )
    assert (one["status"], one["generatorURL"]) == ({"inhibitedBy": [], "silencedBy": [], "state": "active"}, "http://prometheus.example/graph")
    assert [group["labels"] for group in ask("GET", "/api/v2/alerts/groups")[1]] == [{"alertname": "High5xx"}, {"alertname": "Slow"}]
    assert ask("GET", "/api/v2/alerts?active=false")[1] == []
    assert ask("GET", "/api/v2/alerts?receiver=Nothing")[1] == []
    assert len(ask("GET", "/api/v2/alerts?receiver=Prom.*&filter=alertname!=Slow")[1]) == 1
    assert ask("GET", "/api/v2/receivers")[1] == [{"name": "Prometheus"}]
    assert ask("GET", f"/am/{integration.key.reveal()}/api/v2/alerts")[1] == rows


def test_bad_questions(ask: Ask) -> None:
    assert ask("GET", "/api/v2/alerts?filter=bad%7B") == (400, "bad matcher format: bad{")
    assert ask("GET", "/api/v2/alerts?filter=a%3D~%28")[0] == 400
    assert ask("GET", "/api/v2/alerts?filter=a%3D~(a*b")[0] == 400
    assert ask("GET", "/api/v2/alerts?active=maybe")[0] == 422
    assert ask("DELETE", "/api/v2/alerts")[0] == 405
    assert ask("GET", "/api/v2/nothing")[0] == 404
    assert asking("wrong")("GET", "/api/v2/alerts")[0] == 401
    assert Client().get("/am/wrong/api/v2/status").status_code == 401


def test_what_needs_no_key_and_what_amtool_asks_first(ask: Ask) -> None:
    for path in ("/-/healthy", "/-/ready", "/am/any/-/ready"):
        response = Client().get(path)
        assert (response.status_code, response.content, response["Content-Type"]) == (200, b"OK", "text/plain; charset=utf-8")
    told = ask("GET", "/api/v2/status")[1]
    assert (set(told), told["cluster"], set(told["versionInfo"])) == (
        {"cluster", "config", "uptime", "versionInfo"}, {"peers": [], "status": "disabled"},
        {"branch", "buildDate", "buildUser", "goVersion", "revision", "version"},
    )  # fmt: skip


def test_a_silence_keeps_alerts_from_incidents_until_it_ends(post: Post, ask: Ask, service: Service) -> None:  # noqa: F811
    status, told = ask("POST", "/api/v2/silences", silence())
    assert status == 200
    post(firing())
    intake.process_inbox()
    alert = Alert.objects.get()
    assert (alert.silenced_until is not None, alert.incident) == (True, None)
    (one,) = ask("GET", "/api/v2/alerts")[1]
    assert one["status"] == {"inhibitedBy": [], "silencedBy": [told["silenceID"]], "state": "suppressed"}
    assert ask("GET", "/api/v2/alerts?silenced=false")[1] == []
    assert silencing.hush(clock.now()) == 0
    with clock.shifted(clock.now() + timedelta(minutes=61)):
        assert silencing.hush(clock.now()) == 1
    alert.refresh_from_db()
    assert (alert.silenced_until, alert.incident) == (None, Incident.objects.get())


def test_a_silence_that_is_ended_early_lets_go(post: Post, ask: Ask, service: Service) -> None:  # noqa: F811
    post(firing())
    ident = ask("POST", "/api/v2/silences", silence())[1]["silenceID"]
    intake.process_inbox()
    assert not Incident.objects.exists()
    assert ask("DELETE", f"/api/v2/silence/{ident}") == (200, None)
    assert Incident.objects.count() == 1
    assert ask("GET", f"/api/v2/silence/{ident}")[1]["status"] == {"state": "expired"}
    assert ask("DELETE", f"/api/v2/silence/{ident}")[0] == 200


def test_silences_are_listed_changed_and_replaced(ask: Ask) -> None:
    ident = ask("POST", "/api/v2/silences", silence())[1]["silenceID"]
    (one,) = ask("GET", "/api/v2/silences")[1]
    assert one == ask("GET", f"/api/v2/silence/{ident}")[1]
    assert (one["id"], one["comment"], one["createdBy"], one["status"]) == (ident, "planned work", "tester", {"state": "active"})
    assert one["matchers"] == [{"isEqual": True, "isRegex": False, "name": "alertname", "value": "High5xx"}]
    assert ask("POST", "/api/v2/silences", silence(120, id=ident, comment="longer"))[1]["silenceID"] == ident
    other = [{"name": "job", "value": "a|b", "isRegex": True}]
    fresh = ask("POST", "/api/v2/silences", silence(id=ident, matchers=other))[1]["silenceID"]
    assert fresh != ident
    assert {row["id"]: row["status"]["state"] for row in ask("GET", "/api/v2/silences")[1]} == {ident: "expired", fresh: "active"}
    assert [row["id"] for row in ask("GET", "/api/v2/silences?filter=job%3Da%7Cb")[1]] == [fresh]


WRONG: list[tuple[dict[str, Any], int, Any]] = [
    ({"matchers": []}, 422, {"code": 612, "message": "matchers in body should have at least 1 items"}),
    ({"comment": None}, 422, {"code": 602, "message": "comment in body is required"}),
    ({"matchers": [{"name": "a"}]}, 422, {"code": 602, "message": "matchers.0.value in body is required"}),
    ({"endsAt": "2020-01-01T00:00:00Z", "startsAt": "2019-01-01T00:00:00Z"}, 400, "The end can't be in the past."),
    ({"endsAt": "2019-01-01T00:00:00Z"}, 400, "The end must be after the start."),
    ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, 400, None), ({"matchers": [{"name": "a", "value": ".*", "isRegex": True}]}, 400, None),
    ({"matchers": [{"name": "a-b", "value": "c", "isRegex": False}]}, 400, None), ({"id": "zzz"}, 422, None),
    ({"id": "7b68cd17-759a-4041-ba15-6ebaa9c2bb79"}, 404, "There is no such silence."),
    ({"startsAt": "soon"}, 400, None), ({"matchers": "x"}, 400, None), ({"matchers": [7]}, 400, None),
]  # fmt: skip


@pytest.mark.parametrize(("more", "status", "told"), WRONG, ids=[str(row[0])[:40] for row in WRONG])
def test_a_wrong_silence_is_refused(ask: Ask, more: dict[str, Any], status: int, told: Any) -> None:
    found = ask("POST", "/api/v2/silences", silence(**more))
    assert found[0] == status
    if told is not None:
        assert found[1] == told
    assert not Silence.objects.exists()


def test_silence_that_is_not_there(ask: Ask) -> None:
    assert ask("GET", f"/api/v2/silence/{uuid4()}") == (404, None)
    assert ask("GET", "/api/v2/silence/zzz") == (422, {"code": 601, "message": 'silenceID in path must be of type uuid: "zzz"'})


def test_a_key_silences_only_its_own_alerts(post: Post, ask: Ask, service: Service) -> None:  # noqa: F811
    other = asking(integrations.create(actor=None, name="Other", adapter="generic").key.reveal())
    ident = other("POST", "/api/v2/silences", silence())[1]["silenceID"]
    post(firing())
    intake.process_inbox()
    assert Alert.objects.get().silenced_until is None
    assert ask("GET", "/api/v2/silences")[1] == []
    assert ask("DELETE", f"/api/v2/silence/{ident}")[0] == 404


@pytest.mark.parametrize(
    ("text", "fits", "not_fits"),
    [
        ('a="b"', "b", "c"),
        ("a=b", "b", ""),
        ("a!=b", "c", "b"),
        ('a=~"b|c"', "c", "bc"),
        ("a!~b.*", "x", "bcd"),
        ('a="x\\"y"', 'x"y', "x"),
        ("a=", "", "b"),
        (' a = "b" ', "b", "c"),
    ],
)
def test_matchers(text: str, fits: str, not_fits: str) -> None:
    matcher = labels.parse(text)
    assert matcher.fits({"a": fits} if fits else {})
    assert not matcher.fits({"a": not_fits} if not_fits else {})


@pytest.mark.parametrize("text", ["", "a", "bad{", "1a=b", "a=~[", "a=~(?=x)y", "a=~(a)\\1", "a=~" + "x" * 600, 'a="b'])
def test_bad_matchers(text: str) -> None:
    with pytest.raises(labels.BadMatcher):
        labels.parse(text)


def test_an_agent_reads_by_a_token(agent: User, house: None) -> None:
    _token, secret = accounts.create_token(actor=agent, name="bot", scope="read")
    assert Client(headers={"Authorization": f"GenieKey {secret}"}).get("/api/v2/alerts").json() == []


def test_the_list_says_that_an_alert_is_silenced(post: Post, ask: Ask, service: Service, agent: User, client: Client) -> None:  # noqa: F811
    ask("POST", "/api/v2/silences", silence())
    post(firing())
    intake.process_inbox()
    client.force_login(agent)
    assert "silenced until" in client.get("/alerts/").content.decode()
