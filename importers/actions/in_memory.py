"""The same hands without the database: a ticket's rows are worked out and written at once when its history is told.

Ten times as fast as the actions and exact only as long as it does what they do: tests/importers/test_both_ways.py compares every column and every
journal entry. Whoever changes what create, edit, override, assign or transition write changes it here, too.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import Team, User
from importers.actions import hands
from importers.actions.house import House
from incidents import events as incidents
from incidents import kind, moments
from incidents.models import Incident
from journal import actions as journal
from sla.ledger import Fact
from tickets import events, facts, goals
from tickets.actions import clocks, counting, editing
from tickets.models import SlaClock, Ticket
from workflows.models import Status, Transition

NUMBERS = "SELECT nextval(pg_get_serial_sequence('tickets_ticket', 'id')), nextval(%s)"


class InMemory:
    """One ticket in the making: its row, its clocks, and what the journal tells of it."""

    ticket: Incident

    def __init__(self, house: House) -> None:
        self.house = house
        self.told: list[tuple[str, Any, datetime, dict[str, Any]]] = []
        self.read = facts.events_read()
        self.facts: list[facts.Row] = []
        self.clocks: dict[tuple[str, int], SlaClock] = {}

    def create(self, at: datetime, by: User | None, given: Mapping[str, Any]) -> None:
        """Opens the incident, as tickets.actions.creation.create does without a service."""
        with connection.cursor() as cursor:
            cursor.execute(NUMBERS, [kind.INCIDENT.sequence])
            pk, number = cursor.fetchone()
        reporter, team = given["reporter"], given["team"]
        status = self.house.initial
        self.ticket = Incident(
            id=pk, ticket_id=pk, kind=kind.INCIDENT.name, number=number, key=f"{kind.INCIDENT.prefix}-{number}", status=status,
            status_category=status.category, is_impact_given=given["impact"] is not None, owner_team=team,
            organisation=reporter.organisation if reporter else None, reported_at=at, created_at=at, updated_at=at, priority=1, **given,
        )  # fmt: skip
        self.ticket.priority = self.computed()
        self._record(incidents.CREATED, by, at, channel=self.ticket.channel, priority=self.ticket.priority, **facts.standing(self.ticket))
        self._turn(at)

    def edit(self, at: datetime, by: User | None, wanted: Mapping[str, Any]) -> None:
        """Changes fields, as tickets.actions.editing.edit does without a service."""
        ticket, before = self.ticket, self.ticket.priority
        were = {name: editing.said(ticket, name) for name in editing.TOLD & set(wanted)}
        for name, value in wanted.items():
            setattr(ticket, name, value)
        if "impact" in wanted:
            ticket.is_impact_given = True
        if "reporter" in wanted:
            ticket.organisation = wanted["reporter"].organisation
        if {"impact", "urgency"} & wanted.keys() and not ticket.is_impact_given:
            ticket.impact = None
        if {"impact", "urgency", "reporter"} & wanted.keys() and not ticket.is_priority_manual:
            ticket.priority = self.computed()
        self._save(at)
        labels = [editing.told(ticket, name, were.get(name)) for name in sorted(wanted)]
        self._record(events.EDITED, by, at, fields=", ".join(labels), columns=sorted(wanted))
        if ticket.priority != before:
            self._record(events.PRIORITY_CHANGED, by, at, before=before, after=ticket.priority)
        self._turn(at)

    def computed(self) -> int:
        return self.house.rules.of(self.ticket).priority

    def override(self, at: datetime, by: User | None, priority: int, reason: str) -> None:
        """Sets the priority by hand, as tickets.actions.prioritising.override does."""
        ticket, before = self.ticket, self.ticket.priority
        ticket.is_priority_manual, ticket.priority_reason, ticket.priority = True, reason, priority
        self._save(at)
        self._record(events.PRIORITY_OVERRIDDEN, by, at, before=before, after=priority, reason=reason)
        if before != priority:
            self._turn(at)

    def return_to_computed(self, at: datetime, by: User | None) -> None:
        """Gives the priority back, as tickets.actions.prioritising.return_to_computed does."""
        ticket, before = self.ticket, self.ticket.priority
        ticket.is_priority_manual, ticket.priority_reason = False, ""
        ticket.priority = self.computed()
        self._save(at)
        self._record(events.PRIORITY_RETURNED, by, at, before=before, after=ticket.priority)
        if before != ticket.priority:
            self._turn(at)

    def assign(self, at: datetime, by: User | None, team: Team | None, assignee: User | None) -> None:
        """Gives it to somebody, as tickets.actions.editing.assign does."""
        ticket = self.ticket
        before = (ticket.team_id, ticket.assignee_id)
        team, assignee = team or ticket.team, assignee or ticket.assignee
        changed = [assignee if assignee != ticket.assignee else None, team if team != ticket.team else None]
        ticket.team, ticket.assignee = team, assignee
        after = (ticket.team_id, ticket.assignee_id)
        self._save(at)
        ticket.reassignment_count += counting.is_reassignment(before, after)
        to = ", ".join(str(part) for part in changed if part) or _("nobody")
        self._record(events.ASSIGNED, by, at, to=to, assignee=after[1], assignee_before=before[1], team=after[0], team_before=before[0])
        self._turn(at)

    def move(self, at: datetime, by: User | None, move: Transition, given: Mapping[str, Any]) -> None:
        """Makes one move, as tickets.actions.lifecycle.transition does where the workflow has no rules of its own."""
        ticket, before, after, reason = self.ticket, self.ticket.status, move.target, given.get("reason", "")
        was_done, is_done = before.category == Status.DONE, after.category == Status.DONE
        ticket.pending_reason = reason if after.is_paused else ""
        ticket.hold_reason = given.get("hold_reason") if after.is_paused else None
        ticket.category = given.get("category", ticket.category)
        ticket.status, ticket.status_category = after, after.category
        if is_done:
            ticket.resolution = given.get("resolution", ticket.resolution)
            ticket.resolved_at = ticket.resolved_at if was_done else at
        else:
            ticket.resolved_at = ticket.closed_at = ticket.resolution = None
        if after.key == "closed":
            ticket.closed_at = at
        self._save(at)
        ticket.reopen_count += was_done and not is_done
        self._record_move(at, by, move, before, reason)
        self._turn(at)

    def _record_move(self, at: datetime, by: User | None, move: Transition, before: Status, reason: str) -> None:
        named = kind.INCIDENT.named_events.get(move.verb)
        reasons = [str(self.ticket.hold_reason) if self.ticket.hold_reason else "", reason]
        data = {
            "before": str(before.name), "verb": move.verb, "reason": ": ".join(part for part in reasons if part),
            "resolution": str(self.ticket.resolution or ""), "is_named": named is not None, "before_id": before.pk, "before_category": before.category,
            **facts.standing(self.ticket),
        }  # fmt: skip
        self._record(events.TRANSITIONED, by, at, **data)
        if named is not None:
            self._record(named, by, at, **data)

    def finish(self, acknowledged_at: datetime | None, by: User | None) -> None:
        """Writes the rows. The first hand on the work is noted as incidents.actions.note_instant does."""
        ticket = self.ticket
        known = {name: getattr(ticket, name) for name in moments.NAMES}
        if acknowledged_at is not None and moments.first_disorder(known | {"acknowledged_at": acknowledged_at}) is None:
            ticket.acknowledged_at = acknowledged_at
        ticket.sla_due_at = clocks.next_due(list(self.clocks.values()))
        ticket.save(force_insert=(Ticket, Incident))
        journal.record_past(ticket, self.told)
        SlaClock.objects.bulk_create(self.clocks.values())
        if ticket.status_category != Status.DONE:
            hands.sweep(ticket)

    def _save(self, at: datetime) -> None:
        self.ticket.version += 1
        self.ticket.updated_at = max(at, self.ticket.updated_at)

    def _record(self, event: str, by: User | None, at: datetime, **data: Any) -> None:
        self.told.append((event, by, at, data))
        if event in self.read:
            self.facts.append((self.ticket.pk, event, by.pk if by else None, at, data))

    def _turn(self, at: datetime) -> None:
        """The clocks follow what was just recorded, as tickets.actions.clocks.turn_many lets them."""
        told = self._facts()
        chosen = {self.ticket.pk: self._goals()}
        new = clocks.promises([self.ticket], {self.ticket.pk: told}, chosen=chosen).get(self.ticket)
        if new:
            self._record(events.SLA_PROMISED, None, at, promises=new)
            told = self._facts()
        book = clocks.Book(at, self.house.clocks)
        book.enter_all(self.ticket, told, self.clocks)
        self.clocks |= {(row.metric, row.cycle): row for row in book.new}
        for event, said in ((events.SLA_MET, book.met), (events.SLA_BREACHED, book.missed)):
            for _ticket, data in said:
                self._record(event, None, at, **data)

    def _facts(self) -> list[Fact]:
        return facts.read([self.ticket], self.facts)[self.ticket.pk]

    def _goals(self) -> dict[str, Any]:
        """The first goal of each metric that holds for the ticket's priority."""
        found: dict[str, Any] = {}
        for goal in self.house.goals:
            if self.ticket.priority in (goals.priorities_of(goal.query) or ()):
                found.setdefault(goal.metric.slug, goal)
        return found
