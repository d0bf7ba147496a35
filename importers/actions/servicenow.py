"""An incident of a ServiceNow log as a ticket: its history goes through the same actions that people use, with the clock held at each update."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from common import clock, errors
from importers.actions.registers import Registers
from importers.models import ImportedRecord
from importers.servicenow import mapping
from importers.servicenow.log import History, Step
from importers.servicenow.roads import Roads
from incidents import actions as incidents
from journal import actions as journal
from tickets import priority_rules
from tickets.actions import clocks, editing, lifecycle, prioritising
from tickets.models import Ticket
from workflows.models import Transition

STARTS = {"triage", "start"}


@dataclass(slots=True)
class House:
    """What the import needs of this installation, read once, and the count of whatever found no place in it."""

    registers: Registers
    roads: Roads
    unmapped: Counter[str] = field(default_factory=Counter)


@transaction.atomic
def import_history(history: History, house: House, *, actor: User | None) -> Ticket:
    """Makes the ticket of a history with all that happened to it, in one transaction; nobody hears of it. A second time changes nothing.

    actor: who acts where the log names nobody. Raises Invalid, Refused or Conflict for what this house does not allow.
    """
    known = ImportedRecord.objects.filter(source=mapping.SOURCE, external_id=history.number).select_related("ticket").first()
    if known is not None:
        return known.ticket
    at = clock.now()
    if history.steps[-1].at > at:
        raise errors.Invalid("sys_updated_at", "It was updated in the future: give the zone of the log.")
    with journal.muted():
        ticket = _Replay(history, house, actor).run()
        ImportedRecord.objects.create(source=mapping.SOURCE, external_id=history.number, ticket_id=ticket.pk)
        with clock.shifted(at):
            while clocks.sweep(ticket_id=ticket.pk):
                pass
    return ticket


class _Replay:
    """Goes through the updates of one incident."""

    def __init__(self, history: History, house: House, actor: User | None) -> None:
        self.history, self.house, self.actor = history, house, actor
        self.registers = house.registers
        self.last_close = _last_close(history)
        self.acknowledged: tuple[datetime, User | None] | None = None

    def run(self) -> Ticket:
        """The ticket as the last update leaves it."""
        first = self.history.steps[0]
        with clock.shifted(self.history.opened_at):
            ticket = self._create(first)
            ticket = self._prioritise(ticket, first, self._person(self.history.opened_by))
        for number, step in enumerate(self.history.steps):
            if ticket.closed_at is not None:
                self.house.unmapped["updates after the closing, left out"] += 1
                continue
            with clock.shifted(step.at):
                ticket = self._follow(ticket, step, number)
        if self.acknowledged is not None:
            incidents.note_instant(ticket.pk, "acknowledged_at", self.acknowledged[0], actor=self.acknowledged[1])
        return ticket

    def _create(self, first: Step) -> Ticket:
        history = self.history
        if history.channel not in mapping.CHANNELS:
            self.house.unmapped[f"contact type “{history.channel or 'not given'}”, taken as {mapping.ANY_CHANNEL}"] += 1
        about = [f"{name}: {value}" for name, value in history.about.items() if value]
        return incidents.create(
            actor=self._person(history.opened_by), summary=_summary(history), description="\n".join([f"ServiceNow incident {history.number}", *about]),
            impact=mapping.IMPACTS.get(first.impact), urgency=mapping.URGENCIES.get(first.urgency), category=self._category(first),
            reporter=self.registers.people.get(first.caller), team=self.registers.teams.get(first.team),
            assignee=self.registers.people.get(first.assignee), channel=mapping.CHANNELS.get(history.channel, mapping.ANY_CHANNEL),
            labels=[mapping.LABEL],
        )  # fmt: skip

    def _follow(self, ticket: Ticket, step: Step, number: int) -> Ticket:
        """One update: fields first, then priority, then who has it, then its status."""
        by = self._person(step.by)
        wanted = self._changes(ticket, step)
        if wanted:
            ticket = editing.edit(ticket, actor=by, **wanted)
        ticket = self._prioritise(ticket, step, by)
        ticket = self._assign(ticket, step, by)
        return self._move(ticket, step, number, by)

    def _changes(self, ticket: Ticket, step: Step) -> dict[str, Any]:
        """The fields in which an update differs from the ticket; what the log does not know stays."""
        category, caller = self._category(step), self.registers.people.get(step.caller)
        told: dict[str, tuple[Any, bool]] = {
            "impact": (impact := mapping.IMPACTS.get(step.impact), impact != ticket.impact),
            "urgency": (urgency := mapping.URGENCIES.get(step.urgency), urgency != ticket.urgency),
            "category": (category, category is not None and category.pk != ticket.category_id),
            "reporter": (caller, caller is not None and caller.pk != ticket.reporter_id),
        }
        return {name: value for name, (value, differs) in told.items() if value is not None and differs}

    def _prioritise(self, ticket: Ticket, step: Step, by: User | None) -> Ticket:
        """The log's priority holds: by hand where the matrix says otherwise, computed again where it agrees."""
        wanted = mapping.PRIORITIES.get(step.priority)
        if wanted is None:
            return ticket
        if ticket.is_priority_manual and priority_rules.rules(ticket.kind).of(ticket).priority == wanted:
            return prioritising.return_to_computed(ticket, actor=by)
        if ticket.priority != wanted:
            return prioritising.override(ticket, actor=by, priority=wanted, reason=mapping.REASON)
        return ticket

    def _assign(self, ticket: Ticket, step: Step, by: User | None) -> Ticket:
        """Team and assignee together; what the log does not know stays."""
        team, person = self.registers.teams.get(step.team), self.registers.people.get(step.assignee)
        to = {"team_id": team.pk if team else ticket.team_id, "assignee_id": person.pk if person else ticket.assignee_id}
        if to == {"team_id": ticket.team_id, "assignee_id": ticket.assignee_id}:
            return ticket
        ticket = editing.assign(ticket, actor=by, team=team or ticket.team, assignee=person or ticket.assignee)
        if ticket.assignee_id is not None:
            self._acknowledge(step.at, by)
        return ticket

    def _move(self, ticket: Ticket, step: Step, number: int, by: User | None) -> Ticket:
        place = mapping.STATES.get(step.state)
        if place is None:
            self.house.unmapped[f"state “{step.state or 'not given'}”, the status stays"] += 1
            return ticket
        if place.status == "closed" and number < self.last_close:
            self.house.unmapped["closings that the log takes back, kept as resolved"] += 1
            place = mapping.STATES["Resolved"]
        for move in self._road(ticket, place):
            ticket = lifecycle.transition(ticket, move.verb, actor=by, **self._given(ticket, move, step, place))
            if move.verb in STARTS:
                self._acknowledge(step.at, by)
        return ticket

    def _road(self, ticket: Ticket, place: mapping.Place) -> list[Transition]:
        road = self.house.roads.between(ticket.status_id, place.status)
        waits_for_other = place.hold_reason and ticket.hold_reason_id not in (None, self.registers.hold_reasons[place.hold_reason].pk)
        if road == [] and waits_for_other:
            road = self.house.roads.around(ticket.status_id)
        if road is None:
            self.house.unmapped[f"no move from {ticket.status.name} to {self.house.roads.statuses[place.status].name}, the status stays"] += 1
        return road or []

    def _given(self, ticket: Ticket, move: Transition, step: Step, place: mapping.Place) -> Mapping[str, Any]:
        """What a move asks to be filled in."""
        given: dict[str, Any] = {}
        if move.target.is_paused and place.hold_reason:
            given["hold_reason"] = self.registers.hold_reasons[place.hold_reason]
        if "resolution" in move.required:
            given["resolution"] = self.registers.codes[step.code]
        if "category" in move.required and ticket.category_id is None:
            given["category"] = self.registers.categories[mapping.NO_CATEGORY]
            self.house.unmapped["incidents resolved without a category"] += 1
        if "reason" in move.required:
            given["reason"] = mapping.REASON
        return given

    def _category(self, step: Step) -> Any:
        return self.registers.categories.get((step.category, step.subcategory)) if step.category else None

    def _person(self, name: str) -> User | None:
        return self.registers.people.get(name, self.actor)

    def _acknowledge(self, at: datetime, by: User | None) -> None:
        """The first hand on the work, as incidents note it of every incident."""
        self.acknowledged = self.acknowledged or (at, by)


def _last_close(history: History) -> int:
    """The number of the update with which the closing stands that the log never takes back; after the last update when there is none."""
    last = len(history.steps)
    while last and history.steps[last - 1].state == "Closed":
        last -= 1
    return last


def _summary(history: History) -> str:
    """What the incident is about in the log's own words, and its number there."""
    words = [history.about[name] for name in ("Category", "Subcategory", "Symptom") if history.about.get(name)]
    return f"{', '.join(words) or 'Incident'} ({history.number})"
