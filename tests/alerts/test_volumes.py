"""What a source usually sends, what is unusual, and which alerts are of a new kind (ALR-20)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from alerts import baseline
from alerts.actions import integrations, opening, volume_watch
from alerts.baseline import HOUR, WEEK, Sent
from alerts.folding import Step
from alerts.models import Alert, InboxRow, Integration, Volume, VolumeMark, VolumeWatch, WatchedHour
from alerts.normal import OPEN, Event
from common import clock
from journal.models import Entry

AT = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
THIS = datetime(2026, 11, 20, 14, tzinfo=UTC)
LAST = THIS - HOUR


def history(events: int, weeks: int = 6, at: datetime = THIS) -> dict[datetime, int]:
    """As many events in each hour of the last weeks, this one and the twelve before it left out."""
    return {at - back * HOUR: events for back in range(baseline.LONGEST_SILENCE + 1, weeks * 7 * 24 + 20)}


def every(at: datetime = THIS, weeks: int = 7) -> set[datetime]:
    return {at - back * HOUR for back in range(-1, weeks * 7 * 24)}


@pytest.mark.parametrize(
    ("usual", "last", "this", "sort"),
    [
        (100, 100, 40, ""), (100, 100, 190, ""), (100, 100, 201, "high"), (100, 300, 0, "high"), (100, 20, 40, "low"), (100, 40, 40, ""), (4, 4, 19, ""),
        (4, 4, 21, "high"),
        (10, 1, 1, ""), (0, 0, 0, ""), (0, 25, 0, "high"), (12, None, None, "silent"), (12, None, 3, ""), (12, 3, None, ""), (4, None, None, ""),
    ],
)  # fmt: skip
def test_what_is_unusual(usual: int, last: int | None, this: int | None, sort: str) -> None:
    events = {**history(usual), **({LAST: last} if last is not None else {}), **({THIS: this} if this is not None else {}), LAST - HOUR: usual}
    verdict = baseline.judge(Sent(THIS - 8 * WEEK, events), every(), AT)
    assert (verdict.sort if verdict is not None else "") == sort


def test_a_slow_source_is_silent_when_ten_events_were_to_be_expected() -> None:
    sent = Sent(THIS - 8 * WEEK, {**history(4), THIS - 4 * HOUR: 4})
    verdict = baseline.judge(sent, every(), AT)
    assert verdict is not None and (verdict.sort, verdict.since, verdict.expected) == ("silent", THIS - 3 * HOUR, 12)


def test_one_storm_of_the_past_changes_nothing() -> None:
    events = {**history(100), LAST - 2 * WEEK: 90_000, LAST: 300}
    verdict = baseline.judge(Sent(THIS - 8 * WEEK, events), every(), AT)
    assert verdict is not None and (verdict.sort, verdict.expected) == ("high", 100)


@pytest.mark.parametrize(
    ("since", "known"),
    [
        (THIS - 13 * 24 * HOUR, every()), (THIS - 8 * WEEK, every(weeks=1)), (THIS - 8 * WEEK, every() - {LAST}),
        (THIS - 8 * WEEK, {hour for hour in every() if hour >= LAST - WEEK - HOUR}), (THIS - 8 * WEEK, set()),
    ],
)  # fmt: skip
def test_who_is_young_or_was_away_says_nothing(since: datetime, known: set[datetime]) -> None:
    assert baseline.judge(Sent(since, history(50)), known, AT) is None


def test_hours_in_which_nobody_looked_are_no_history() -> None:
    down = {LAST - week * WEEK + beside * HOUR for week in (1, 2, 3) for beside in (-1, 0, 1)}
    events = {hour: 50 for hour in history(50) if hour not in down}
    assert baseline.usual(Sent(THIS - 8 * WEEK, events), every(), LAST) != baseline.usual(Sent(THIS - 8 * WEEK, events), every() - down, LAST)
    found = baseline.usual(Sent(THIS - 8 * WEEK, events), every() - down, LAST)
    assert found is not None and (found.middle, found.regular) == (50, 1.0)


@pytest.mark.parametrize(("minutes", "seconds"), [(5, {13: 240, 14: 60}), (1, {13: 60}), (16, {}), (0, {}), (-3, {})])
def test_what_was_watched(minutes: int, seconds: dict[int, int]) -> None:
    found = baseline.watched(THIS - 4 * timedelta(minutes=1), THIS + timedelta(minutes=minutes - 4))
    assert {hour.hour: one for hour, one in found.items()} == seconds
    assert baseline.watched(None, THIS) == {}


@pytest.fixture
def source(house: None, team: Team) -> Integration:
    """A tool that sends thirty events an hour since eight weeks, in which Evenkeel looked; it tells its team of silence."""
    made = integrations.create(actor=None, name="Tool", adapter="generic", team=team)
    made.alerts_silence = True
    integrations.change(made, actor=None, fields=["alerts_silence"])
    this = baseline.hour_of(clock.now())
    WatchedHour.objects.bulk_create(WatchedHour(hour=this + ahead * HOUR, seconds=3600) for ahead in range(-8 * 168, 6))
    keep(made, {this - back * HOUR: 30 for back in range(8 * 168)})
    return made


def keep(source: Integration, events: dict[datetime, int]) -> None:
    Volume.objects.bulk_create(Volume(integration=source, hour=hour, requests=n, events=n, last_at=hour) for hour, n in events.items())


def look(after: timedelta) -> int:
    """The watch looks so long after the hour of now began."""
    with clock.shifted(baseline.hour_of(clock.now()) + after):
        return volume_watch.sweep()


def test_silence_is_an_alert_of_the_team_and_ends_when_something_comes(
    source: Integration, team: Team, sign_in: Callable[[User], Client], agent: User
) -> None:
    assert look(timedelta(minutes=50)) == 0
    assert look(2 * HOUR - timedelta(minutes=1)) == 0
    for _twice in range(2):
        look(2 * HOUR + timedelta(minutes=5))
    mark, alert = VolumeMark.objects.get(), Alert.objects.get()
    assert (mark.sort, mark.is_told, alert.team, alert.count) == ("silent", True, team, 1)
    page = sign_in(agent).get(f"/alerts/integrations/{source.pk}/").content.decode()
    assert "Went silent" in page and "Went silent" in sign_in(agent).get("/alerts/noise/").content.decode()
    keep(source, {baseline.hour_of(clock.now()) + 3 * HOUR: 2})
    assert look(3 * HOUR + timedelta(minutes=5)) == 1
    alert.refresh_from_db()
    mark.refresh_from_db()
    assert (alert.status, alert.closed_by, mark.ended_at is not None) == ("closed", "source", True)
    assert [entry.event for entry in Entry.objects.filter(event__startswith="integration.u").order_by("pk")] == [
        "integration.unusual",
        "integration.usual",
    ]


def test_more_than_usual_is_marked_and_tells_nobody_unless_asked(source: Integration, api: Callable[..., APIClient], agent: User) -> None:
    Volume.objects.filter(hour=baseline.hour_of(clock.now())).update(events=900)
    assert (look(timedelta(minutes=10)), VolumeMark.objects.get().sort, Alert.objects.count()) == (1, "high", 0)
    assert api(agent).get("/api/v1/noise/").json()["unusual"][0]["seen"] == 900
    Integration.objects.update(alerts_volume=True)
    for minute in (15, 20):
        assert look(timedelta(minutes=minute)) == 0
    assert Alert.objects.get().count == 1


def test_when_everything_stops_at_once_it_is_not_the_sources(source: Integration, sign_in: Callable[[User], Client], agent: User) -> None:
    other = integrations.create(actor=None, name="Other", adapter="generic")
    keep(other, {volume.hour: 40 for volume in Volume.objects.filter(integration=source)})
    assert look(2 * HOUR + timedelta(minutes=5)) == 0
    assert (VolumeMark.objects.count(), VolumeWatch.objects.get().nothing_since is not None) == (0, True)
    assert "No source sends anything" in sign_in(agent).get("/alerts/noise/").content.decode()


def test_what_waits_in_the_inbox_was_not_looked_at(source: Integration) -> None:
    WatchedHour.objects.all().delete()
    at = clock.now()
    for minute in (0, 5):
        with clock.shifted(at + timedelta(minutes=minute)):
            volume_watch.sweep()
    assert sum(row.seconds for row in WatchedHour.objects.all()) == pytest.approx(300)
    InboxRow.objects.create(id=1, received_at=at, body=b"{}")
    with clock.shifted(at + timedelta(minutes=10)):
        volume_watch.sweep()
    assert sum(row.seconds for row in WatchedHour.objects.all()) == pytest.approx(300)


def test_the_first_alert_of_a_kind_is_new_once_the_source_is_known(house: None, sign_in: Callable[[User], Client], agent: User) -> None:
    tool = integrations.create(actor=None, name="Tool", adapter="generic", incident_from_priority=None)
    begin = clock.now() - timedelta(days=60)

    def fire(alias: str, message: str, day: int) -> bool:
        at = begin + timedelta(days=day)
        with clock.shifted(at):
            opening.open_or_count([Step(Event(OPEN, alias, message, payload={}), tool.pk, 1, at, at)], {tool.pk: tool}, at)
            volume_watch.sweep()
        return Alert.objects.get(alias=alias).is_new_kind

    days = [
        ("a", "Disk 1 full", 0),
        ("b", "Power lost", 5),
        ("c", "Disk 2 full", 20),
        ("d", "Fan 1 stopped", 21),
        ("e", "Fan 2 stopped", 22),
        ("f", "Disk 3 full", 55),
    ]
    assert [fire(*one) for one in days] == [False, False, False, True, False, True]
    assert "New kind" in sign_in(agent).get("/alerts/").content.decode()
