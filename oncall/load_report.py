"""The load of being on call in a month, read from schedules and pages: for the report, and for pay (ONC-16)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.models import Page
from oncall import load, queries, rota, timeline
from oncall.models import PayTable, Schedule

LABELS = {
    load.DAY: gettext_lazy("By day"), load.NIGHT: gettext_lazy("At night"), load.WEEKEND: gettext_lazy("Weekend"), load.HOLIDAY: gettext_lazy("Holiday"),
}  # fmt: skip
HEAD = ("month", "person", "email", "hours", *load.SORTS, "pages", "woken", "short_rests", "pay", "currency")


@dataclass(frozen=True, slots=True)
class Line:
    """A person's part of a month. pay: by the table, None without one. percent: of the hours of all."""

    user: User
    share: load.Share
    percent: float
    pay: float | None

    @property
    def cells(self) -> list[float]:
        """Hours by sort, in the order of the columns."""
        return [self.share.hours(sort) for sort in load.SORTS]

    @property
    def total(self) -> float:
        """All hours."""
        return round(self.share.total / 3600, 2)


def month_of(day: date) -> tuple[date, date]:
    """The first day of a month and of the next one."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def lines(schedules: Sequence[Schedule], first: date, last: date, zone: ZoneInfo, table: PayTable | None) -> list[Line]:
    """Everybody who was on call between two days (the last is not part of it), the most hours first.

    An hour in two schedules at once counts once. zone: where the month begins and ends; what is night is decided on each person's own clock.
    """
    begin, end = (datetime.combine(day, time(), zone) for day in (first, last))
    stored = queries.stored_all(schedules, begin, end)
    names = timeline.Names.of(stored.values())
    times: dict[int, list[tuple[datetime, datetime]]] = {}
    people: dict[int, User] = {}
    for plan in stored.values():
        for stretch in rota.final(plan, begin, end):
            for user in names.people(stretch.people):
                people[user.pk] = user
                times.setdefault(user.pk, []).append((stretch.begin, stretch.end))
    pages: dict[int, list[datetime]] = {}
    for pk, at in Page.objects.filter(user__in=list(people), created_at__gte=begin, created_at__lt=end).values_list("user_id", "created_at"):
        pages.setdefault(pk, []).append(at)
    off = days_off(table, first.year)
    shares = {pk: share_of(times[pk], pages.get(pk, []), ZoneInfo(user.time_zone), off) for pk, user in people.items()}
    total = sum(share.total for share in shares.values()) or 1.0
    rates = {sort: float(getattr(table, sort)) for sort in load.SORTS} if table else None
    made = [
        Line(people[pk], share, round(share.total / total * 100, 1), load.pay(share, rates) if rates is not None else None)
        for pk, share in shares.items()
    ]
    return sorted(made, key=lambda line: (-line.share.total, line.user.name))


def share_of(times: Iterable[tuple[datetime, datetime]], pages: Sequence[datetime], zone: ZoneInfo, off: Callable[[date], bool]) -> load.Share:
    """One person's part from his times on call, joined where they overlap, and his pages."""
    share, reached = load.Share(), None
    for begin, end in sorted(times):
        start = begin if reached is None or reached < begin else reached
        if start < end:
            for sort, seconds in load.pieces(start, end, zone, off):
                share.seconds[sort] += seconds
        reached = end if reached is None else max(reached, end)
    share.pages = len(pages)
    share.woken = sum(1 for page in pages if load.is_night(page, zone))
    share.short_rests = load.short_rests(pages, zone)
    return share


def days_off(table: PayTable | None, year: int) -> Callable[[date], bool]:
    """Whether a day is a public holiday where the table says."""
    if table is None or not table.country:
        return lambda day: False
    known = holidays.country_holidays(table.country, subdiv=table.subdivision or None, years=(year - 1, year, year + 1))
    return lambda day: day in known


def rows(month: str, found: Sequence[Line], table: PayTable | None) -> list[list[object]]:
    """The report as rows of a file, with its head."""
    made: list[list[object]] = [list(HEAD)]
    for line in found:
        rests = " ".join(day.isoformat() for day in line.share.short_rests)
        pay, currency = ("" if line.pay is None else f"{line.pay:.2f}"), table.currency if table else ""
        made.append([month, line.user.name, line.user.email, line.total, *line.cells, line.share.pages, line.share.woken, rests, pay, currency])
    return made


def fairness(found: Sequence[Line]) -> str:
    """How evenly the hours are shared, as a sentence; empty for less than two people."""
    if len(found) < 2:
        return ""
    most, least = found[0], found[-1]
    if not least.share.total:
        return _("{most} has all of it.").format(most=most.user.name)
    return _("{most} has {times} times the hours of {least}.").format(
        most=most.user.name, least=least.user.name, times=f"{most.share.total / least.share.total:.1f}"
    )
