"""Whom the events of schedules concern, and in which words they hear of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from notifications import topics
from notifications.actions import notices
from oncall import queries, timeline
from oncall.models import CoverRequest, Override, Schedule


def hand_over(entry: Entry) -> None:
    """Whoever comes on call, with the note of the one before, and whoever goes off."""
    schedule = Schedule.objects.get(pk=entry.subject_id)
    until = datetime.fromisoformat(entry.data["until"]) if entry.data["until"] else None
    note = queries.note_for(schedule, entry.at)
    begins, ends = _people(entry.data["begins"]), _people(entry.data["ends"])
    readers = [_reader(user, topics.ON_CALL, "on_call", _on_now(user, schedule, until, entry.at), "oncall:shifts") for user in begins]
    readers += [
        _reader(user, topics.ON_CALL, "on_call", _("Your time on call is over: {name}").format(name=schedule.name), "oncall:shifts") for user in ends
    ]
    quote = f"{note.author.name}: {note.body}" if note else ""
    notices.tell(entry, notices.News(title=schedule.name, is_internal=False, quote=quote), readers)


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
    """Whom somebody else put on call for a time. What follows from an accepted request is told with its answer."""
    if entry.actor_id is None:
        return
    override = Override.objects.select_related("schedule", "user").get(pk=entry.subject_id)
    if override.user is None or override.canceled_at is not None:
        return
    with timezone.override(ZoneInfo(override.user.time_zone)):
        span = timeline.span_of(override.starts_at, override.ends_at)
    text = _("You are on call {span}: {name}").format(span=span, name=override.schedule.name)
    news = notices.News(title=override.schedule.name, is_internal=False, quote=override.reason)
    notices.tell(entry, news, [_reader(override.user, topics.COVER, "on_call", text, "oncall:shifts")])


def warned(entry: Entry) -> None:
    """The leads of the team, or who manages on-call where it has none."""
    schedule = Schedule.objects.get(pk=entry.subject_id)
    people = User.objects.filter(is_active=True)
    leads = list(people.filter(memberships__team=schedule.team_id, memberships__is_lead=True).distinct())
    readers = leads or list(people.filter(Q(roles__rights__right="oncall.manage")).distinct())
    news = notices.News(title=schedule.name, is_internal=False)
    text = entry.data["text"][:300]
    notices.tell(entry, news, [_reader(user, topics.GAPS, "lead", text, "oncall:now") for user in readers])


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
