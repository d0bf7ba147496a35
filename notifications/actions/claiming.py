"""Which messages leave now: due, fair, within the throttles, to destinations that work; and taken, so that no two workers send the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Q

from common import clock, errors
from notifications import parcels, throttles
from notifications.actions import failover, paging
from notifications.channels import registry
from notifications.channels.base import Account, Channel
from notifications.models import ChannelAccount, Destination, Message

CANDIDATES = 500
LEASE = timedelta(seconds=8)  # renewed while a worker lives (outbox)
SHARE = 6  # of one destination at the same time, so that a slow one leaves room for others
PROBE = timedelta(seconds=30)
LOOK_BACK = timedelta(minutes=15)
LOCK = 0x6E6F7469  # claims of all workers come one after the other
PAUSED, THROTTLED = "waits: the destination is paused", "waits: enough for now"


@dataclass(slots=True)
class Load:
    """One message that this worker sends, and the others of the same service to the same address for which it speaks."""

    message: Message
    channel: Channel | None
    account: Account
    destination: str
    riders: list[Message] = field(default_factory=list)

    @property
    def all(self) -> list[Message]:
        """The message and its riders."""
        return [self.message, *self.riders]


def is_free(at: datetime) -> Q:
    """Nobody holds it."""
    return Q(lease_until__isnull=True) | Q(lease_until__lt=at)


def waiting(at: datetime) -> Any:
    """What is due and nobody's, the most urgent and oldest first."""
    return Message.objects.filter(is_free(at), state=Message.QUEUED, due_at__lte=at).order_by("-order", "due_at", "id")


def claim(limit: int) -> list[Load]:
    """Takes at most `limit` messages for some seconds and counts the attempt. What must wait gets the instant at which it may leave."""
    at = clock.now()
    if limit < 1 or not waiting(at).exists():
        return []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        rows = list(waiting(at).prefetch_related("page", "recipient", "contact").select_for_update(skip_locked=True)[:CANDIDATES])
        choice = _Choice(at)
        choice.go_through(fair(rows, _lately(rows, at)), limit)
        choice.write()
    return choice.loads


def load_of(message: Message) -> Load:
    """One message as it would be sent now, whatever else is due."""
    choice = _Choice(clock.now())
    return choice.load(message)


def fair(rows: Sequence[Message], lately: Counter[tuple[int | None, str]]) -> list[Message]:
    """Urgent ones first; among these the first of each person and service before the second of any, and who heard much lately after who heard nothing."""
    place: Counter[tuple[int | None, str]] = Counter()
    keyed = []
    for row in rows:
        lane = _lane(row)
        keyed.append(((-row.order, lately[lane] + place[lane], row.due_at, row.pk), row))
        place[lane] += 1
    return [row for _key, row in sorted(keyed, key=lambda pair: pair[0])]


def _lane(row: Message) -> tuple[int | None, str]:
    return row.recipient_id, row.page.topic if row.page is not None else ""


def _lately(rows: Sequence[Message], at: datetime) -> Counter[tuple[int | None, str]]:
    """How many messages each person had about each service within the last quarter of an hour."""
    people = {row.recipient_id for row in rows if row.page_id is not None}
    sent = (
        Message.objects.filter(recipient__in=people, page__created_at__gt=at - LOOK_BACK, sent_at__gt=at - LOOK_BACK)
        if people
        else Message.objects.none()
    )
    return Counter({(person, topic): n for person, topic, n in sent.values_list("recipient", "page__topic").annotate(n=Count("pk"))})


class _Choice:
    """One pass over the candidates."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.loads: list[Load] = []
        self._later: dict[int, dict[str, Any]] = {}
        self._taken: set[int] = set()
        self._accounts = {row.channel: row for row in ChannelAccount.objects.filter(is_enabled=True)}
        self._opened: dict[str, Account] = {}
        self._paused = {row.name: row for row in Destination.objects.filter(closed_until__isnull=False)}
        in_hand = Message.objects.filter(state=Message.QUEUED, lease_until__gte=at).values_list("destination")
        self._busy = Counter(dict(in_hand.annotate(n=Count("pk")).order_by()))
        self._sent: dict[tuple[str, ...], list[datetime]] = {}

    def go_through(self, rows: Sequence[Message], limit: int) -> None:
        """Decides about each candidate until the limit is reached."""
        for row in rows:
            if len(self.loads) >= limit:
                return
            if row.pk not in self._taken:
                self._consider(row, rows)

    def load(self, row: Message) -> Load:
        """Who sends a message, by which account, where to."""
        held, account = self._accounts.get(row.channel), self._account(row.channel)
        channel = registry.channel(row.channel, held.provider if held is not None else "") if self._can_send(row.channel) else None
        return Load(row, channel, account, channel.destination(parcels.addressed(row, account)) if channel is not None else "")

    def _consider(self, row: Message, rows: Sequence[Message]) -> None:
        load = self.load(row)
        destination, paused = load.destination, self._paused.get(load.destination)
        if paused is not None and paused.closed_until is not None and paused.closed_until > self.at:
            self._postpone(row, paused.closed_until, PAUSED, destination)
            return
        if self._busy[destination] >= SHARE and destination:
            return
        free = self._free_at(row)
        if free > self.at:
            self._postpone(row, free, THROTTLED)
            return
        if paused is not None and paused.failures >= throttles.FAILURES:  # half open: this one probes, the others wait for what comes of it
            paused.closed_until = self.at + PROBE
            paused.save(update_fields=["closed_until"])
        self._take(load, rows)

    def _take(self, load: Load, rows: Sequence[Message]) -> None:
        row = load.message
        load.riders = [other for other in rows if other.pk != row.pk and other.pk not in self._taken and _goes_with(row, other)]
        self.loads.append(load)
        self._taken |= {one.pk for one in load.all}
        for one in load.riders:
            self._later.pop(one.pk, None)
        self._busy[load.destination] += 1
        if row.page_id is not None:
            for known in self._histories(row):
                known.append(self.at)

    def _can_send(self, name: str) -> bool:
        kind = registry.kind(name)
        return kind is not None and (not kind.needs_account or name in self._accounts)

    def _account(self, name: str) -> Account:
        if name not in self._opened:
            held = self._accounts.get(name)
            try:
                self._opened[name] = held.opened() if held is not None else Account()
            except errors.Conflict:  # written with another key: the provider will refuse, and the attempt says so
                self._opened[name] = Account(held.pk if held is not None else 0)
        return self._opened[name]

    def _free_at(self, row: Message) -> datetime:
        if not settings.PAGE_THROTTLES or row.channel == "app":
            return self.at
        if row.idempotency_key.startswith(paging.NEWS_KEY):
            return self._news_free_at(row)
        if row.page is None or row.page.event == "test":
            return self.at
        of_address, of_channel = self._histories(row)
        limits = throttles.limits_of(row.channel, is_page=True)
        return max(throttles.free_at(of_address, limits, self.at), throttles.free_at(of_channel, throttles.TOGETHER, self.at))

    def _news_free_at(self, row: Message) -> datetime:
        """News is rarer than pages."""
        key = ("news", row.channel, row.address)
        if key not in self._sent:
            told = Message.objects.filter(
                contact=row.contact_id or 0, idempotency_key__startswith=paging.NEWS_KEY, sent_at__gt=self.at - throttles.LONGEST
            )
            self._sent[key] = [instant or self.at for instant in told.values_list("sent_at", flat=True)]
        free = throttles.free_at(self._sent[key], throttles.limits_of(row.channel, is_page=False), self.at)
        if free == self.at:
            self._sent[key].append(self.at)
        return free

    def _histories(self, row: Message) -> tuple[list[datetime], list[datetime]]:
        """When pages left to this address, and when any left by this channel. What is under way counts as now."""
        address, channel = (row.channel, row.address), (row.channel,)
        if address not in self._sent:
            left = self._left(throttles.LONGEST).filter(channel=row.channel, address=row.address)
            self._sent[address] = [instant or self.at for instant in left.values_list("sent_at", flat=True)]
        if channel not in self._sent:
            left = self._left(timedelta(seconds=5)).filter(channel=row.channel)
            self._sent[channel] = [instant or self.at for instant in left.values_list("sent_at", flat=True)]
        return self._sent[address], self._sent[channel]

    def _left(self, window: timedelta) -> Any:
        sent = Q(sent_at__gt=self.at - window) | Q(state=Message.QUEUED, lease_until__gte=self.at)
        return Message.objects.filter(sent, page__isnull=False, bundle__isnull=True).exclude(page__event="test")

    def _postpone(self, row: Message, until: datetime, why: str, destination: str = "") -> None:
        self._later[row.pk] = {"due_at": until, "outcome": why, "destination": destination}
        if why == PAUSED and row.outcome != PAUSED:
            failover.go_on(row, at=self.at)

    def write(self) -> None:
        """Keeps what was decided; every row is locked already."""
        for load in self.loads:
            pks = [one.pk for one in load.all]
            Message.objects.filter(pk__in=pks).update(lease_until=self.at + LEASE, attempts=F("attempts") + 1, destination=load.destination)
            for one in load.all:
                one.attempts += 1
        for pk, columns in self._later.items():
            Message.objects.filter(pk=pk).update(**columns)


def _goes_with(row: Message, other: Message) -> bool:
    """Whether one message can tell of both: pages of the same event and service to the same address."""
    if row.page is None or other.page is None or not row.page.topic or row.page.event != "page":
        return False
    same = (row.channel, row.address, row.page.topic, row.page.event, row.order)
    return same == (other.channel, other.address, other.page.topic, other.page.event, other.order)
