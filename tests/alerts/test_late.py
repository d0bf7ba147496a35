"""A13: what is told long after it began pages nobody. A14: what sources' clocks say is measured, and moves nothing of ours."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from alerts import folding, integration_queries, skew
from alerts.actions import integrations, late, lifecycle, silencing
from alerts.models import Alert, Integration, SourceClock
from alerts.normal import CLOSE, OPEN, Event
from common import clock
from incidents.models import Incident
from services.models import Service
from tests.alerts.test_intake import began, firing
from tests.alerts.test_refire import receive

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = 24 * 60


@pytest.fixture
def integration(house: None) -> Integration:
    """A Prometheus whose critical alerts of tier 1 and 2 services open incidents."""
    made = integrations.create(actor=None, name="Prometheus", adapter="alertmanager")
    assert made.stale_hours == 0  # a silence that ended after two days must page
    made.stale_hours = 24
    return integrations.change(made, actor=None, fields=["stale_hours"])


@pytest.mark.parametrize(
    ("minutes", "hours", "skewed", "is_it"),
    [(23 * 60, 24, 0, False), (25 * 60, 24, 0, True), (25 * 60, 0, 0, False), (61, 1, 0, True), (27 * 60, 24, 27 * 60, False), (-120, 24, 0, False),
     (25 * 60, 24, -120, True), (60 * 60, 24, 27 * 60, True)],
)  # fmt: skip
def test_what_is_stale(minutes: int, hours: int, skewed: int, is_it: bool) -> None:
    assert skew.is_stale(T0 - timedelta(minutes=minutes), T0, hours, timedelta(minutes=skewed)) is is_it
    assert not skew.is_stale(None, T0, hours)


@pytest.mark.parametrize(
    ("hours", "seconds"),
    [([[97_200, 97_210], [97_190], [97_230]], 97_200), ([[97_200]] * 2, 0), ([[20], [97_200], [40], [30]], 30), ([[80_000], [90_000], [100_000]], 0), ([], 0)],
)  # fmt: skip
def test_a_clock_is_wrong_when_several_hours_agree_on_it(hours: list[list[int]], seconds: int) -> None:
    told = {T0 + timedelta(hours=number): samples for number, samples in enumerate(hours)}
    assert abs(skew.settled(told).total_seconds() - seconds) <= 10
    assert (skew.behind(told) is None) is (not hours)


@pytest.mark.parametrize(("ahead", "is_kept"), [(timedelta(hours=2), True), (timedelta(hours=-27), True), (timedelta(days=365 * 170), False)])
def test_an_instant_that_no_clock_shows_is_left_out(ahead: timedelta, is_kept: bool) -> None:
    for event in (Event(OPEN, "a", "m", starts_at=T0 + ahead), Event(CLOSE, "a", "m", ended_at=T0 + ahead)):
        assert (skew.plausible(event, T0) == event) is is_kept
    api = Event(OPEN, "a", "m", starts_at=T0, ended_at=T0 + ahead)  # when Prometheus' alert expires, which may be far
    assert skew.plausible(api, T0) is api


def test_a_start_of_a_clock_that_was_ahead_does_not_hide_what_begins_after_it_was_set_right() -> None:
    ahead = folding.Past(1, T0 + timedelta(hours=2), None, T0)
    assert not folding.is_old_firing(T0 + timedelta(hours=1), T0 + timedelta(hours=1), ahead)
    assert folding.is_old_firing(T0 + timedelta(hours=2), T0 + timedelta(hours=1), ahead)  # the same firing, sent again
    assert folding.is_old_firing(T0 - timedelta(hours=1), T0, folding.Past(1, T0, None, T0))


def test_a_backlog_that_is_sent_again_pages_nobody_and_says_so(integration: Integration, service: Service, client: Client, agent: User) -> None:
    receive(integration, firing(starts_at=began(3 * DAY)))
    alert = Alert.objects.get()
    assert (alert.status, alert.silenced_until, Incident.objects.count()) == ("open", Alert.FOREVER, 0)
    assert [(said["stage"], said["what"][:30]) for said in alert.decisions] == [("stale", "stale: it began 3d before it c")]
    assert integration_queries.clock_of(integration).stale == 1
    silencing.hush(clock.now())
    assert Alert.objects.get().silenced_until == Alert.FOREVER
    client.force_login(agent)
    assert "stale: it began 3d before it came" in client.get(alert.get_absolute_url()).content.decode()
    receive(integration, firing("resolved", starts_at=began(3 * DAY)))
    assert Alert.objects.get().status == "closed"


def test_a_current_firing_of_a_stale_alert_is_as_loud_as_any(integration: Integration, service: Service) -> None:
    receive(integration, firing(starts_at=began(2 * DAY)))
    receive(integration, firing(starts_at=began(2 * DAY - 1)))
    assert (Alert.objects.get().silenced_until, Incident.objects.count()) == (Alert.FOREVER, 0)
    receive(integration, firing(starts_at=began(1)))
    alert = Alert.objects.get()
    assert (alert.silenced_until, alert.held_until, alert.incident, alert.count) == (None, None, Incident.objects.get(), 3)


def test_somebody_can_make_it_loud_and_an_integration_can_say_never(integration: Integration, service: Service, agent: User) -> None:
    receive(integration, firing(starts_at=began(2 * DAY)))
    silencing.release(Alert.objects.get(), actor=agent)
    assert Incident.objects.count() == 1
    lifecycle.close(Alert.objects.get(), actor=agent)
    Integration.objects.update(stale_hours=0)
    receive(integration, firing(starts_at=began(2 * DAY), fingerprint="bb22"))
    assert Alert.objects.exclude(status="closed").get().silenced_until is None


def test_a_source_whose_clock_is_a_day_behind_pages_once_several_hours_agree_on_it(integration: Integration, service: Service) -> None:
    this = clock.now().replace(minute=0, second=0, microsecond=0)
    for hours in (1, 2, 3):
        SourceClock.objects.create(integration=integration, hour=this - timedelta(hours=hours), samples=[97_200, 97_260])
    receive(integration, firing(starts_at=began(27 * 60)))
    assert (Alert.objects.get().silenced_until, Incident.objects.count()) == (None, 1)
    told = integration_queries.clock_of(integration)
    assert (told.is_wrong, told.words.endswith("behind"), told.stale) == (True, True, 0)
    assert integration_queries.wrong_clocks() == [("Prometheus", told.words)]


@pytest.mark.parametrize(("minutes", "words", "is_wrong"), [(1, ">1m<", False), (-120, "is 2h ahead", True), (600, ">10h<", False)])
def test_the_page_of_a_source_says_what_its_clock_says(
    integration: Integration, service: Service, client: Client, agent: User, minutes: int, words: str, is_wrong: bool
) -> None:
    """One alert that began long ago says nothing of the clock; one that has not begun yet does."""
    at = clock.now()
    receive(integration, firing(starts_at=(at - timedelta(minutes=minutes)).isoformat()))
    told = integration_queries.clock_of(integration)
    assert (told.is_wrong, abs((told.behind or timedelta()).total_seconds() - minutes * 60) < 30) == (is_wrong, True)
    client.force_login(agent)
    page = client.get(f"/alerts/integrations/{integration.pk}/").content.decode()
    assert (words in page, "The clock of this source is" in page) == (True, is_wrong)


def test_absurd_times_of_one_alert_move_no_other(integration: Integration, service: Service, person: Callable[..., Any]) -> None:
    stated = ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2199-01-01T00:00:00Z", began(-120), began(27 * 60), began(1)]
    for number, at in enumerate(stated):
        receive(integration, firing(starts_at=at, fingerprint=f"f{number}", severity="warning"))
    rows = list(Alert.objects.order_by("number"))
    assert [row.alias for row in rows] == [f"f{number}" for number in range(len(stated))]
    assert rows == sorted(rows, key=lambda row: (row.first_occurred_at, row.pk))
    assert [row.starts_at is None for row in rows] == [False, True, True, False, False, False]
    assert [row.silenced_until is not None for row in rows] == [True, False, False, False, True, False]


def test_what_clocks_said_is_kept_for_a_week(integration: Integration) -> None:
    at = clock.now()
    for days in (1, 6, 8):
        SourceClock.objects.create(integration=integration, hour=at - timedelta(days=days), samples=[1])
    assert late.forget() == 1
