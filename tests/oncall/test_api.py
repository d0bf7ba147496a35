"""Who is on call over REST (ONC-13)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from common import clock
from oncall import queries
from oncall.models import Override, Schedule
from tests.oncall.conftest import NOON

Api = Callable[..., APIClient]
ROOT = "/api/v1/schedules"


@pytest.fixture(autouse=True)
def _tuesday() -> Any:
    with clock.shifted(NOON):
        yield


def test_schedules_with_their_rotations(schedule: Schedule, lead: User, resolver: User, api: Api) -> None:
    client = api(resolver)
    (row,) = client.get(f"{ROOT}/").json()["results"]
    assert (row["slug"], row["team"], row["rotations"][0]["turns"]) == (schedule.slug, "payments", [lead.email, resolver.email])
    assert client.get(f"{ROOT}/{schedule.slug}/").json() == row


def test_who_is_on_call_and_next(schedule: Schedule, lead: User, resolver: User, api: Api) -> None:
    client = api(resolver)
    told = client.get(f"{ROOT}/{schedule.slug}/on-call/").json()
    assert (told["people"], told["until"], told["next"]) == ([lead.email], "2026-11-30T09:00:00Z", [resolver.email])
    assert client.get(f"{ROOT}/{schedule.slug}/on-call/", {"at": "2026-12-01T00:00:00Z"}).json()["people"] == [resolver.email]


def test_the_timeline(schedule: Schedule, lead: User, resolver: User, api: Api) -> None:
    told = api(resolver).get(f"{ROOT}/{schedule.slug}/timeline/", {"begin": "2026-11-23T00:00:00Z", "end": "2026-12-01T00:00:00Z"}).json()
    assert [(one["begin"], one["people"], one["origin"]) for one in told] == [
        ("2026-11-23T00:00:00Z", [], ""),
        ("2026-11-23T09:00:00Z", [lead.email], "rotation"),
        ("2026-11-30T09:00:00Z", [resolver.email], "rotation"),
    ]


@pytest.mark.parametrize(
    "query", [{"begin": "2026-11-23T00:00:00Z", "end": "2026-11-22T00:00:00Z"}, {"end": "2028-01-01T00:00:00Z"}, {"begin": "soon"}]
)
def test_a_wrong_interval_is_told(schedule: Schedule, resolver: User, api: Api, query: dict[str, str]) -> None:
    assert api(resolver).get(f"{ROOT}/{schedule.slug}/timeline/", query).status_code == 400


def test_an_override_is_made_and_canceled(schedule: Schedule, lead: User, resolver: User, api: Api) -> None:
    client = api(resolver)
    body = {"user": resolver.email, "starts_at": "2026-11-24T13:00:00Z", "ends_at": "2026-11-24T15:00:00Z"}
    answer = client.post(f"{ROOT}/{schedule.slug}/override/", body)
    assert answer.status_code == 201 and queries.people_on_call(schedule, NOON + timedelta(hours=2)) == [resolver]
    assert client.post(f"{ROOT}/other/overrides/{answer.json()['id']}/cancel/").status_code == 404
    assert client.post(f"{ROOT}/{schedule.slug}/overrides/{answer.json()['id']}/cancel/").status_code == 204
    assert queries.people_on_call(schedule, NOON + timedelta(hours=2)) == [lead]


def test_what_is_refused(schedule: Schedule, lead: User, resolver: User, requester: User, api: Api) -> None:
    body = {"user": lead.email, "starts_at": "2026-11-24T13:00:00Z", "ends_at": "2026-11-24T12:30:00Z"}
    assert api(resolver).post(f"{ROOT}/{schedule.slug}/override/", body).status_code == 403
    wrong = api(lead).post(f"{ROOT}/{schedule.slug}/override/", body)
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["ends_at"])
    assert api(requester).get(f"{ROOT}/{schedule.slug}/on-call/").status_code == 404
    assert api(lead, scope="read").post(f"{ROOT}/{schedule.slug}/override/", body).status_code == 403
    assert not Override.objects.exists()
