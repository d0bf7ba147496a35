"""Opsgenie's heartbeat API over Evenkeel's heartbeats (API_COMPAT section 2)."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import actions as accounts
from accounts.models import ApiToken, Team, User
from alerts.actions import heartbeats, integrations
from alerts.models import Heartbeat, HeartbeatSign, Integration
from tests.alerts.test_opsgenie_reads import Ask, asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def integration(house: None, team: Team) -> Integration:
    return integrations.create(actor=None, name="Clients", adapter="generic", team=team)


@pytest.fixture
def ask(integration: Integration) -> Ask:
    return asking(integration.key.reveal())


def test_a_heartbeat_from_its_making_to_its_end(ask: Ask, team: Team, integration: Integration) -> None:
    said = {
        "name": "backup-oslo", "description": "Nightly", "interval": 2, "intervalUnit": "hours", "enabled": True,
        "alertMessage": "Backup is late", "alertTags": ["backup"],
        "alertPriority": "P2",
    }  # fmt: skip
    status, told = ask("POST", "/v2/heartbeats", said)
    assert (status, told["data"], told["result"]) == (201, {"name": "backup-oslo", "enabled": True, "expired": False}, "Created")
    row = Heartbeat.objects.get()
    assert (row.every, row.team, row.integration, row.alert_priority) == (timedelta(hours=2), team, integration, 2)
    whole = ask("GET", "/v2/heartbeats/backup-oslo")[1]["data"]
    assert whole == {**said, "expired": False, "lastPingTime": None, "ownerTeam": {"id": str(team.pk), "name": team.name}}
    assert [one["name"] for one in ask("GET", "/v2/heartbeats/")[1]["data"]["heartbeats"]] == ["backup-oslo"]
    for method in ("GET", "POST", "PUT", "PATCH"):
        status, told = ask(method, "/v2/heartbeats/Backup-Oslo/ping")
        assert (status, told["result"]) == (202, "PONG - Heartbeat received")
    assert HeartbeatSign.objects.count() == 4
    assert ask("GET", "/v2/heartbeats/backup-oslo")[1]["data"]["lastPingTime"].endswith("Z")
    assert ask("POST", "/v2/heartbeats/backup-oslo/disable")[1]["data"]["enabled"] is False
    assert ask("POST", "/v2/heartbeats/backup-oslo/enable")[1]["data"]["enabled"] is True
    status, told = ask("PATCH", "/v2/heartbeats/backup-oslo", {"interval": 30, "intervalUnit": "minutes", "enabled": False, "description": "Other"})
    assert (status, told["data"]["enabled"]) == (200, False)
    row.refresh_from_db()
    assert (row.every, row.description, row.alert_message) == (timedelta(minutes=30), "Other", "Backup is late")
    assert ask("DELETE", "/v2/heartbeats/backup-oslo")[0] == 200
    assert ask("GET", "/v2/heartbeats/backup-oslo")[0] == 404
    assert ask("GET", "/v2/heartbeats/nobody/ping")[0] == 202  # whether there is one is not told


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "name"), ({"name": "a b/c"}, 422, "name"), ({"name": 7}, 422, "name"),
        ({"name": "x", "interval": 0}, 422, "interval"), ({"name": "x", "interval": "5"}, 422, "interval"),
        ({"name": "x", "interval": 999_999, "intervalUnit": "days"}, 422, "interval"), ({"name": "x", "intervalUnit": "weeks"}, 422, "intervalUnit"),
        ({"name": "x", "ownerTeam": {"name": "nobody"}}, 422, "ownerTeam"), ({"name": "x", "ownerTeam": "nobody"}, 422, "ownerTeam"),
        ({"name": "x", "alertTags": "a"}, 422, "alertTags"),
        ({"name": "x", "alertPriority": "P9"}, 422, "alertPriority"), ({"name": "x", "enabled": "yes"}, 422, "enabled"), ({"name": "taken"}, 409, ""), ([], 400, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(ask: Ask, body: Any, status: int, field: str) -> None:
    heartbeats.create(actor=None, name="taken")
    answered, told = ask("POST", "/v2/heartbeats", body)
    assert (answered, [*told.get("errors", {})]) == (status, [field] if field else [])
    assert Heartbeat.objects.count() == 1


def test_a_key_reaches_what_is_its_own_unless_it_reaches_all(ask: Ask, integration: Integration) -> None:
    heartbeats.create(actor=None, name="theirs")
    assert ask("GET", "/v2/heartbeats")[1]["data"]["heartbeats"] == []
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/disable")):
        assert ask(method, f"/v2/heartbeats/theirs{path}", {} if method == "PATCH" else None)[0] == 404
    Integration.objects.update(reach=Integration.ALL)
    assert ask("GET", "/v2/heartbeats/theirs")[0] == 200


def test_a_person_needs_the_team_and_a_token_that_writes(agent: User, auditor: User, team: Team, house: None) -> None:
    def token(user: User, scope: str) -> Ask:
        _row, secret = accounts.create_token(actor=user, name=scope, scope=scope)
        return asking(secret)

    ask = token(agent, ApiToken.WRITE)
    assert ask("POST", "/v2/heartbeats", {"name": "mine"})[0] == 201
    assert Heartbeat.objects.get().team == team
    heartbeats.create(actor=None, name="theirs")
    assert ask("PATCH", "/v2/heartbeats/theirs", {"interval": 5})[0] == 403
    reading = token(agent, ApiToken.READ)
    assert reading("GET", "/v2/heartbeats")[0] == 200
    assert reading("GET", "/v2/heartbeats/mine/ping")[0] == 403
    assert asking("ek_wrong")("GET", "/v2/heartbeats")[0] == 401
    assert HeartbeatSign.objects.count() == 0
