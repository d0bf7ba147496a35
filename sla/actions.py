"""Every write to calendars."""

from datetime import time
from typing import Any

from django.db import transaction

from journal import registers
from sla.models import Calendar, Opening

ALWAYS, BUSINESS_HOURS = "Round the clock", "Business hours"


@transaction.atomic
def create_default_calendars(*, actor: Any = None, time_zone: str = "UTC") -> tuple[Calendar, Calendar]:
    """Makes the two calendars of a fresh installation: 24×7, and Monday to Friday 09:00 to 17:00; leaves those that exist."""
    always = Calendar.objects.filter(name=ALWAYS).first()
    if always is None:
        always = Calendar(name=ALWAYS, is_always=True)
        registers.save(always, changed=[], is_new=True, actor=actor)
    business = Calendar.objects.filter(name=BUSINESS_HOURS).first()
    if business is None:
        business = Calendar(name=BUSINESS_HOURS, time_zone=time_zone)
        registers.save(business, changed=[], is_new=True, actor=actor)
        Opening.objects.bulk_create(Opening(calendar=business, weekday=day, opens_at=time(9), closes_at=time(17)) for day in range(5))
    return always, business
