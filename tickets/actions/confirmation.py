"""The reporter says whether it is solved; silence says yes (INC-11)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from journal import actions as journal
from tickets import events, invitations, permissions
from tickets.actions import conversation, lifecycle, locking
from tickets.models import Comment, ReporterLink, Ticket
from workflows import queries as workflows

SWEEP_BATCH = 200


@transaction.atomic
def invite(ticket: Ticket, *, actor: User | None, entry: int) -> ReporterLink | None:
    """The link for the reporter that goes with the mail about a journal entry; None when there is nobody to invite. The same entry, the same link."""
    if ticket.reporter is None or not ticket.reporter.is_active:
        return None
    at = clock.now()
    columns = {"ticket_id": ticket.pk, "user": ticket.reporter, "created_at": at, "expires_at": at + invitations.VALID_FOR}
    return ReporterLink.objects.get_or_create(entry=entry, defaults=columns)[0]


@transaction.atomic
def confirm(ticket: Ticket, *, actor: User, link: ReporterLink | None = None) -> Ticket:
    """The reporter says that it is solved: it is closed. Raises Refused for anybody else, Conflict when nothing waits for it or the link was used."""
    locked = locking.locked(ticket)
    permissions.can_confirm(actor, locked).require()
    if locked.closed_at is None or link is not None:
        _use(link, ReporterLink.CONFIRMED)
    if locked.closed_at is not None:
        return locked
    _require_resolved(locked)
    journal.record(events.CONFIRMED, locked, actor=actor)
    return lifecycle.transition(locked, "close", actor=None)


@transaction.atomic
def reject(ticket: Ticket, *, actor: User, reason: str, link: ReporterLink | None = None) -> Ticket:
    """The reporter says that it is not solved: his words become a public comment and work goes on.

    Raises Refused for anybody else, Invalid("reason") for none, Conflict when it is not resolved or the link was used.
    """
    locked = locking.locked(ticket)
    permissions.can_confirm(actor, locked).require()
    _require_resolved(locked)
    if not reason.strip():
        raise errors.Invalid("reason", _("Say what does not work yet."))
    _use(link, ReporterLink.REJECTED)
    conversation.comment(locked, actor=actor, body=reason, is_internal=False)
    journal.record(events.REJECTED, locked, actor=actor)
    return lifecycle.transition(locked, "reopen", actor=None)


def _require_resolved(ticket: Ticket) -> None:
    if ticket.closed_at is not None:
        raise errors.Conflict(_("%(key)s is closed. Report it anew if it comes back.") % {"key": ticket.key})
    if workflows.transition_by_verb(ticket.status_id, "close") is None:
        raise errors.Conflict(_("Work on %(key)s goes on; there is nothing to confirm yet.") % {"key": ticket.key})


def _use(link: ReporterLink | None, answer: str) -> None:
    """A link answers once. Raises Conflict the second time."""
    if link is None:
        return
    fresh = ReporterLink.objects.filter(pk=link.pk, answer__isnull=True).update(answer=answer, answered_at=clock.now())
    if not fresh:
        raise errors.Conflict(_("You have answered with this link already."))


def sweep_silence() -> int:
    """Closes tickets that were resolved long ago and whose reporter said nothing since; answers how many. EVENKEEL_AUTO_CLOSE_DAYS 0 switches it off."""
    if not settings.AUTO_CLOSE_DAYS:
        return 0
    since = clock.now() - timedelta(days=settings.AUTO_CLOSE_DAYS)
    closed = 0
    with transaction.atomic():
        spoke = Comment.objects.filter(ticket=OuterRef("pk"), author=OuterRef("reporter"), created_at__gt=since)
        silent = Ticket.objects.filter(
            ~Exists(spoke),
            status_category="done",
            closed_at__isnull=True,
            resolution__isnull=False,
            resolved_at__lte=since,
            status__exits__verb="close",
        )
        for ticket in list(silent.order_by("resolved_at").defer("search_public").select_for_update(skip_locked=True, of=("self",))[:SWEEP_BATCH]):
            try:
                with transaction.atomic():
                    journal.record(events.SILENT, ticket, actor=None, days=settings.AUTO_CLOSE_DAYS)
                    lifecycle.transition(ticket, "close", actor=None)
                    closed += 1
            except errors.DomainError:  # a rule of the workflow holds it back; it stays resolved
                continue
    return closed
