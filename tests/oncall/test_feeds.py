"""Calendars to subscribe to (ONC-03)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from common import clock
from oncall import feeds as calendars
from oncall.actions import feeds
from oncall.models import CalendarFeed, Schedule
from tests.oncall.conftest import NOON
from tests.oncall.test_screens import SignIn

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _tuesday() -> Any:
    with clock.shifted(NOON):
        yield


def events(content: bytes) -> list[tuple[str, Any, Any]]:
    found: list[Any] = Calendar.from_ical(content).walk("VEVENT")
    return [(str(one["summary"]), one["dtstart"].dt, one["dtend"].dt) for one in found]


def path_of(feed: CalendarFeed) -> str:
    return "/" + calendars.address_of(feed).split("/", 3)[3]


def test_ones_own_shifts_without_a_login(schedule: Schedule, lead: User) -> None:
    feed = feeds.make(None, actor=lead)
    answer = Client().get(path_of(feed))
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    found = events(answer.content)
    assert found[0] == ("On call: Payments primary", NOON - timedelta(days=1, hours=3), NOON + timedelta(days=5, hours=21))
    assert len(found) > 10 and len({one["uid"] for one in Calendar.from_ical(answer.content).walk("VEVENT")}) == len(found)


def test_a_schedule_with_everybody(schedule: Schedule, resolver: User) -> None:
    found = events(Client().get(path_of(feeds.make(schedule, actor=resolver))).content)
    assert [one[0] for one in found[:2]] == ["Priya Lead: Payments primary", "Daniel Resolver: Payments primary"]


def test_a_shift_is_the_same_event_an_hour_later(schedule: Schedule, lead: User) -> None:
    """Nothing is cut at the ends of what a calendar shows, so what a program stored does not double."""
    for feed in (feeds.make(None, actor=lead), feeds.make(schedule, actor=lead)):
        first = set(events(Client().get(path_of(feed)).content))
        with clock.shifted(NOON + timedelta(hours=1)):
            assert set(events(Client().get(path_of(feed)).content)) == first


def test_a_new_address_ends_the_old_one(schedule: Schedule, lead: User, sign_in: SignIn) -> None:
    old = path_of(feeds.make(None, actor=lead))
    assert path_of(feeds.make(None, actor=lead)) == old and CalendarFeed.objects.count() == 1
    client = sign_in(lead)
    shown = client.post("/oncall/feeds/", {"new": "1"}).content.decode()
    new = path_of(CalendarFeed.objects.get())
    assert new in shown and Client().get(old).status_code == 404 and Client().get(new).status_code == 200


@pytest.mark.parametrize("token", ["x", "a~b~c", "1", "~", "%00"])
def test_a_forged_address_is_no_page(db: Any, token: str) -> None:
    assert Client().get(f"/oncall/feeds/{token}.ics").status_code == 404


def test_who_may_not_see_schedules_any_more_has_no_feed(schedule: Schedule, lead: User, requester: User, sign_in: SignIn) -> None:
    path = path_of(feeds.make(schedule, actor=lead))
    lead.is_active = False
    lead.save()
    assert Client().get(path).status_code == 404
    assert sign_in(requester).post("/oncall/feeds/").status_code in (403, 404)
