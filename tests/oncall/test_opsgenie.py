"""Opsgenie's addresses for on-call: GenieKey, envelope, and the wire format of its documentation (API_COMPAT section 3)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import actions as accounts
from accounts.models import ApiToken, Membership, Team, User
from common import clock
from oncall.actions import policies
from oncall.models import EscalationPolicy, Override, Schedule
from tests.oncall.conftest import NOON

pytestmark = pytest.mark.django_db
Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def genie() -> Callable[..., Ask]:
    """A client with a person's token: genie(lead)("GET", "/v2/schedules") answers status and body."""

    def of(user: User, scope: str = ApiToken.WRITE) -> Ask:
        _token, secret = accounts.create_token(actor=user, name="bot", scope=scope)
        client = Client(headers={"Authorization": f"GenieKey {secret}"}, enforce_csrf_checks=True)

        def ask(method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
            response = client.generic(method, path, data=b"" if body is None else _json(body), content_type="application/json")
            told = response.json()
            assert isinstance(told, dict) and told["requestId"] == response["X-Request-ID"] and isinstance(told["took"], float)
            return response.status_code, told

        return ask

    return of


def _json(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def test_without_a_key_or_with_a_wrong_one_nobody_gets_in(person: Callable[..., User], genie: Callable[..., Ask], schedule: Schedule) -> None:
    for headers in ({}, {"Authorization": "GenieKey nonsense"}, {"Authorization": "Bearer nonsense"}):
        response = Client(headers=headers).get("/v2/schedules")
        assert (response.status_code, set(response.json())) == (401, {"message", "took", "requestId"})
    assert Client().get("/v2/schedules?apiKey=ekp_x").status_code == 401
    assert genie(person("Rita Requester", "requester"))("GET", "/v2/schedules")[0] == 403


def test_who_is_on_call_flat_and_nested(genie: Callable[..., Ask], agent: User, lead: User, schedule: Schedule) -> None:
    ask = genie(agent)
    parent = {"id": str(schedule.pk), "name": "Payments primary", "enabled": True}
    date = "2026-11-24T12:00:00Z"
    assert ask("GET", f"/v2/schedules/Payments%20primary/on-calls?scheduleIdentifierType=name&flat=true&date={date}")[1]["data"] == {
        "_parent": parent, "onCallRecipients": [lead.email],
    }  # fmt: skip
    nested = ask("GET", f"/v2/schedules/{schedule.pk}/on-calls?date=2026-11-24T13:00:00%2B01:00")[1]["data"]
    assert nested == {"_parent": parent, "onCallParticipants": [{"id": str(lead.pk), "name": lead.email, "type": "user"}]}
    assert ask("GET", f"/v2/schedules/on-calls?flat=true&date={date}")[1]["data"][0]["onCallRecipients"] == [lead.email]
    assert ask("GET", f"/v2/schedules/{schedule.pk}/on-calls?date=tomorrow")[0] == 422


def test_a_team_on_call_stands_with_its_members(
    genie: Callable[..., Ask], lead: User, agent: User, resolver: User, team: Team, schedule: Schedule
) -> None:
    body = {"user": {"type": "team", "name": team.name}, "startDate": "2026-11-24T10:00:00Z", "endDate": "2026-11-24T14:00:00Z", "alias": "all"}
    with clock.shifted(NOON):
        assert genie(lead)("POST", f"/v2/schedules/{schedule.pk}/overrides", body)[0] == 201
    found = genie(agent)("GET", f"/v2/schedules/{schedule.pk}/on-calls?date=2026-11-24T12:00:00Z")[1]["data"]["onCallParticipants"]
    assert [(row["type"], [one["name"] for one in row["onCallParticipants"]]) for row in found] == [
        ("team", [resolver.email, agent.email, lead.email])
    ]


def test_who_is_next(genie: Callable[..., Ask], agent: User, lead: User, resolver: User, schedule: Schedule) -> None:
    ask, url = genie(agent), f"/v2/schedules/{schedule.pk}/next-on-calls?date=2026-11-24T12:00:00Z"
    flat = ask("GET", f"{url}&flat=true")[1]["data"]
    assert flat["exactNextOnCallRecipients"] == flat["nextOnCallRecipients"] == [resolver.email]
    assert ask("GET", url)[1]["data"]["exactNextOnCallParticipants"][0]["type"] == "user"


def test_schedules_with_rotations_are_made_read_changed_and_deleted(
    genie: Callable[..., Ask], lead: User, agent: User, resolver: User, team: Team
) -> None:
    ask = genie(lead)
    rotation = {
        "name": "Nights", "startDate": "2026-11-23T08:00:00Z", "type": "daily", "length": 2,
        "participants": [{"type": "user", "username": agent.email}, {"type": "none"}],
        "timeRestriction": {
            "type": "weekday-and-time-of-day",
            "restrictions": [{"startDay": "monday", "startHour": 18, "startMin": 0, "endDay": "tuesday", "endHour": 8, "endMin": 30}],
        },
    }  # fmt: skip
    body = {"name": "Nights", "timezone": "Europe/Oslo", "ownerTeam": {"name": team.name}, "rotations": [rotation]}
    status, made = ask("POST", "/v2/schedules", body)
    assert (status, made["result"]) == (201, "Created")
    pk = made["data"]["id"]
    read = ask("GET", f"/v2/schedules/{pk}")[1]["data"]
    assert read["rotations"][0] | {"id": ""} == {
        **rotation, "id": "", "participants": [{"type": "user", "id": str(agent.pk), "name": agent.email, "username": agent.email}, {"type": "none"}],
    }  # fmt: skip
    assert (read["timezone"], read["ownerTeam"]["name"]) == ("Europe/Oslo", team.name)
    assert "expandable" in ask("GET", "/v2/schedules")[1] and ask("GET", "/v2/schedules?expand=rotation")[1]["data"][0]["rotations"]
    assert ask("PATCH", f"/v2/schedules/{pk}", {"description": "At night", "enabled": False})[1]["data"]["enabled"] is False
    second = ask("POST", f"/v2/schedules/{pk}/rotations", {**rotation, "name": "Days", "participants": [{"username": resolver.email}]})
    assert second[0] == 201
    url = f"/v2/schedules/{pk}/rotations/{second[1]['data']['id']}"
    assert ask("PATCH", url, {"length": 3})[0] == 200 and ask("GET", url)[1]["data"]["length"] == 3
    assert ask("DELETE", url)[1]["result"] == "Deleted" and ask("GET", url)[0] == 404
    assert genie(agent)("PATCH", f"/v2/schedules/{pk}", {"name": "Mine"})[0] == 403
    assert genie(lead, scope=ApiToken.READ)("DELETE", f"/v2/schedules/{pk}")[0] == 403
    assert ask("DELETE", f"/v2/schedules/{pk}")[0] == 200 and not Schedule.objects.exists()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"), ({"timezone": "Mars/Olympus"}, "timezone"), ({"ownerTeam": {"name": "Nobody"}}, "ownerTeam"), ({"name": 7}, "name"),
    ({"rotations": "x"}, "rotations"), ({"rotations": [{"startDate": "soon"}]}, "startDate"), ({"enabled": "yes"}, "enabled"),
    ({"rotations": [{"startDate": "2026-11-23T08:00:00Z", "participants": []}]}, "turns"),
    ({"rotations": [{"startDate": "2026-11-23T08:00:00Z", "participants": [{"username": "who@example.com"}]}]}, "participants"),
    ({"rotations": [{"startDate": "2026-11-23T08:00:00Z", "participants": [{"type": "none"}], "type": "yearly"}]}, "unit"),
    ({"rotations": [{"startDate": "2026-11-23T08:00:00Z", "participants": [{"type": "none"}], "timeRestriction": {"type": "moon"}}]}, "timeRestriction"),
    ({"rotations": [{"startDate": "2026-11-23T08:00:00Z", "participants": [{"type": "none"}],
                     "timeRestriction": {"type": "time-of-day", "restriction": {"startHour": 99}}}]}, "timeRestriction"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "field"), WRONG, ids=lambda value: str(value)[:60])
def test_what_is_wrong_is_named_and_nothing_is_made(change: dict[str, Any], field: str, genie: Callable[..., Ask], lead: User, team: Team) -> None:
    status, told = genie(lead)("POST", "/v2/schedules", {"name": "New", "ownerTeam": {"id": str(team.pk)}, **change})
    assert (status, list(told["errors"])) == (422, [field])
    assert not Schedule.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000], ids=["cut", "list", "text", "bytes", "deep"])
def test_a_body_that_is_no_object_is_refused(body: bytes, genie: Callable[..., Ask], lead: User) -> None:
    assert genie(lead)("POST", "/v2/schedules", body)[0] == 400


def test_overrides_by_alias(genie: Callable[..., Ask], lead: User, resolver: User, schedule: Schedule) -> None:
    ask, url = genie(lead), f"/v2/schedules/{schedule.pk}/overrides"
    begin, end = (clock.now() + timedelta(days=days) for days in (1, 2))
    body = {
        "alias": "swap",
        "user": {"type": "user", "username": resolver.email},
        "startDate": f"{begin:%Y-%m-%dT%H:%M:00Z}",
        "endDate": f"{end:%Y-%m-%dT%H:%M:00Z}",
    }
    assert ask("POST", url, body)[1]["data"]["alias"] == "swap"
    assert [row["user"]["username"] for row in ask("GET", url)[1]["data"]] == [resolver.email]
    assert ask("PUT", f"{url}/swap", {**body, "user": {"username": lead.email}})[0] == 200
    assert ask("GET", f"{url}/swap")[1]["data"]["user"]["username"] == lead.email
    assert ask("PUT", f"{url}/swap", {**body, "endDate": body["startDate"]})[0] == 422
    assert Override.objects.get(canceled_at__isnull=True).user == lead
    assert ask("DELETE", f"{url}/swap")[0] == 200 and ask("GET", f"{url}/swap")[0] == 404


def test_the_timeline(genie: Callable[..., Ask], agent: User, lead: User, resolver: User, schedule: Schedule) -> None:
    url = f"/v2/schedules/{schedule.pk}/timeline?interval=2&intervalUnit=weeks&date=2026-11-24T12:00:00Z&expand=base,override"
    data = genie(agent)("GET", url)[1]["data"]
    (row,) = data["finalTimeline"]["rotations"]
    assert [(one["recipient"]["username"], one["startDate"]) for one in row["periods"]][:2] == [
        (lead.email, "2026-11-24T12:00:00Z"), (resolver.email, "2026-11-30T09:00:00Z"),
    ]  # fmt: skip
    assert (data["startDate"], data["endDate"]) == ("2026-11-24T12:00:00Z", "2026-12-08T12:00:00Z")
    assert "baseTimeline" in data and data["overrideTimeline"] == {"rotations": []}
    assert genie(agent)("GET", f"/v2/schedules/{schedule.pk}/timeline?interval=999&intervalUnit=months")[0] == 422
    assert datetime(2026, 11, 24, 12, tzinfo=UTC) == NOON


def test_escalations(genie: Callable[..., Ask], lead: User, agent: User, team: Team, schedule: Schedule) -> None:
    ask = genie(lead)
    at_once, later = {"timeAmount": 0, "timeUnit": "minutes"}, {"timeAmount": 1, "timeUnit": "hours"}
    primary, group = {"type": "schedule", "name": schedule.name}, {"type": "team", "id": str(team.pk)}
    rules = [
        {"condition": "if-not-acked", "notifyType": "default", "delay": at_once, "recipient": primary},
        {"condition": "if-not-closed", "notifyType": "admins", "delay": later, "recipient": group},
    ]
    repeat = {"waitInterval": 10, "count": 2, "resetRecipientStates": False, "closeAlertAfterAll": True}
    status, made = ask("POST", "/v2/escalations", {"name": "Ops_escalation", "ownerTeam": {"name": team.name}, "rules": rules, "repeat": repeat})
    assert status == 201
    read = ask("GET", "/v2/escalations/Ops_escalation?identifierType=name")[1]["data"]
    assert (read["id"], read["repeat"]) == (made["data"]["id"], repeat)
    assert [(rule["notifyType"], rule["delay"]["timeAmount"], rule["condition"]) for rule in read["rules"]] == [
        ("default", 0, "if-not-acked"), ("admins", 60, "if-not-closed"),
    ]  # fmt: skip
    assert ask("PATCH", f"/v2/escalations/{read['id']}", {"description": "For nights"})[0] == 200
    assert EscalationPolicy.objects.get().steps.count() == 2
    assert ask("PATCH", f"/v2/escalations/{read['id']}", {"rules": []})[0] == 422
    assert ask("POST", "/v2/escalations", {"name": "X", "ownerTeam": {"name": team.name}, "rules": [{"recipient": {"type": "moon"}}]})[0] == 422
    assert list(ask("POST", "/v2/escalations", {})[1]["errors"]) == ["team"]
    assert genie(agent)("DELETE", f"/v2/escalations/{read['id']}")[0] == 403
    assert ask("DELETE", f"/v2/escalations/{read['id']}")[0] == 200 and ask("GET", "/v2/escalations")[1]["data"] == []
    assert policies.MOST_STEPS == 50


def test_teams_and_users(genie: Callable[..., Ask], agent: User, lead: User, requester: User, team: Team) -> None:
    ask = genie(agent)
    assert [row["name"] for row in ask("GET", "/v2/teams")[1]["data"]] == list(Team.objects.order_by("name").values_list("name", flat=True))
    members = ask("GET", f"/v2/teams/{team.name}?identifierType=name")[1]["data"]["members"]
    assert {(row["user"]["username"], row["role"]) for row in members} == {(agent.email, "user"), (lead.email, "admin")}
    assert Membership.objects.filter(team=team).count() == 2
    users = ask("GET", "/v2/users?limit=1")[1]
    assert len(users["data"]) == 1 and users["totalCount"] >= 2
    one = ask("GET", f"/v2/users/{lead.email}")[1]["data"]
    assert (one["username"], one["fullName"], one["blocked"], one["timeZone"]) == (lead.email, lead.name, False, lead.time_zone)
    assert ask("GET", f"/v2/users/{requester.email}")[0] == 404 and ask("GET", "/v2/teams/x")[0] == 404 and ask("PUT", "/v2/teams", {})[0] == 405
