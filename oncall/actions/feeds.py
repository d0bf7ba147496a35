"""Making addresses of calendars, and ending old ones."""

from django.db import transaction

from accounts.models import User
from journal import actions as journal
from oncall import events, permissions
from oncall.models import CalendarFeed, Schedule


@transaction.atomic
def make(schedule: Schedule | None, *, actor: User, is_new: bool = False) -> CalendarFeed:
    """The person's feed of his own time (None) or of a schedule; is_new ends the address that he had. Raises Refused."""
    permissions.can_subscribe(actor).require()
    feed, made = CalendarFeed.objects.select_for_update().get_or_create(user=actor, schedule=schedule)
    if is_new and not made:
        feed.version += 1
        feed.save(update_fields=["version"])
    if made or is_new:
        journal.record(events.FEED_MADE, feed, actor=actor, name=str(feed))
    return feed
