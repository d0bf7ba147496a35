"""Every write to calendars."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common import clock
from journal import registers
from sla.models import Calendar, CalendarVersion, Holiday, Opening

ALWAYS, BUSINESS_HOURS = "Round the clock", "Business hours"


@transaction.atomic
def create_default_calendars(*, actor: Any = None, time_zone: str = "UTC") -> tuple[Calendar, Calendar]:
    """Makes the two calendars of a fresh installation: 24×7, and Monday to Friday 09:00 to 17:00; leaves those that exist."""
    always = Calendar.objects.filter(name=ALWAYS).first()
    if always is None:
        always = Calendar(name=ALWAYS, is_always=True)
        registers.save(always, changed=[], is_new=True, actor=actor)
        publish(always, actor=actor)
    business = Calendar.objects.filter(name=BUSINESS_HOURS).first()
    if business is None:
        business = Calendar(name=BUSINESS_HOURS, time_zone=time_zone)
        registers.save(business, changed=[], is_new=True, actor=actor)
        Opening.objects.bulk_create(Opening(calendar=business, weekday=day, opens_at=time(9), closes_at=time(17)) for day in range(5))
        publish(business, actor=actor)
    return always, business


@transaction.atomic
def publish(calendar: Calendar, *, actor: Any = None) -> CalendarVersion:
    """Keeps the calendar as it stands now as a version that promises point at; the same content again makes no new one."""
    locked = Calendar.objects.select_for_update().get(pk=calendar.pk)
    content = locked.content()
    latest = CalendarVersion.objects.filter(calendar=locked).order_by("-number").first()
    if latest is None or latest.content != content:
        number = latest.number + 1 if latest else 1
        latest = CalendarVersion.objects.create(calendar=locked, number=number, content=content, created_at=clock.now())
    if locked.current_id != latest.pk:
        locked.current = latest
        locked.save(update_fields=["current"])
    calendar.current = latest
    return latest


@transaction.atomic
def add_holidays(calendar: Calendar, days: Mapping[date, str], *, actor: Any) -> int:
    """Adds days off that the calendar does not have yet, as one entry in the journal, and publishes it; answers how many were new."""
    locked = Calendar.objects.select_for_update().get(pk=calendar.pk)
    known = set(locked.holidays.values_list("day_on", flat=True))
    fresh = [Holiday(calendar=locked, day_on=day, name=name) for day, name in sorted(days.items()) if day not in known]
    if fresh:
        Holiday.objects.bulk_create(fresh)
        registers.save(locked, changed=[str(_("days off (%(count)d)") % {"count": len(fresh)})], is_new=False, actor=actor)
        publish(locked, actor=actor)
    return len(fresh)
