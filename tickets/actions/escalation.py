"""Functional escalation: to the next level of support, with what it needs to know (INC-08, INC-09)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import clock, errors
from journal import actions as journal
from tickets import events, permissions
from tickets.actions import clocks, counting, creation, editing, locking, writing
from tickets.models import Handover, Ticket
from tickets.models.registers import SUPPORT_LEVELS

TEXT_LENGTH = 5_000


@transaction.atomic
def escalate(ticket: Ticket, *, actor: User | None, to_team: Team | None, level: int, symptom: str, tried: str, evidence: str) -> Ticket:
    """Hands a ticket over to a team at a level of support (1 to 3). The owner team keeps it; a foreign assignee is cleared.

    What was handed over becomes an internal note, the hop is timed and counted. The same team at the same level changes nothing.
    Raises Refused, or Invalid for the field that is missing.
    """
    locked = locking.locked(ticket)
    permissions.can_escalate(actor, locked).require()
    if to_team is None:
        raise errors.Invalid("to_team", _("Choose the team that takes it."))
    if level not in dict(SUPPORT_LEVELS):
        raise errors.Invalid("level", _("Choose a level from 1 to 3."))
    if (to_team, level) == (locked.team, locked.support_level):
        return locked
    at = clock.now()
    texts = {"symptom": _clean("symptom", symptom), "tried": _clean("tried", tried), "evidence": _clean("evidence", evidence)}
    hop = Handover(
        ticket_id=locked.pk, at=at, actor=actor, from_team=locked.team, to_team=to_team, from_level=locked.support_level, to_level=level,
        held_seconds=_held_seconds(locked, at), **texts,
    )  # fmt: skip
    hop.save(force_insert=True)
    locked = _hand_over(locked, to_team, level, actor, at)
    writing.write(locked, actor=actor, body=_note(hop), is_internal=True, at=at)
    data = {"to": to_team.name, "level": level, "before": hop.from_level, "seconds": hop.held_seconds}
    journal.record(events.ESCALATED, locked, actor=actor, at=at, handover=hop.pk, **data)
    clocks.turn(locked, at)
    return locked


def _hand_over(ticket: Ticket, team: Team, level: int, actor: User | None, at: datetime) -> Ticket:
    """The team, which lets a foreign assignee go, the level and the counter."""
    moved = editing.assign(ticket, actor=actor, team=team)
    moved.support_level = level
    locking.save(moved, ["support_level"], at)
    counting.count(moved, "escalation_count")
    return moved


def _clean(field: str, text: str) -> str:
    """Raises Invalid for the field when it is empty or too long."""
    kept = creation.clean_text(field, text).strip()
    if not kept:
        raise errors.Invalid(field, _("Fill this in, so that the next team need not start anew."))
    if len(kept) > TEXT_LENGTH:
        raise errors.Invalid(field, _("Use at most %(most)d characters, or attach a file.") % {"most": TEXT_LENGTH})
    return kept


def _held_seconds(ticket: Ticket, at: datetime) -> int:
    last = Handover.objects.filter(ticket_id=ticket.pk).values_list("at", flat=True).last()
    return max(0, int((at - (last or ticket.created_at)).total_seconds()))


def _note(hop: Handover) -> str:
    """The hand-over as the internal note that the timeline shows."""
    head = _("**Handed over from L%(before)d to L%(after)d, %(team)s**") % {"before": hop.from_level, "after": hop.to_level, "team": hop.to_team.name}
    parts = [(_("Symptom"), hop.symptom), (_("Tried"), hop.tried), (_("Evidence"), hop.evidence)]
    return "\n\n".join([head, *(f"**{title}**\n\n{text}" for title, text in parts)])
