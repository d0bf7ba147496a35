"""What the desk does after something happened: messages to the reporter, in which nothing internal stands, and recomputations."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from journal.handlers import on
from journal.models import Entry
from notifications import letters
from notifications.actions import outbox
from tickets import invitations, news
from tickets.actions import confirmation, dispatching, notifying, prioritising
from tickets.models import Comment, Ticket


@on("ticket.transitioned")
def ask_reporter(entry: Entry) -> None:
    """A ticket was resolved: its reporter gets a link to confirm or reject that."""
    if entry.data.get("verb") != "resolve":
        return
    ticket = _ticket(entry)
    comment = Comment.objects.filter(pk=entry.data.get("message"), is_internal=False).select_related("author").first()
    if not ticket.is_open and ticket.closed_at is None:
        _mail(entry, ticket, "resolved", {"resolution": ticket.resolution, "comment": comment})
    elif comment is not None and not news.was_undone(entry):  # it was reopened or closed meanwhile, and what he was told holds
        _mail(entry, ticket, "reply", {"comment": comment})


@on("comment.added", "comment.edited")
def send_reply(entry: Entry) -> None:
    """A public reply of somebody else goes to the reporter, unless he wants to hear of replies in another way; an edit goes when it came in time.

    What was written with a resolution goes in the mail about that.
    """
    if entry.data.get("is_internal") is not False or entry.data.get("verb") == "resolve" or not entry.data.get("was_waiting", True):
        return
    ticket = _ticket(entry)
    comment = Comment.objects.filter(pk=entry.data["comment"], is_internal=False, hidden_at__isnull=True).select_related("author").first()
    if comment is not None and (ticket.reporter is None or news.wants_reply(ticket.reporter)):
        _mail(entry, ticket, "reply", {"comment": comment})


def _ticket(entry: Entry) -> Ticket:
    return Ticket.objects.select_related("reporter", "status", "resolution").get(pk=entry.subject_id)


def _mail(entry: Entry, ticket: Ticket, name: str, more: dict[str, Any]) -> None:
    """Puts the mail with the reporter's link into the outbox, once for each entry. Whoever did it himself needs no mail."""
    if ticket.reporter is None or entry.actor_id == ticket.reporter_id:
        return
    link = confirmation.invite(ticket, actor=None, entry=entry.pk)
    if link is None:
        return
    url = f"{settings.EVENKEEL_BASE_URL}{invitations.path_of(link)}"
    context = {"ticket": ticket, "user": link.user, "url": url, "days": invitations.VALID_FOR.days, "close_days": settings.AUTO_CLOSE_DAYS, **more}
    context["preferences_url"] = letters.absolute(reverse("notifications:preferences"))
    outbox.queue_email(
        actor=None,
        recipient=link.user,
        subject=render_to_string(f"tickets/mail_{name}_subject.txt", context),
        body=render_to_string(f"tickets/mail_{name}.txt", context),
        entry=entry,
        idempotency_key=f"ticket-{name}:{entry.pk}",
    )


@on("ticket.assigned")
def dispatch_in_team(entry: Entry) -> None:
    """It came to a team without a person: the team's rule chooses one."""
    if entry.data.get("assignee") is None and entry.data.get("team") != entry.data.get("team_before"):
        dispatching.dispatch(Ticket.objects.get(pk=entry.subject_id))


@on("priority.matrix_changed")
def recompute_open_tickets(entry: Any) -> None:
    """The admin wanted the open tickets to follow the new matrix."""
    if entry.data.get("recomputes"):
        prioritising.recompute_open(entry.data["kind"])


@on("ticket.assigned", "comment.added", "ticket.transitioned", "ticket.sla_threshold", "sla.breached")
def tell_people(entry: Entry) -> None:
    """Whom it concerns is told, in the product and by e-mail."""
    notifying.tell_people(entry)


@on("ticket.edited", "ticket.admitted")
def forget_unseen(entry: Entry) -> None:
    """A restricted ticket is nothing to read about for others."""
    notifying.forget_unseen(entry)
