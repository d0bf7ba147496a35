"""Telling people inside the product, and by e-mail where they want it; and what they do with it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from common import clock, doorbell
from journal.models import Entry
from notifications import letters, queries, subjects, topics
from notifications.actions import outbox, paging
from notifications.models import Notice, PersonalRule, Preferences


@dataclass(frozen=True, slots=True)
class News:
    """What an entry means to people. title: the record. quote: what was written. is_internal: for who may read the record's internal side only."""

    title: str
    is_internal: bool
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """One person who is to hear of it, and why. has_own_mail: another e-mail about the same goes to him, so no second one does."""

    user: User
    topic: str
    reason: str
    text: str
    url: str
    has_own_mail: bool = False


@transaction.atomic
def tell(entry: Entry, news: News, readers: Iterable[Reader], *, actor: Any = None) -> list[Notice]:
    """Makes the notices of an entry, each person's once, and queues the e-mails; answers the new ones.

    Nobody hears of what he did himself, nor of a record that he may not see.
    """
    wanted = {reader.user.pk: reader for reader in readers if reader.user.pk != entry.actor_id and _may_hear(reader.user, entry, news)}
    if not wanted:
        return []
    chosen = queries.preferences_by_user(wanted)
    _lock(wanted)
    known = set(Notice.objects.filter(entry=entry, user__in=list(wanted)).values_list("user_id", flat=True))
    rows = []
    for pk, reader in wanted.items():
        preferences = chosen.get(pk) or Preferences(user_id=pk)
        if pk not in known and preferences.way(reader.topic) != topics.NONE:
            rows.append(_notice(entry, news, reader, preferences))
    Notice.objects.bulk_create(rows)
    _count([row.user_id for row in rows])
    for row in rows:
        reader = wanted[row.user_id]
        if (chosen.get(row.user_id) or Preferences()).way(reader.topic) == topics.EMAIL and not reader.has_own_mail:
            _mail(row, reader, news, entry)
    _page_by_rules(rows, entry)
    return rows


def _page_by_rules(rows: Sequence[Notice], entry: Entry) -> None:
    """Who made a rule of his own for what is assigned to him, or for notes, hears of it that way too."""
    for event, topic in (("assigned", topics.ASSIGNED), ("note", topics.COMMENTED)):
        told = [row for row in rows if row.topic == topic]
        if told:
            people = {row.user_id: (PersonalRule.DEFAULT, row.url) for row in told}
            paging.news(people, event, title=f"{told[0].title}: {told[0].text}", key=str(entry.pk), at=told[0].created_at)


def _may_hear(user: User, entry: Entry, news: News) -> bool:
    return subjects.may_see(user, entry.subject_type, entry.subject_id, is_internal=news.is_internal)


def _notice(entry: Entry, news: News, reader: Reader, preferences: Preferences) -> Notice:
    at = clock.now()
    in_digest = preferences.way(reader.topic) == topics.DIGEST and not reader.has_own_mail
    return Notice(
        user_id=reader.user.pk, entry=entry, topic=reader.topic, reason=reader.reason, subject_type=entry.subject_type, subject_id=entry.subject_id,
        is_internal=news.is_internal, title=news.title[:280], text=reader.text[:300], quote=_excerpt(news.quote), url=reader.url, created_at=at,
        digest_at=queries.next_digest(preferences.digest, reader.user.time_zone, at) if in_digest else None,
    )  # fmt: skip


def _excerpt(text: str) -> str:
    """The beginning, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"


def _mail(notice: Notice, reader: Reader, news: News, entry: Entry) -> None:
    letter = letters.of_notice(notice, reader.user, news.quote)
    outbox.queue_email(
        actor=None, recipient=reader.user, subject=letter.subject, body=letter.text, html=letter.html, entry=entry, is_internal=news.is_internal,
        idempotency_key=f"notice:{entry.pk}:{reader.user.pk}",
    )  # fmt: skip


@transaction.atomic
def withdraw(subject_type: str, subject_ids: Collection[int], *, actor: User, after: int, names: Sequence[str]) -> int:
    """Takes back what the actor's undone change told others: e-mails that wait in the outbox and notices that nobody read; answers how many e-mails.

    after: the newest journal entry before that change. names: the events that belong to it.
    """
    told = Entry.objects.filter(subject_type=subject_type, subject_id__in=list(subject_ids), actor=actor, pk__gt=after, event__in=list(names))
    stopped = outbox.withdraw(told, actor=actor)
    _forget(Notice.objects.filter(entry__in=told, read_at__isnull=True))
    return stopped


@transaction.atomic
def retract(entry: Entry, *, actor: Any) -> None:
    """What this entry told is taken back: its notices, also read ones, and its e-mails that did not leave yet."""
    outbox.withdraw(Entry.objects.filter(pk=entry.pk), actor=actor)
    _forget(Notice.objects.filter(entry=entry))


@transaction.atomic
def requote(entry: Entry, quote: str, *, actor: Any) -> int:
    """What an entry quoted reads differently now. Its e-mails that did not leave yet do not leave; answers how many these were."""
    Notice.objects.filter(entry=entry).update(quote=_excerpt(quote))
    return outbox.withdraw(Entry.objects.filter(pk=entry.pk), actor=actor)


@transaction.atomic
def forget_unseen(subject_type: str, subject_id: int, *, actor: Any = None) -> None:
    """A record became visible to fewer people: the others lose their unread notices about it."""
    unread = Notice.objects.filter(subject_type=subject_type, subject_id=subject_id, read_at__isnull=True)
    lost = [row.pk for row in unread.select_related("user") if not subjects.may_see(row.user, subject_type, subject_id, is_internal=row.is_internal)]
    _forget(Notice.objects.filter(pk__in=lost))


def _forget(notices: QuerySet[Notice]) -> None:
    people = set(notices.values_list("user_id", flat=True))
    if people:
        _lock(people)
        notices.delete()
        _count(people)


@transaction.atomic
def read(notice: Notice, *, actor: User) -> Notice:
    """The person saw it."""
    _lock([actor.pk])
    if Notice.objects.filter(pk=notice.pk, user=actor, read_at__isnull=True).update(read_at=clock.now()):
        _count([actor.pk])
    return Notice.objects.get(pk=notice.pk)


@transaction.atomic
def read_all(*, actor: User) -> int:
    """The person saw everything; answers how many notices were unread."""
    _lock([actor.pk])
    amount = Notice.objects.filter(user=actor, read_at__isnull=True).update(read_at=clock.now())
    _count([actor.pk])
    return amount


def _lock(people: Iterable[int]) -> None:
    """Holds the people whose figure is about to change, in the order of ids, so that two workers never wait for each other."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=list(people)).order_by("pk").values_list("pk", flat=True))


def _count(people: Collection[int]) -> None:
    """Keeps on the person how many notices are unread, which every page shows, and tells the open screens."""
    if not people:
        return
    unread = Notice.objects.filter(user=OuterRef("pk"), read_at__isnull=True).order_by().values("user").annotate(n=Count("pk")).values("n")
    figure = Coalesce(Subquery(unread, output_field=IntegerField()), Value(0))
    User.objects.filter(pk__in=list(people)).update(unread_count=figure)
    for pk in set(people):
        doorbell.announce("notice", pk, "notice.changed")
