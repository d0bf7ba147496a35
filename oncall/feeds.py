"""Calendars to subscribe to (iCalendar, RFC 5545): a person's own time on call, or a whole schedule (ONC-03).

The address is signed and names the feed and its version, so a calendar program needs no login, and a new version ends the old address.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts.models import User
from oncall import permissions, queries, rota, timeline
from oncall.models import CalendarFeed, Schedule

SIGNER = signing.Signer(salt="oncall.feed")  # without the time, so that the address stays the same
BACK, AHEAD = timedelta(days=31), timedelta(days=180)


def address_of(feed: CalendarFeed) -> str:
    """The whole address of a feed."""
    token = SIGNER.sign_object([feed.pk, feed.version]).replace(":", "~")
    return f"{settings.EVENKEEL_BASE_URL}{reverse('oncall:feed', args=[token])}"


def feed_of(token: str) -> CalendarFeed:
    """The feed of an address. Raises Http404 for a forged or ended one, and when its person may not see it any more."""
    try:
        pk, version = SIGNER.unsign_object(token.replace("~", ":"))
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
    feed = CalendarFeed.objects.select_related("user", "schedule__team").filter(pk=pk, version=version, user__is_active=True).first()
    if feed is None or not feed.user.has_right("oncall.view"):
        raise Http404
    if feed.schedule is not None and not permissions.visible_to(feed.user, Schedule.objects.filter(pk=feed.schedule.pk)).exists():
        raise Http404
    return feed


def written(feed: CalendarFeed, at: datetime) -> bytes:
    """The feed as a calendar file: the last month and the next half year, an event for each time on call."""
    calendar = Calendar()
    name = feed.schedule.name if feed.schedule else _("On call: {name}").format(name=feed.user.name)
    calendar.add("prodid", "-//Evenkeel//On-call//EN")
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    events = _of_schedule(feed.schedule, at) if feed.schedule else _of_person(feed.user, at)
    for schedule, title, begin, end in events:
        event = Event()
        event.add("uid", f"{schedule.slug}-{begin:%Y%m%dT%H%M%SZ}@{settings.EVENKEEL_BASE_URL.partition('://')[2]}")
        event.add("dtstamp", at)
        event.add("dtstart", begin)
        event.add("dtend", end)
        event.add("summary", title)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _of_person(user: User, at: datetime) -> list[tuple[Schedule, str, datetime, datetime]]:
    shifts = timeline.whole_shifts_of(user, at - BACK, at + AHEAD)
    return [(one["schedule"], _("On call: {name}").format(name=one["schedule"].name), one["begin"], one["end"]) for one in shifts]


def _of_schedule(schedule: Schedule, at: datetime) -> list[tuple[Schedule, str, datetime, datetime]]:
    begin, end = at - BACK - timeline.MONTH, at + AHEAD + timeline.MONTH  # so that no shift is cut, now here and then there
    plan = queries.stored(schedule, begin, end)
    names = timeline.Names.of([plan])
    found = []
    for one in rota.final(plan, begin, end):
        people = ", ".join(names.name(shift.who) for shift in one.shifts)
        if people and one.begin < at + AHEAD and one.end > at - BACK:
            found.append((schedule, f"{people}: {schedule.name}", one.begin, one.end))
    return found
