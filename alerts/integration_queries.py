"""Reads of integrations: what each sends, the bodies that came, and what is read in them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db.models import Count, Max, Q, Sum
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import adapters, bodies, queries, reading, ruling, signatures, skew
from alerts.adapters.base import Adapter
from alerts.dialects.base import Kept
from alerts.models import Alert, InboxRow, Integration, SourceClock, Volume
from alerts.models.inbox import EPOCH
from alerts.normal import Event, Ignored
from common import clock, wording

LOOKED_AT = 5_000  # bodies of all sources, before the last one of this source
SHOWN_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class Sends:
    """What an integration sent: when last, how many events since an instant, and how many of its bodies wait for a person."""

    last_at: datetime | None = None
    today: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read in a body: its events, or why there are none."""

    events: Sequence[Event] = ()
    ignored: str = ""
    broken: str = ""
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    rules: Sequence[ruling.Rule] = ()


def integration_for(user: User, pk: int) -> Integration:
    """One integration. Raises Http404 for who does not see alerts."""
    found = queries.integrations_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def sends_of(integrations: Sequence[Integration], since: datetime) -> dict[int, Sends]:
    """What each of them sends, in two queries."""
    pks = [one.pk for one in integrations]
    volumes = (
        Volume.objects.filter(integration__in=pks).values("integration").annotate(last=Max("last_at"), today=Sum("events", filter=Q(hour__gte=since)))
    )
    rows: dict[int, Any] = {row["integration"]: row for row in volumes.order_by()}
    waiting = InboxRow.objects.filter(state=InboxRow.QUARANTINED, integration__in=pks).order_by().values_list("integration").annotate(n=Count("id"))
    kept = dict(waiting)
    known = {one.pk: rows.get(one.pk, {"last": one.key.last_used_at, "today": 0}) for one in integrations}
    return {pk: Sends(row["last"], row["today"] or 0, kept.get(pk, 0)) for pk, row in known.items()}


@dataclass(frozen=True, slots=True)
class Keys:
    """What is good for a while after a rotation, and what signatures are asked for. where: how the tool signs, empty when it does not."""

    former_key_until: datetime | None
    former_secret_until: datetime | None
    where: str


def keys_of(integration: Integration) -> Keys:
    """The key and the signing secret of an integration."""
    at, key, scheme = clock.now(), integration.key, signatures.SCHEMES.get(adapters.signing_of(integration.adapter))
    ends = [until if until and until > at else None for until in (key.former_until, integration.former_signing_until)]
    return Keys(ends[0], ends[1], scheme.where if scheme else "")


@dataclass(frozen=True, slots=True)
class Clock:
    """What a source's clock said within a week: by how much its events come after the time that they carry, and how many came too late to page anybody.

    wrong: by how much the clock itself is, as far as several hours agree on it, or as what has not begun yet shows it at once.
    """

    behind: timedelta | None = None
    wrong: timedelta = skew.NONE
    stale: int = 0

    @property
    def is_wrong(self) -> bool:
        """By more than people would call late."""
        return abs(self.wrong) > skew.LARGE

    @property
    def words(self) -> str:
        """“27h behind”, “2h ahead”."""
        time = wording.distance(abs(round(self.wrong.total_seconds())))
        return (_("{time} behind") if self.wrong.total_seconds() >= 0 else _("{time} ahead")).format(time=time)

    @property
    def delay(self) -> str:
        """“4m”, “−2h”: how long after the time that they carry its new alerts come; empty when nothing is known."""
        if self.behind is None:
            return ""
        time = wording.distance(abs(round(self.behind.total_seconds())))
        return time if self.behind.total_seconds() >= 0 else f"−{time}"


def clock_of(integration: Integration) -> Clock:
    """The clock of a source, in one query."""
    return clocks_of([integration]).get(integration.pk, Clock())


def clocks_of(integrations: Iterable[Integration]) -> dict[int, Clock]:
    """The clocks of those sources that told any time within a week."""
    hours: dict[int, dict[datetime, list[int]]] = {}
    stale: Counter[int] = Counter()
    rows = SourceClock.objects.filter(integration__in=[one.pk for one in integrations], hour__gt=clock.now() - timedelta(days=7))
    for row in rows:
        hours.setdefault(row.integration_id, {})[row.hour] = row.samples
        stale[row.integration_id] += row.stale
    return {
        pk: Clock(skew.behind(told), skew.settled(told) or min(skew.behind(told) or skew.NONE, skew.NONE), stale[pk]) for pk, told in hours.items()
    }


def wrong_clocks() -> list[tuple[str, str]]:
    """The sources whose clock is wrong: name and by how much."""
    rows = list(Integration.objects.filter(is_enabled=True).order_by("name"))
    found = clocks_of(rows)
    return [(one.name, found[one.pk].words) for one in rows if one.pk in found and found[one.pk].is_wrong]


def tools(text: str = "") -> list[Adapter]:
    """The tools that can be connected, by name; those whose name or slug holds the text."""
    wanted = text.strip().lower()
    found = [one for one in adapters.ADAPTERS.values() if wanted in one.label.lower() or wanted in one.slug]
    return sorted(found, key=lambda one: one.label.lower())


def rows_of(integration: Integration, *, limit: int = 25) -> list[InboxRow]:
    """The newest bodies that came, newest first: of the latest 5,000 of all sources up to its last one. A search that needs no index of its own at the door."""
    put_aside = InboxRow.objects.filter(integration=integration, state=InboxRow.QUARANTINED).order_by("-received_at", "-id").defer("body", "context")
    rows = {row.pk: row for row in put_aside[:limit]}
    last = Volume.objects.filter(integration=integration).aggregate(last=Max("last_at"))["last"]
    lately = InboxRow.objects.filter(received_at__lte=last).order_by("-received_at", "-id") if last is not None else InboxRow.objects.none()
    own = [(at, pk) for at, pk, owner in lately.values_list("received_at", "pk", "integration_id")[:LOOKED_AT] if owner == integration.pk][:limit]
    if own:
        found = lately.filter(received_at__gte=own[-1][0], pk__in=[pk for _at, pk in own])
        rows |= {row.pk: row for row in found.defer("body", "context")}
    return sorted(rows.values(), key=lambda row: (row.received_at, row.pk), reverse=True)[:limit]


def row_of(integration: Integration, stamp: int, pk: int) -> InboxRow:
    """One body by its instant in microseconds and its number. Raises Http404."""
    try:
        at = EPOCH + timedelta(microseconds=stamp)
    except OverflowError:
        raise Http404 from None
    found = InboxRow.objects.filter(received_at=at, pk=pk, integration=integration).first()
    if found is None:
        raise Http404
    return found


def last_body(integration: Integration) -> str:
    """The newest body as text; empty when none came."""
    row = next(iter(rows_of(integration, limit=1)), None)
    return text_of(row) if row is not None else ""


def text_of(row: InboxRow) -> str:
    """A body as people read it: JSON set out, else as it came; cut to what a screen bears."""
    raw = bytes(row.body)
    try:
        text = orjson.dumps(orjson.loads(raw), option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, RecursionError, TypeError):
        text = raw.decode("utf-8", "backslashreplace")
    return text[:SHOWN_BYTES].replace("\0", "\\0")


def reading_of(user: User, row: InboxRow, integration: Integration) -> Reading:
    """What is read now in a body that came, with the newest alert of each alias."""
    context: Any = row.context or {}
    kept = Kept(row.operation, str(row.request_id or ""), integration.pk, context, row.received_at)
    read = read_body(kept, bytes(row.body), integration)
    aliases = {after.alias for event in read.events for after in (event, *reading.settle([event], integration, read.rules)[0][1].events)}
    alerts = queries.alerts_for(user).filter(alias__in=aliases).order_by("alias", "-id").distinct("alias") if aliases else ()
    return replace(read, alerts={alert.alias: alert for alert in alerts})


def read_body(kept: Kept, body: bytes, integration: Integration) -> Reading:
    """What is read in a body, whatever it is."""
    try:
        read = reading.read(kept, body, integration)
    except bodies.Broken as error:
        return Reading(broken=str(error))
    if isinstance(read, Ignored):
        return Reading(ignored=read.reason)
    return Reading(read, rules=reading.rules_of([integration.pk]).get(integration.pk, ()))


def read_text(text: str, integration: Integration) -> Reading:
    """What would be read in a pasted body."""
    return read_body(Kept("ingest", "", integration.pk, {}, clock.now()), text.encode("utf-8", "replace"), integration)
