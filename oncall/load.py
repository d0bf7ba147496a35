"""How the load of being on call is shared: hours by sort, pages, and nights that were broken. Pure: no database (ONC-16).

The wall clock of each person decides what is night, weekend or a day off; an hour that is several counts once: day off, then weekend, then night.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY, NIGHT, WEEKEND, HOLIDAY = "day", "night", "weekend", "holiday"
SORTS = (DAY, NIGHT, WEEKEND, HOLIDAY)
NIGHT_FROM, NIGHT_TO = time(22), time(6)
REST = timedelta(hours=11)  # Directive 2003/88/EC, article 3: eleven hours of rest in a row in each 24


@dataclass(slots=True)
class Share:
    """One person's part. seconds: by sort of time. woken: pages in his night. short_rests: nights after which he had less than eleven hours of rest."""

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SORTS, 0.0))
    pages: int = 0
    woken: int = 0
    short_rests: list[date] = field(default_factory=list)

    @property
    def total(self) -> float:
        """All seconds on call."""
        return sum(self.seconds.values())

    def hours(self, sort: str) -> float:
        """Hours of a sort, to two places."""
        return round(self.seconds[sort] / 3600, 2)


def sort_of(instant: datetime, zone: ZoneInfo, is_off: Callable[[date], bool]) -> str:
    """What an instant is on the wall of a zone."""
    local = instant.astimezone(zone)
    if is_off(local.date()):
        return HOLIDAY
    if local.weekday() >= 5:
        return WEEKEND
    return NIGHT if is_night(instant, zone) else DAY


def is_night(instant: datetime, zone: ZoneInfo) -> bool:
    """Between 22:00 and 6:00 on the wall of a zone."""
    local = instant.astimezone(zone).time()
    return local >= NIGHT_FROM or local < NIGHT_TO


def pieces(begin: datetime, end: datetime, zone: ZoneInfo, is_off: Callable[[date], bool]) -> Iterable[tuple[str, float]]:
    """An interval in parts of one sort each: (sort, seconds). Cut at midnight, six and ten in the evening of the wall."""
    cuts, day = {begin, end}, begin.astimezone(zone).date() - timedelta(days=1)
    while day <= end.astimezone(zone).date() + timedelta(days=1):
        cuts |= {datetime.combine(day, at, zone).astimezone(begin.tzinfo) for at in (time(), NIGHT_TO, NIGHT_FROM)}
        day += timedelta(days=1)
    inside = sorted(cut for cut in cuts if begin <= cut <= end)
    for first, last in zip(inside, inside[1:], strict=False):
        if last > first:
            yield sort_of(first, zone, is_off), (last - first).total_seconds()


def short_rests(pages: Sequence[datetime], zone: ZoneInfo, work_from: time = time(9)) -> list[date]:
    """The mornings that came less than eleven hours after a page in the night (22:00 to 6:00), so that work should begin later."""
    found = set()
    for page in pages:
        if is_night(page, zone):
            local = page.astimezone(zone)
            morning = local.date() + timedelta(days=1 if local.time() >= NIGHT_FROM else 0)
            if datetime.combine(morning, work_from, zone) - page < REST and morning.weekday() < 5:
                found.add(morning)
    return sorted(found)


def pay(share: Share, rates: Mapping[str, float]) -> float:
    """What a rate table gives for a person's hours; a sort without a rate is paid nothing."""
    return round(sum(share.hours(sort) * rates.get(sort, 0.0) for sort in SORTS), 2)
