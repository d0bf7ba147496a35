"""Why a clock shows what it shows, on the page and over the API."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from common import clock
from common.templatetags import ek
from incidents import actions as incidents
from incidents.models import Incident
from services.models import Service
from sla import actions as calendars
from sla.models import Calendar, Opening
from tickets import explaining
from tickets.actions import lifecycle
from tickets.models import Goal, HoldReason

OSLO = ZoneInfo("Europe/Oslo")
FRIDAY = datetime(2026, 3, 27, 15, 0, 0, 250_000, tzinfo=OSLO)
WEDNESDAY = datetime(2026, 4, 1, 10, tzinfo=OSLO)


@pytest.fixture
def paused(agent: User, admin: User, requester: User, service: Service) -> Incident:
    """Opened in Oslo on the Friday before the clocks change, on hold over the week-end with the change, resumed on a holiday, looked at on Wednesday."""
    calendar = Calendar.objects.create(name="Oslo office", time_zone="Europe/Oslo")
    Opening.objects.bulk_create(Opening(calendar=calendar, weekday=day, opens_at=time(9), closes_at=time(17)) for day in range(5))
    calendars.add_holidays(calendar, {date(2026, 3, 31): "Founders' day"}, actor=admin)
    Goal.objects.filter(metric__slug="resolution").update(calendar=calendar)
    with clock.shifted(FRIDAY):
        incident = incidents.create(actor=agent, summary="Slow", service=service, urgency=1, reporter=requester)
    with clock.shifted(FRIDAY + timedelta(minutes=30)):
        lifecycle.hold(incident, actor=agent, hold_reason=HoldReason.objects.filter(pauses_clocks=True)[0], reason="Quote")
    with clock.shifted(datetime(2026, 3, 30, 16, tzinfo=OSLO)):
        lifecycle.transition(incident, "start", actor=agent)
    return incident


def test_every_stretch_has_its_reason_and_the_sums_are_exact(paused: Incident) -> None:
    told = {one.metric: one for one in explaining.explain(paused, WEDNESDAY)}["resolution"]
    assert [(line.why, line.seconds) for line in told.lines] == [
        ("open", 1800), ("paused", int(71.5 * 3600) - 1), ("open", 3600), ("closed", 7 * 3600), ("holiday", 86_400), ("closed", 9 * 3600), ("open", 3600),
    ]  # fmt: skip
    assert "Founders' day" in told.lines[4].reason
    assert "Pending" in told.lines[1].reason and "Quote" in told.lines[1].reason
    assert told.used_seconds == sum(line.seconds for line in told.lines if line.is_counted) == 9000
    assert told.elapsed_seconds == int((WEDNESDAY.astimezone(UTC) - FRIDAY.astimezone(UTC)).total_seconds())
    assert told.due_at == datetime(2026, 4, 1, 11, 30, 0, 0, tzinfo=OSLO).astimezone(UTC)


def test_long_lists_fold_their_oldest_lines_into_the_sums(paused: Incident) -> None:
    at = WEDNESDAY + timedelta(days=400)
    told = next(one for one in explaining.explain(paused, at, most=10) if one.metric == "resolution")
    whole = next(one for one in explaining.explain(paused, at, most=10_000) if one.metric == "resolution")
    assert (len(told.lines), told.folded) == (10, len(whole.lines) - 10)
    assert (told.used_seconds, told.still_seconds) == (whole.used_seconds, whole.still_seconds)


def test_the_dialog_shows_local_times_and_reasons(sign_in: Callable[[User], Client], agent: User, paused: Incident) -> None:
    agent.time_zone = "Asia/Kolkata"
    agent.save(update_fields=["time_zone"])
    with clock.shifted(WEDNESDAY):
        page = sign_in(agent).get(f"/tickets/{paused.key}/sla/").content.decode()
    for text in ("Founders", "Out of hours", "Paused: Pending", "2h 30m 00s", "IST", "Will breach at"):
        assert text in page, text


def test_a_stretch_over_the_change_of_the_clocks_says_so(sign_in: Callable[[User], Client], agent: User, paused: Incident) -> None:
    """Friday 15:30 to Monday 16:00 looks like 72.5 hours and is 71.5: the reader's clocks went forward; in another zone they did not."""
    for zone, is_told in (("Europe/Oslo", True), ("Asia/Kolkata", False)):
        agent.time_zone = zone
        agent.save(update_fields=["time_zone"])
        with clock.shifted(WEDNESDAY):
            page = sign_in(agent).get(f"/tickets/{paused.key}/sla/").content.decode()
        assert page.count("the clocks went forward 1h 00m") == (2 if is_told else 0), zone  # once for each of the two metrics
    with timezone.override(OSLO):
        assert ek.clock_change(datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC)) == "the clocks went back 1h 00m"


def test_the_record_says_when_it_will_breach(sign_in: Callable[[User], Client], agent: User, paused: Incident) -> None:
    page = sign_in(agent).get(paused.get_absolute_url()).content.decode()
    assert f"/tickets/{paused.key}/sla/" in page


def test_the_api_tells_the_same(api: Callable[..., APIClient], agent: User, paused: Incident) -> None:
    with clock.shifted(WEDNESDAY):
        told = api(agent).get(f"/api/v1/incidents/{paused.key}/sla/").json()
    line = next(one for one in told if one["metric"] == "resolution")["lines"][4]
    assert (line["why"], line["reason"], line["seconds"]) == ("holiday", "Holiday: Founders' day", 86_400)


def test_reporters_and_outsiders_see_nothing(
    sign_in: Callable[[User], Client], api: Callable[..., APIClient], requester: User, outsider: User, paused: Incident
) -> None:
    assert api(requester).get(f"/api/v1/incidents/{paused.key}/sla/").status_code == 404
    assert api(outsider).get(f"/api/v1/incidents/{paused.key}/sla/").status_code == 404
    assert sign_in(outsider).get(f"/tickets/{paused.key}/sla/").status_code in (403, 404)
