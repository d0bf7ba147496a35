"""An incident of a ServiceNow log as a ticket: what happened to it happens here again, each time at its own instant."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from common import clock, errors
from importers.actions.hands import Actions, Hands
from importers.actions.house import House
from importers.actions.in_memory import InMemory
from importers.models import ImportedRecord
from importers.servicenow import mapping
from importers.servicenow.log import History, Step
from journal import actions as journal
from tickets.actions import creation
from tickets.models import Ticket
from workflows.models import Transition

STARTS = {"triage", "start"}


@transaction.atomic
def import_history(history: History, house: House, *, actor: User | None) -> Ticket:
    """Makes the ticket of a history with all that happened to it, in one transaction; nobody hears of it. A second time changes nothing.

    actor: who acts where the log names nobody. Raises Invalid, Refused or Conflict for what this house does not allow.
    """
    known = ImportedRecord.objects.filter(source=mapping.SOURCE, external_id=history.number).select_related("ticket").first()
    if known is not None:
        return known.ticket
    if history.steps[-1].at > clock.now():
        raise errors.Invalid("sys_updated_at", "It was updated in the future: give the zone of the log.")
    with journal.muted():
        ticket = _Replay(history, house, InMemory(house) if house.is_plain else Actions(), actor).run()
        ImportedRecord.objects.create(source=mapping.SOURCE, external_id=history.number, ticket_id=ticket.pk)
    return ticket


class _Replay:
    """Goes through the updates of one incident and has the hands do what each says."""

    def __init__(self, history: History, house: House, hands: Hands, actor: User | None) -> None:
        self.history, self.house, self.hands, self.actor = history, house, hands, actor
        self.registers = house.registers
        self.last_close = _last_close(history)
        self.acknowledged: tuple[datetime, User | None] | None = None

    def run(self) -> Ticket:
        """The ticket as the last update leaves it."""
        history, opener = self.history, self._person(self.history.opened_by)
        self.hands.create(history.opened_at, opener, self._columns(history.steps[0]))
        self._prioritise(history.steps[0], history.opened_at, opener)
        for number, step in enumerate(history.steps):
            if self.hands.ticket.closed_at is None:
                self._follow(step, number, self._person(step.by))
            else:
                self.house.unmapped["updates after the closing, left out"] += 1
        at, by = self.acknowledged or (None, None)
        self.hands.finish(at, by)
        return self.hands.ticket

    def _columns(self, first: Step) -> dict[str, Any]:
        history = self.history
        if history.channel not in mapping.CHANNELS:
            self.house.unmapped[f"contact type “{history.channel or 'not given'}”, taken as {mapping.ANY_CHANNEL}"] += 1
        about = [f"{name}: {value}" for name, value in history.about.items() if value]
        return {
            "summary": _summary(history), "description": "\n".join([f"ServiceNow incident {history.number}", *about]),
            "impact": mapping.IMPACTS.get(first.impact), "urgency": mapping.URGENCIES.get(first.urgency), "category": self._category(first),
            "reporter": self.registers.people.get(first.caller), "team": self.registers.teams.get(first.team),
            "assignee": self.registers.people.get(first.assignee), "channel": mapping.CHANNELS.get(history.channel, mapping.ANY_CHANNEL),
            "labels": [mapping.LABEL],
        }  # fmt: skip

    def _follow(self, step: Step, number: int, by: User | None) -> None:
        """One update: fields first, then priority, then who has it, then its status."""
        wanted = self._changes(step)
        if wanted:
            self.hands.edit(step.at, by, wanted)
        self._prioritise(step, step.at, by)
        self._assign(step, by)
        self._move(step, number, by)

    def _changes(self, step: Step) -> dict[str, Any]:
        """The fields in which an update differs from the ticket; what the log does not know stays."""
        ticket = self.hands.ticket
        category, caller = self._category(step), self.registers.people.get(step.caller)
        told: dict[str, tuple[Any, bool]] = {
            "impact": (impact := mapping.IMPACTS.get(step.impact), impact != ticket.impact),
            "urgency": (urgency := mapping.URGENCIES.get(step.urgency), urgency != ticket.urgency),
            "category": (category, category is not None and category.pk != ticket.category_id),
            "reporter": (caller, caller is not None and caller.pk != ticket.reporter_id),
        }
        return {name: value for name, (value, differs) in told.items() if value is not None and differs}

    def _prioritise(self, step: Step, at: datetime, by: User | None) -> None:
        """The log's priority holds: by hand where the matrix says otherwise, computed again where it agrees."""
        wanted, ticket = mapping.PRIORITIES.get(step.priority), self.hands.ticket
        if step.priority and wanted is None:
            self.house.unmapped[f"priority “{step.priority}”, the computed one stays"] += 1
        if wanted is None:
            return
        if ticket.is_priority_manual and self.hands.computed() == wanted:
            self.hands.return_to_computed(at, by)
        elif ticket.priority != wanted:
            self.hands.override(at, by, wanted, mapping.REASON)

    def _assign(self, step: Step, by: User | None) -> None:
        """Team and assignee together; what the log does not know stays."""
        ticket, team, person = self.hands.ticket, self.registers.teams.get(step.team), self.registers.people.get(step.assignee)
        if (team is None or team.pk == ticket.team_id) and (person is None or person.pk == ticket.assignee_id):
            return
        self.hands.assign(step.at, by, team, person)
        if self.hands.ticket.assignee_id is not None:
            self._acknowledge(step.at, by)

    def _move(self, step: Step, number: int, by: User | None) -> None:
        place = mapping.STATES.get(step.state)
        if place is None:
            self.house.unmapped[f"state “{step.state or 'not given'}”, the status stays"] += 1
            return
        if place.status == "closed" and number < self.last_close:
            self.house.unmapped["closings that the log takes back, kept as resolved"] += 1
            place = mapping.STATES["Resolved"]
        for move in self._road(place):
            self.hands.move(step.at, by, move, self._given(move, step, place))
            if move.verb in STARTS:
                self._acknowledge(step.at, by)

    def _road(self, place: mapping.Place) -> list[Transition]:
        ticket, ways = self.hands.ticket, self.house.roads
        road = ways.between(ticket.status_id, place.status)
        if road == [] and place.hold_reason and ticket.hold_reason_id != self.registers.hold_reasons[place.hold_reason].pk:
            road = ways.around(ticket.status_id)
        if road is None:
            self.house.unmapped[f"no move from {ticket.status.name} to {ways.statuses[place.status].name}, the status stays"] += 1
        return road or []

    def _given(self, move: Transition, step: Step, place: mapping.Place) -> dict[str, Any]:
        """What a move asks to be filled in."""
        given: dict[str, Any] = {}
        if move.target.is_paused and place.hold_reason:
            given["hold_reason"] = self.registers.hold_reasons[place.hold_reason]
        if "resolution" in move.required:
            given["resolution"] = self.registers.codes[step.code]
        if "category" in move.required and self.hands.ticket.category_id is None:
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
    """The number of the update whose closing the log never takes back; one past the last update when there is none."""
    last = len(history.steps)
    while last and history.steps[last - 1].state == "Closed":
        last -= 1
    return last


def _summary(history: History) -> str:
    """What the incident is about in the log's own words, and its number there."""
    words = [history.about[name] for name in ("Category", "Subcategory", "Symptom") if history.about.get(name)]
    number = f" ({history.number})"
    return f"{', '.join(words)[: creation.SUMMARY_LENGTH - len(number)] or 'Incident'}{number}"
