"""Reads of the ledger."""

from collections.abc import Sequence

from django.db.models import QuerySet

from journal.models import Delivery, Entry


def entries_of(subject_type: str, subject_id: int, *, hidden: Sequence[str] = ()) -> QuerySet[Entry]:
    """What happened to one record, newest first, without the events named in `hidden`."""
    entries = Entry.objects.filter(subject_type=subject_type, subject_id=subject_id).select_related("actor").order_by("-id")
    return entries.exclude(event__in=hidden) if hidden else entries


def dead_letters() -> QuerySet[Delivery]:
    """Deliveries that failed for the last time and wait for a person."""
    return Delivery.objects.filter(state=Delivery.DEAD).select_related("entry").order_by("-id")
