"""Changing the fields of a ticket, and giving it to somebody."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import clock
from fields import values
from fields.models import PREFIX
from journal import actions as journal
from services.models import Service
from tickets import events, permissions, priority_rules, screens
from tickets.actions import affected, clocks, comparing, counting, creation, locking
from tickets.models import Ticket


@transaction.atomic
def assign(ticket: Ticket, *, actor: User | None, expected_version: int | None = None, **to: Any) -> Ticket:
    """Gives the ticket to `assignee` and/or `team` (None takes it away). A team change that leaves a foreign assignee clears him.

    Raises Refused, Overwritten when somebody else gave it away since expected_version, Invalid("assignee") for a person who cannot work on it.
    """
    unknown = set(to) - {"assignee", "team"}
    if unknown or not to:
        raise TypeError("assign takes assignee= and team=.")
    locked = locking.locked(ticket)
    permissions.can_assign(actor, locked).require()
    comparing.require_unclashed(locked, expected_version, {name: (getattr(locked, name), value) for name, value in to.items()})
    team: Team | None = to.get("team", locked.team)
    assignee: User | None = to.get("assignee", locked.assignee)
    if "assignee" in to:
        creation.clean_assignee(assignee, locked.kind, (team.pk if team else None, locked.owner_team_id))
    elif team != locked.team and assignee is not None and team is not None and not team.members.filter(pk=assignee.pk).exists():
        assignee = None
    if (team, assignee) == (locked.team, locked.assignee):
        return locked
    if actor is not None:
        screens.Screens(locked.kind, actor).on(screens.EDIT).require_editable(name for name in to if getattr(locked, name) != to[name])
    before = (locked.team_id, locked.assignee_id)
    changed = [name for name, value in (("team", team), ("assignee", assignee)) if value != getattr(locked, name)]
    names = [str(part) for part in (assignee if assignee != locked.assignee else None, team if team != locked.team else None) if part]
    locked.team, locked.assignee = team, assignee
    at = clock.now()
    locking.save(locked, ["team", "assignee"], at)
    after = (team.pk if team else None, assignee.pk if assignee else None)
    if counting.is_reassignment(before, after):
        counting.count(locked, "reassignment_count")
    to_text = ", ".join(names) or _("nobody")
    journal.record(
        events.ASSIGNED,
        locked,
        actor=actor,
        at=at,
        to=to_text,
        assignee=after[1],
        assignee_before=before[1],
        team=after[0],
        team_before=before[0],
        **comparing.told(locked, changed),
    )
    clocks.turn(locked, at)
    return locked


TOLD = {"summary", "service", "category", "impact", "urgency", "reporter", "owner_team"}

Cleaner = Callable[[Ticket, Any], Any]

CLEANERS: dict[str, Cleaner] = {
    "summary": lambda _ticket, value: creation.clean_summary(value),
    "description": lambda _ticket, value: creation.clean_description(value),
    "service": lambda _ticket, value: value,
    "category": lambda ticket, value: creation.clean_category(value, ticket.kind),
    "impact": lambda _ticket, value: value,
    "urgency": lambda _ticket, value: value,
    "labels": lambda _ticket, value: creation.clean_labels(value),
    "is_restricted": lambda _ticket, value: bool(value),
    "reporter": lambda _ticket, value: value,
    "owner_team": lambda _ticket, value: value,
}


@transaction.atomic
def edit(ticket: Ticket, *, actor: User | None, expected_version: int | None = None, **wanted: Any) -> Ticket:
    """Changes the named fields; impact, urgency and services give a new priority, which gives the clocks new targets.

    services: all that are affected, the primary one first. impact None returns it to what the worst of their tiers says. custom: values of
    custom fields by key; those not named stay, None empties one.
    expected_version: the one that was looked at; what others changed since stays, what both changed raises Overwritten.
    Raises Refused, Overwritten, Invalid for a wrong value.
    """
    services = affected.clean(wanted.pop("services")) if "services" in wanted else None
    unknown = set(wanted) - set(CLEANERS) - {"custom"}
    if unknown:
        raise TypeError(f"edit does not know {sorted(unknown)}.")
    locked = locking.locked(ticket)
    permissions.can_edit(actor, locked).require()
    at = clock.now()
    filled = fill(locked, wanted, actor=actor, services=services, seen=expected_version)
    if not filled.names:
        return locked
    locking.save(locked, filled.columns, at)
    note(locked, filled, actor=actor, at=at)
    clocks.turn(locked, at)
    return locked


def _present(ticket: Ticket, name: str) -> Any:
    """The value that a field has for who edits it: an impact that only follows from the tier is none."""
    return None if name == "impact" and not ticket.is_impact_given else getattr(ticket, name)


@dataclass(frozen=True, slots=True)
class Filled:
    """Fields that were changed on a locked ticket: what to save, the names for the journal with their labels, the priority before."""

    columns: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    priority: int = 0


@transaction.atomic
def fill(
    locked: Ticket, wanted: Mapping[str, Any], *, actor: User | None, services: Sequence[Service] | None = None, seen: int | None = None
) -> Filled:
    """Changes fields of a locked ticket with all that follows; the caller saves it and calls note.

    Raises Overwritten for what somebody else changed after the version `seen`, Invalid for a wrong value, and for what the edit screen requires or
    keeps from this person (FRM-02).
    """
    own = screens.Screens(locked.kind, actor)
    screen, given = own.on(screens.EDIT), wanted.get("custom") or {}
    definitions = own.definitions if given else []
    cleaned = {name: CLEANERS[name](locked, value) for name, value in wanted.items() if name != "custom"}
    custom = values.changed(definitions, locked.custom, given, required=screen.required_keys if actor is not None else ()) if given else locked.custom
    sides = {name: (_present(locked, name), value) for name, value in cleaned.items()}
    sides |= {f"{PREFIX}{key}": (locked.custom.get(key), custom.get(key)) for key in given}
    if services is not None and seen is not None:
        sides["services"] = (affected.sorted_behind_first(affected.all_of(locked)), affected.sorted_behind_first(services))
    comparing.require_unclashed(locked, seen, sides)
    were = {name: said(locked, name) for name in TOLD & set(wanted)}
    before, new = locked.priority, [row for row in definitions if custom.get(row.key) != locked.custom.get(row.key)]
    locked.custom = custom
    changed = _apply(locked, cleaned)
    if services is not None or "service" in changed:
        changed |= affected.settle(locked, services)
    if actor is not None:
        screen.require_editable([*("service" if name == "other_services" else name for name in sorted(changed)), *(row.name for row in new)])
        screen.require_filled({name: getattr(locked, name) for name in changed - {"other_services"}})
    if not changed and not new:
        return Filled()
    columns = {*changed, *_reconsider(locked, changed), *(["custom"] if new else [])} - {"other_services"}
    names, labels = (
        [*sorted(changed), *(row.name for row in new)],
        [*(told(locked, name, were.get(name)) for name in sorted(changed)), *(row.label for row in new)],
    )
    return Filled(frozenset(columns), tuple(names), tuple(labels), before)


@transaction.atomic
def note(ticket: Ticket, filled: Filled, *, actor: User | None, at: datetime) -> None:
    """Records what fill changed, after the ticket was saved."""
    if not filled.names:
        return
    team = {"team": ticket.team_id, "team_before": None} if "team" in filled.columns else {}
    compared = comparing.told(ticket, filled.names)
    journal.record(events.EDITED, ticket, actor=actor, at=at, fields=", ".join(filled.labels), **compared, **team)
    if ticket.priority != filled.priority:
        _note_priority(ticket, filled.priority, actor, at)


def said(ticket: Ticket, name: str) -> str:
    """The value of a field in words."""
    if name in ("impact", "urgency"):
        return str(getattr(ticket, f"get_{name}_display")() or "–")
    return f"“{ticket.summary}”" if name == "summary" else str(getattr(ticket, name) or "–")


def told(ticket: Ticket, name: str, was: str | None) -> str:
    """What the timeline says of a changed field: from what to what where that is short, else its name."""
    label, value = str(_label(name)), said(ticket, name) if was is not None else None
    return label if was == value else _("{field} from {before} to {after}").format(field=label, before=was, after=value)


def _apply(ticket: Ticket, wanted: dict[str, Any]) -> set[str]:
    changed = set()
    for name, value in wanted.items():
        if name == "impact":
            if value != _present(ticket, name):
                ticket.impact, ticket.is_impact_given = value, value is not None
                changed.add(name)
        elif getattr(ticket, name) != value:
            setattr(ticket, name, value)
            changed.add(name)
    return changed


def _reconsider(ticket: Ticket, changed: set[str]) -> set[str]:
    """What follows from a change: impact from the tier, priority from the matrix, team from the service, organisation from the reporter."""
    columns = set()
    if "reporter" in changed:
        ticket.organisation = ticket.reporter.organisation if ticket.reporter else None
        columns.add("organisation")
    if changed & {"service", "other_services", "impact", "urgency"}:
        if not ticket.is_impact_given:
            ticket.impact = affected.worst_impact(affected.all_of(ticket))
        creation.require_levels(ticket.impact, ticket.urgency)
        columns |= {"impact", "is_impact_given"}
    if changed & {"service", "other_services", "impact", "urgency", "reporter"} and not ticket.is_priority_manual:
        ticket.priority = priority_rules.rules(ticket.kind).of(ticket).priority
        columns.add("priority")
    if "service" in changed and ticket.team is None and ticket.service is not None:
        ticket.team = ticket.service.owner_team
        columns.add("team")
    return columns


def _note_priority(ticket: Ticket, before: int, actor: User | None, at: datetime) -> None:
    journal.record(events.PRIORITY_CHANGED, ticket, actor=actor, at=at, before=before, after=ticket.priority)


def _label(name: str) -> Any:
    return Ticket._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # CLEANERS name real columns only
