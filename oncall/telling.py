"""Whom the events of schedules concern, and in which words they hear of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from journal.models import Entry
from notifications import topics
from notifications.actions import notices, paging
from notifications.models import PersonalRule
from oncall import queries, timeline
from oncall.models import CoverRequest, FollowedCalendar, Override, Schedule


def hand_over(entry: Entry) -> None:
    """Whoever comes on call, with the note of the one before, and whoever goes off."""
    schedule = Schedule.objects.get(pk=entry.subject_id)
    until = datetime.fromisoformat(entry.data["until"]) if entry.data["until"] else None
    note = queries.note_for(schedule, entry.at)
    begins, ends = _people(entry.data["begins"]), _people(entry.data["ends"])
    readers = [_reader(user, topics.ON_CALL, "on_call", _on_now(user, schedule, until, entry.at), "oncall:shifts") for user in begins]
    over = _("Your time on call is over: {name}").format(name=schedule.name)
    readers += [_reader(user, topics.ON_CALL, "on_call", over, "oncall:shifts") for user in ends]
    by_rules = _tell_by_rules(entry, "shift_start", readers[: len(begins)]) | _tell_by_rules(entry, "shift_end", readers[len(begins) :])
    readers = [replace(reader, has_own_mail=reader.user.pk in by_rules) for reader in readers]
    quote = f"{note.author.name}: {note.body}" if note else ""
    notices.tell(entry, notices.News(title=schedule.name, is_internal=False, quote=quote), readers)


def _tell_by_rules(entry: Entry, event: str, readers: Sequence[notices.Reader]) -> set[int]:
    """Who made rules of his own for the event hears of it by these ways, of either urgency; answers who that is."""
    told: set[int] = set()
    for reader in readers:
        for urgency, _label in PersonalRule.URGENCIES:
            people = {reader.user.pk: (urgency, reader.url)}
            if paging.news(people, event, title=reader.text, key=str(entry.pk), at=entry.at):
                told.add(reader.user.pk)
    return told


def _on_now(user: User, schedule: Schedule, until: datetime | None, at: datetime) -> str:
    with timezone.override(ZoneInfo(user.time_zone)):
        return _("You are on call now, {until}: {name}").format(until=timeline.until_of(until, at), name=schedule.name)


def cover_asked(entry: Entry) -> None:
    """The person who was asked, or everybody else of the team who may take over."""
    request = _request(entry)
    asked = [request.asked] if request.asked else _members(request)
    _tell_cover(entry, request, asked, "asked", _("{who} asks you to take over {span}: {name}"), request.asker)


def cover_answered(entry: Entry) -> None:
    """Who asked hears who takes over, or that the person asked cannot."""
    request = _request(entry)
    taken = request.state == CoverRequest.ACCEPTED
    words = _("{who} takes over {span}: {name}") if taken else _("{who} cannot take over {span}: {name}")
    _tell_cover(entry, request, [request.asker], "on_call", words, request.decided_by)


def override_made(entry: Entry) -> None:
    """Whom somebody else put on call for a time. What follows from an accepted request is told with its answer, a whole calendar at once."""
    if entry.actor_id is None:
        return
    override = Override.objects.select_related("schedule", "user").get(pk=entry.subject_id)
    if override.user is None or override.canceled_at is not None or override.feed_uid:
        return
    with timezone.override(ZoneInfo(override.user.time_zone)):
        span = timeline.span_of(override.starts_at, override.ends_at)
    text = _("You are on call {span}: {name}").format(span=span, name=override.schedule.name)
    news = notices.News(title=override.schedule.name, is_internal=False, quote=override.reason)
    notices.tell(entry, news, [_reader(override.user, topics.COVER, "on_call", text, "oncall:shifts")])


def calendar_taken(entry: Entry) -> None:
    """Whom a calendar puts on call, once for all its events."""
    readers = []
    for user in _people([int(pk) for pk in entry.data["people"]]):
        count = entry.data["people"][str(user.pk)]
        text = ngettext("A calendar puts you on call {n} time: {name}", "A calendar puts you on call {n} times: {name}", count)
        readers.append(_reader(user, topics.COVER, "on_call", text.format(n=count, name=entry.data["name"]), "oncall:shifts"))
    notices.tell(entry, notices.News(title=entry.data["name"], is_internal=False), readers)


def calendar_failed(entry: Entry) -> None:
    """Who gave the address of a calendar hears that it cannot be read any more; for somebody who left, the leads."""
    row = FollowedCalendar.objects.select_related("owner", "schedule").filter(pk=entry.subject_id).first()
    if row is None:
        return
    people = [row.owner] if row.owner.is_active else _leads(row.schedule) if row.schedule is not None else []
    name = row.schedule.name if row.schedule is not None else _("Times away")
    text = _("The calendar {shown} cannot be read: {problem}").format(shown=row.shown, problem=entry.data["problem"])[:300]
    page = "oncall:now" if row.schedule is not None else "oncall:shifts"
    notices.tell(entry, notices.News(title=name, is_internal=False), [_reader(user, topics.GAPS, "calendar", text, page) for user in people])


def warned(entry: Entry) -> None:
    """The leads of the team, or who manages on-call where it has none."""
    schedule = Schedule.objects.get(pk=entry.subject_id)
    readers = _leads(schedule)
    news = notices.News(title=schedule.name, is_internal=False)
    text = entry.data["text"][:300]
    notices.tell(entry, news, [_reader(user, topics.GAPS, "lead", text, "oncall:now") for user in readers])


def _leads(schedule: Schedule) -> list[User]:
    people = User.objects.filter(is_active=True)
    leads = list(people.filter(memberships__team=schedule.team_id, memberships__is_lead=True).distinct())
    return leads or list(people.filter(roles__rights__right="oncall.manage").distinct())


def _request(entry: Entry) -> CoverRequest:
    return CoverRequest.objects.select_related("schedule", "asker", "asked", "decided_by").get(pk=entry.subject_id)


def _members(request: CoverRequest) -> list[User]:
    rows = User.objects.filter(is_active=True, memberships__team=request.schedule.team_id, roles__rights__right="oncall.cover")
    return list(rows.exclude(pk=request.asker_id).distinct())


def _tell_cover(entry: Entry, request: CoverRequest, people: Iterable[User], reason: str, words: str, who: User | None) -> None:
    readers = []
    for user in people:
        with timezone.override(ZoneInfo(user.time_zone)):
            span = timeline.span_of(request.starts_at, request.ends_at)
        text = words.format(who=who.name if who else "Evenkeel", span=span, name=request.schedule.name)
        readers.append(_reader(user, topics.COVER, reason, text, "oncall:shifts"))
    notices.tell(entry, notices.News(title=request.schedule.name, is_internal=False, quote=request.reason), readers)


def _people(ids: Sequence[int]) -> list[User]:
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("pk"))


def _reader(user: User, topic: str, reason: str, text: str, page: str) -> notices.Reader:
    return notices.Reader(user, topic, reason, text, reverse(page))
