"""What a calendar from outside would change: the times away of a person, or the overrides of a schedule (ONC-04, ONC-05). Reads only.

Each event is known again by its key, so that the same calendar again changes nothing. What is past stays; what is gone from the calendar ends only when
it has not begun.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from oncall import ical
from oncall.models import Absence, Override, Schedule

AHEAD = timedelta(days=366)
Row = Override | Absence


@dataclass(frozen=True, slots=True)
class Wish:
    """What an event asks for."""

    key: str
    user: User
    begin: datetime
    end: datetime
    reason: str


@dataclass(slots=True)
class Changes:
    """What taking a calendar in would do. refused: titles of events, and why they are not taken."""

    added: list[Wish] = field(default_factory=list)
    changed: list[tuple[Row, Wish]] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)
    same: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.added or self.changed or self.removed)

    @property
    def fingerprint(self) -> str:
        """Names what would change, so that only what somebody has seen is done."""
        wishes = [(one.key, one.user.pk, one.begin, one.end, one.reason) for one in [*self.added, *(wish for _row, wish in self.changed)]]
        return hashlib.sha256(repr((wishes, [row.pk for row in self.removed])).encode()).hexdigest()


def of(target: Schedule | User, content: bytes, at: datetime, *, may_be_empty: bool = False) -> Changes:
    """What the calendar means for the overrides of a schedule, or for the times away of a person. Raises ical.Unreadable."""
    reading = ical.read(content, target.time_zone, at, at + AHEAD, may_be_empty=may_be_empty)
    if isinstance(target, User):
        away = [Wish(event.key, target, event.begin, event.end, event.title) for event in reading.events]
        return _compared(away, Absence.objects.filter(user=target, ends_at__gt=at).exclude(feed_uid=""), reading.refused, at)
    wishes, refused, people = [], list(reading.refused), People()
    canceled = _canceled(target, [event.key for event in reading.events])
    for event in reading.events:
        try:
            wish = Wish(event.key, people.meant_by(event), event.begin, event.end, event.title)
        except ical.Refused as error:
            refused.append((event.title, str(error)))
            continue
        if (wish.key, wish.user.pk, wish.begin, wish.end) in canceled:
            refused.append((event.title, _("it was canceled here")))
        else:
            wishes.append(wish)
    rows = Override.objects.filter(schedule=target, canceled_at__isnull=True, ends_at__gt=at).exclude(feed_uid="").select_related("user", "schedule")
    return _compared(wishes, rows, refused, at)


def _canceled(schedule: Schedule, keys: Sequence[str]) -> set[tuple[str, int | None, datetime, datetime]]:
    """What people took back by hand, which the calendar does not bring again."""
    rows = Override.objects.filter(schedule=schedule, feed_uid__in=keys, canceled_at__isnull=False)
    return set(rows.values_list("feed_uid", "user_id", "starts_at", "ends_at"))


def _compared(wishes: Iterable[Wish], rows: Iterable[Row], refused: list[tuple[str, str]], at: datetime) -> Changes:
    found = Changes(refused=refused)
    known = {row.feed_uid: row for row in rows}
    for wish in wishes:
        row = known.pop(wish.key, None)
        if row is None:
            found.added.append(wish)
        elif (row.user_id, row.starts_at, row.ends_at, row.reason) != (wish.user.pk, wish.begin, wish.end, wish.reason):
            found.changed.append((row, wish))
        else:
            found.same += 1
    found.removed = [row for row in known.values() if row.starts_at > at]
    return found


class People:
    """Everybody whom an event can mean, by address and by name."""

    def __init__(self) -> None:
        users = list(User.objects.filter(is_active=True).order_by("pk"))
        self._able = set(User.objects.filter(is_active=True, roles__rights__right="oncall.cover").values_list("pk", flat=True))
        self._by_address = {user.email.casefold(): user for user in users}
        self._by_name = [(user.name.casefold(), user) for user in users if user.name.strip()]
        self._in_words: dict[str, list[User]] = {}

    def meant_by(self, event: ical.Event) -> User:
        """Whom an event puts on call: who takes part, else whom its title names by address or full name, else who made it. Raises ical.Refused."""
        organizer = self._by_address.get(event.organizer)
        seen: list[User] = []
        for people in (self._named(event.attendees), self._in(event.title), [organizer] if organizer else []):
            able = [user for user in people if user.pk in self._able]
            able = [user for user in able if user != organizer] if len(able) > 1 else able
            if len(able) == 1:
                return able[0]
            if able:
                raise ical.Refused(_("it names several people: %(names)s") % {"names": ", ".join(user.name for user in able[:5])})
            seen += people
        if seen:
            raise ical.Refused(_("%(name)s does not work on call") % {"name": seen[0].name})
        raise ical.Refused(_("it names nobody of Evenkeel by e-mail address or full name"))

    def _named(self, addresses: Iterable[str]) -> list[User]:
        return list({user.pk: user for address in addresses if (user := self._by_address.get(address))}.values())

    def _in(self, title: str) -> list[User]:
        if title not in self._in_words:
            text = title.casefold()
            found = self._named(re.findall(r"[^\s<>(),;:]+@[^\s<>(),;:]+", text))
            self._in_words[title] = found or [
                user for name, user in self._by_name if name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
            ]
        return self._in_words[title]
