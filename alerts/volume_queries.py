"""Reads of what sources send by the hour, and of what is unusual about it (ALR-20)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min

from accounts.models import User
from alerts import baseline, permissions
from alerts.models import Alert, Integration, Volume, VolumeMark, VolumeWatch, WatchedHour

SHOWN_HOURS = 24
LATELY = timedelta(days=7)
MOST = 50


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour as a bar: its height and that of the usual, in percent of the highest."""

    hour: datetime
    events: int
    height: int
    usual: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How an integration sends. usual: in this hour, None while too little is known; ready_at: from when it is. mark: what is unusual now."""

    mark: VolumeMark | None
    now: int
    usual: baseline.Usual | None
    ready_at: datetime | None
    bars: Sequence[Bar]


def watched_hours(at: datetime) -> set[datetime]:
    """The hours in which Evenkeel looked, of those by which an instant is judged."""
    return set(_watched(baseline.asked(at)))


def _watched(hours: Iterable[datetime]) -> Iterable[datetime]:
    return WatchedHour.objects.filter(hour__in=list(hours), seconds__gte=baseline.LEAST_WATCHED).values_list("hour", flat=True)


def sent_by(integrations: Iterable[int], at: datetime, hours: Sequence[datetime] = ()) -> dict[int, baseline.Sent]:
    """What each of them sent in the hours by which an instant is judged, in two queries."""
    pks = list(integrations)
    firsts = dict(Volume.objects.filter(integration__in=pks).order_by().values_list("integration").annotate(first=Min("hour")))
    events: dict[int, dict[datetime, int]] = {pk: {} for pk in firsts}
    rows = Volume.objects.filter(integration__in=pks, hour__in=[*baseline.asked(at), *hours]).values_list("integration", "hour", "events")
    for pk, hour, amount in rows:
        events[pk][hour] = amount
    return {pk: baseline.Sent(first, events[pk]) for pk, first in firsts.items()}


def pace_of(integration: Integration, at: datetime) -> Pace:
    """How one integration sends, for its page."""
    this = baseline.hour_of(at)
    shown = [this - back * baseline.HOUR for back in range(SHOWN_HOURS - 1, -1, -1)]
    past = [hour - week * baseline.WEEK + beside * baseline.HOUR for hour in shown for week in range(baseline.WEEKS + 1) for beside in (-1, 0, 1)]
    sent = sent_by([integration.pk], at, past).get(integration.pk)
    mark = VolumeMark.objects.filter(integration=integration, ended_at=None).first()
    if sent is None:
        return Pace(mark, 0, None, None, [])
    known = set(_watched({*past, *baseline.asked(at)}))
    usual = {hour: baseline.usual(sent, known, hour) for hour in shown}
    highest = max([1.0, *(float(sent.events.get(hour, 0)) for hour in shown), *(one.middle for one in usual.values() if one is not None)])
    bars = [
        Bar(hour, seen := sent.events.get(hour, 0), _height(seen, highest), _height(one.middle if (one := usual[hour]) is not None else 0, highest))
        for hour in shown
    ]
    return Pace(mark, sent.events.get(this, 0), usual[this], None if usual[this] is not None else ready_at(sent.since), bars)


def _height(events: float, highest: float) -> int:
    return round(100 * events / highest)


def ready_at(since: datetime | None = None) -> datetime | None:
    """From when something can be said of what came since then: two weeks after Evenkeel began to look. None when it has not begun."""
    first = WatchedHour.objects.aggregate(first=Min("hour"))["first"]
    return max(first, since or first) + baseline.LEAST_WEEKS * baseline.WEEK if first is not None else None


def marks_for(user: User, at: datetime) -> list[VolumeMark]:
    """What was unusual in the last week, what is so still first."""
    if not user.has_right("alert.view"):
        return []
    rows = VolumeMark.objects.filter(began_at__gte=at - LATELY).select_related("integration")
    still = VolumeMark.objects.filter(ended_at=None).select_related("integration")
    return list((rows | still).order_by(F("ended_at").desc(nulls_first=True), "-began_at", "-pk")[:MOST])


def new_kinds_for(user: User, at: datetime) -> list[Alert]:
    """The first alerts of kinds that are new, of the last week."""
    rows = permissions.visible_to(user, Alert.objects.filter(is_new_kind=True, first_occurred_at__gte=at - LATELY))
    return list(rows.select_related("integration", "service").defer("payload", "description").order_by("-pk")[:MOST])


def nothing_since() -> datetime | None:
    """Since when no source at all sends anything; None while some do."""
    return VolumeWatch.objects.values_list("nothing_since", flat=True).first()
