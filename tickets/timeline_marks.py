"""Lines of a timeline that are pinned or hidden (INC-22), as a reader gets them."""

from dataclasses import dataclass

from accounts.models import User
from journal.models import Entry
from tickets import permissions
from tickets.models import Comment, Ticket, TimelineMark


@dataclass(frozen=True, slots=True)
class Pin:
    """A line that was pinned, in words: what happened, and for a comment how it begins."""

    entry: Entry
    text: str


def marked(user: User, ticket: Ticket, entries: list[Entry], *, is_desk: bool) -> list[Entry]:
    """The entries with `pin` and `hiding` (their marks, or None); without those that are hidden, unless this person may read them."""
    marks = {(mark.entry_id, mark.mark): mark for mark in _marks(ticket)}
    sees_hidden = is_desk and bool(permissions.can_hide(user, ticket))
    kept = []
    for entry in entries:
        entry.pin = marks.get((entry.pk, TimelineMark.PINNED))  # type: ignore[attr-defined]  # shown by the timeline
        entry.hiding = marks.get((entry.pk, TimelineMark.HIDDEN))  # type: ignore[attr-defined]  # shown as a fold
        if sees_hidden or (entry.pk, TimelineMark.HIDDEN) not in marks:
            kept.append(entry)
    return kept


def _marks(ticket: Ticket) -> list[TimelineMark]:
    """All marks of a ticket with their lines, read once for each page."""
    known: list[TimelineMark] | None = getattr(ticket, "marks_read", None)
    if known is None:
        known = list(TimelineMark.objects.filter(ticket_id=ticket.pk).select_related("by", "entry__actor").order_by("entry"))
        ticket.marks_read = known  # type: ignore[attr-defined]  # the page asks twice
    return known


def pins_of(ticket: Ticket) -> list[Pin]:
    """The pinned lines that are not hidden, for the desk, the oldest first: the raw story of a review."""
    hidden = {mark.entry_id for mark in _marks(ticket) if mark.mark == TimelineMark.HIDDEN}
    entries = [mark.entry for mark in _marks(ticket) if mark.mark == TimelineMark.PINNED and mark.entry_id not in hidden]
    ids = [entry.data.get("comment") for entry in entries if entry.event == "comment.added"]
    bodies = dict(Comment.objects.filter(pk__in=ids).values_list("pk", "body")) if ids else {}
    return [Pin(entry, " ".join(bodies.get(entry.data.get("comment", 0), "").split())[:160]) for entry in entries]
