"""Reads of calendars."""

from collections.abc import Iterable

from sla.clock import Hours
from sla.models import CalendarVersion, hours_of

KEPT = 500
_kept: dict[int, Hours | None] = {}


def hours_of_versions(ids: Iterable[int]) -> dict[int, Hours | None]:
    """Version of a calendar by id → its working hours, None for round the clock. Versions never change, so the last ones stay in memory."""
    wanted = set(ids)
    missing = [pk for pk in wanted if pk not in _kept]
    if missing:
        if len(_kept) + len(missing) > KEPT:
            _kept.clear()
            missing = list(wanted)
        for version in CalendarVersion.objects.filter(pk__in=missing):
            _kept[version.pk] = hours_of(version.content)
    return {pk: _kept[pk] for pk in wanted if pk in _kept}
