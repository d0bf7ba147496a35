"""Priority of tickets: computed and explained, set by hand, and computed anew when the matrix changes."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions as accounts
from accounts.models import User
from common import clock, errors
from journal import actions as journal
from tickets import events, permissions, priority, priority_rules
from tickets.actions import clocks, creation, locking
from tickets.models import PriorityCell, Ticket
from tickets.models.registers import IMPACTS, URGENCIES

BATCH = 200
SHOWN = 50


def explain(ticket: Ticket) -> dict[str, Any]:
    """Why a ticket has its priority (PRI-05): the computed one with where impact and urgency come from, the rules applied, and what was set by hand."""
    computed = priority_rules.rules(ticket.kind).of(ticket)
    return {
        "priority": ticket.priority, "is_manual": ticket.is_priority_manual, "reason": ticket.priority_reason, "computed": computed.priority,
        "base": computed.base, "is_unknown": computed.source == priority.UNKNOWN, "impact": ticket.impact, "urgency": ticket.urgency,
        "is_impact_given": ticket.is_impact_given, "applied": [{"name": name, "levels": levels} for name, levels in computed.applied],
        "impact_label": str(dict(IMPACTS).get(ticket.impact, "")), "urgency_label": str(dict(URGENCIES).get(ticket.urgency, "")),
    }  # fmt: skip


@transaction.atomic
def override(ticket: Ticket, *, actor: User | None, priority: int, reason: str, expected_version: int | None = None) -> Ticket:
    """Sets the priority by hand; computing leaves it alone until somebody returns it. Raises Refused, Conflict, Invalid for a missing reason or a wrong level."""
    locked = locking.locked(ticket, expected_version)
    permissions.can_edit(actor, locked).require()
    text = creation.clean_text("reason", reason).strip()
    if priority not in (1, 2, 3, 4, 5):
        raise errors.Invalid("priority", _("Choose a priority from 1 to 5."))
    if not text:
        raise errors.Invalid("reason", _("Say why the computed priority is wrong here."))
    if len(text) > 200:
        raise errors.Invalid("reason", _("Use at most 200 characters."))
    if locked.is_priority_manual and (locked.priority, locked.priority_reason) == (priority, text):
        return locked
    at, before = clock.now(), locked.priority
    locked.is_priority_manual, locked.priority_reason, locked.priority = True, text, priority
    locking.save(locked, ["is_priority_manual", "priority_reason", "priority"], at)
    journal.record(events.PRIORITY_OVERRIDDEN, locked, actor=actor, at=at, before=before, after=priority, reason=text)
    if before != priority:
        clocks.turn(locked, at)
    return locked


@transaction.atomic
def return_to_computed(ticket: Ticket, *, actor: User | None, expected_version: int | None = None) -> Ticket:
    """Gives the priority back to the matrix and its rules."""
    locked = locking.locked(ticket, expected_version)
    permissions.can_edit(actor, locked).require()
    if not locked.is_priority_manual:
        return locked
    at, before = clock.now(), locked.priority
    locked.is_priority_manual, locked.priority_reason = False, ""
    locked.priority = priority_rules.rules(locked.kind).of(locked).priority
    locking.save(locked, ["is_priority_manual", "priority_reason", "priority"], at)
    journal.record(events.PRIORITY_RETURNED, locked, actor=actor, at=at, before=before, after=locked.priority)
    if before != locked.priority:
        clocks.turn(locked, at)
    return locked


def clean_cells(cells: Mapping[tuple[int, int], Any]) -> dict[tuple[int, int], int]:
    """A whole matrix. Raises Invalid("cell_<impact>_<urgency>") for a missing or wrong cell, and for one that gives less to more."""
    cleaned = {}
    for impact, urgency in priority.DEFAULT_MATRIX:
        level = cells.get((impact, urgency))
        if level not in (1, 2, 3, 4, 5):
            raise errors.Invalid(f"cell_{impact}_{urgency}", _("Choose a priority from P1 to P5 for every cell."))
        cleaned[impact, urgency] = int(level)
    for impact, urgency in priority.faults(cleaned):
        raise errors.Invalid(f"cell_{impact}_{urgency}", _("More impact or more urgency must not give a lower priority."))
    return cleaned


def preview(kind: str, cells: Mapping[tuple[int, int], int]) -> dict[str, Any]:
    """What a matrix would change on open tickets: how many from which priority to which, and the first 50 of them."""
    counts: dict[tuple[int, int], int] = {}
    shown: list[dict[str, Any]] = []
    for ticket, computed in _differing(kind, priority_rules.rules(kind, dict(cells))):
        counts[ticket.priority, computed] = counts.get((ticket.priority, computed), 0) + 1
        if len(shown) < SHOWN:
            shown.append({"ticket": ticket, "after": computed})
    return {"total": sum(counts.values()), "counts": [{"before": b, "after": a, "count": n} for (b, a), n in sorted(counts.items())], "shown": shown}


def _differing(kind: str, given: priority_rules.Rules) -> Iterator[tuple[Ticket, int]]:
    rows = Ticket.objects.filter(kind=kind, is_open=True, is_priority_manual=False).select_related("reporter", "service")
    columns = ("id", "kind", "key", "summary", "priority", "impact", "urgency", "reported_at", "reporter__is_vip", "service__tier")
    for ticket in rows.only(*columns).order_by("pk").iterator(chunk_size=2000):
        computed = given.of(ticket).priority
        if computed != ticket.priority:
            yield ticket, computed


@transaction.atomic
def change_matrix(kind: str, cells: Mapping[tuple[int, int], Any], *, actor: User | None, recomputes: bool) -> int:
    """Puts a matrix in force (PRI-01); with `recomputes` the open tickets follow after the commit. Answers how many cells changed. Raises Refused, Invalid."""
    accounts.can_manage_settings(actor).require()
    wanted = clean_cells(cells)
    rows = {(row.impact, row.urgency): row for row in PriorityCell.objects.select_for_update().order_by("impact", "urgency")}
    before = {place: row.priority for place, row in rows.items()}
    changed = {place: level for place, level in wanted.items() if before.get(place) != level}
    for (impact, urgency), level in changed.items():
        PriorityCell.objects.update_or_create(impact=impact, urgency=urgency, defaults={"priority": level})
    if changed or recomputes:
        told = ", ".join(f"{dict(IMPACTS)[i]} × {dict(URGENCIES)[u]} = P{level}" for (i, u), level in sorted(changed.items()))
        journal.record(
            events.MATRIX_CHANGED, PriorityCell.objects.order_by("pk")[0], actor=actor, kind=kind, recomputes=recomputes, changes=told,
            before=_listed(before), after=_listed(wanted),
        )  # fmt: skip
    return len(changed)


def _listed(cells: Mapping[tuple[int, int], int]) -> list[list[int]]:
    return [[impact, urgency, level] for (impact, urgency), level in sorted(cells.items())]


def recompute_open(kind: str) -> int:
    """Gives open tickets the priority that the matrix in force computes, in batches; what was set by hand stays. Answers how many changed."""
    given, changed = priority_rules.rules(kind), 0
    ids = [ticket.pk for ticket, _level in _differing(kind, given)]
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            rows = Ticket.objects.filter(pk__in=ids[start : start + BATCH], is_open=True, is_priority_manual=False).order_by("pk")
            for ticket in rows.prefetch_related("reporter", "service").defer("search_public").select_for_update():
                changed += _recompute(ticket, given)
    return changed


def _recompute(ticket: Ticket, given: priority_rules.Rules) -> int:
    before, after = ticket.priority, given.of(ticket).priority
    if before == after:
        return 0
    at = clock.now()
    ticket.priority = after
    locking.save(ticket, ["priority"], at)
    journal.record(events.PRIORITY_CHANGED, ticket, actor=None, at=at, before=before, after=after)
    clocks.turn(ticket, at)
    return 1
