"""The product's own actions as the hands that do what a log tells, with the clock held at each update."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from accounts.models import Team, User
from common import clock
from incidents import actions as incidents
from tickets import priority_rules
from tickets.actions import clocks, editing, lifecycle, prioritising
from tickets.models import Ticket
from workflows.models import Transition


class Hands(Protocol):
    """What can be done with the one ticket that a history becomes. Each names the instant and who did it."""

    @property
    def ticket(self) -> Ticket:
        """The ticket as it stands."""

    def create(self, at: datetime, by: User | None, given: Mapping[str, Any]) -> None:
        """Opens the incident."""

    def edit(self, at: datetime, by: User | None, wanted: Mapping[str, Any]) -> None:
        """Changes impact, urgency, category or reporter."""

    def computed(self) -> int:
        """The priority that the matrix and its rules give."""

    def override(self, at: datetime, by: User | None, priority: int, reason: str) -> None:
        """Sets the priority by hand."""

    def return_to_computed(self, at: datetime, by: User | None) -> None:
        """Gives the priority back to the matrix."""

    def assign(self, at: datetime, by: User | None, team: Team | None, assignee: User | None) -> None:
        """Gives it to a team and a person; None leaves what is."""

    def move(self, at: datetime, by: User | None, move: Transition, given: Mapping[str, Any]) -> None:
        """Makes one move of the workflow."""

    def finish(self, acknowledged_at: datetime | None, by: User | None) -> None:
        """Writes what is not written yet, and when somebody first laid hands on it."""


class Actions:
    """Does everything by the actions that people use: the measure of what is right."""

    ticket: Ticket

    def create(self, at: datetime, by: User | None, given: Mapping[str, Any]) -> None:
        with clock.shifted(at):
            self.ticket = incidents.create(actor=by, must_fill=False, **given)

    def edit(self, at: datetime, by: User | None, wanted: Mapping[str, Any]) -> None:
        with clock.shifted(at):
            self.ticket = editing.edit(self.ticket, actor=by, **wanted)

    def computed(self) -> int:
        return priority_rules.rules(self.ticket.kind).of(self.ticket).priority

    def override(self, at: datetime, by: User | None, priority: int, reason: str) -> None:
        with clock.shifted(at):
            self.ticket = prioritising.override(self.ticket, actor=by, priority=priority, reason=reason)

    def return_to_computed(self, at: datetime, by: User | None) -> None:
        with clock.shifted(at):
            self.ticket = prioritising.return_to_computed(self.ticket, actor=by)

    def assign(self, at: datetime, by: User | None, team: Team | None, assignee: User | None) -> None:
        with clock.shifted(at):
            self.ticket = editing.assign(self.ticket, actor=by, team=team or self.ticket.team, assignee=assignee or self.ticket.assignee)

    def move(self, at: datetime, by: User | None, move: Transition, given: Mapping[str, Any]) -> None:
        with clock.shifted(at):
            self.ticket = lifecycle.transition(self.ticket, move.verb, actor=by, **given)

    def finish(self, acknowledged_at: datetime | None, by: User | None) -> None:
        if acknowledged_at is not None:
            incidents.note_instant(self.ticket.pk, "acknowledged_at", acknowledged_at, actor=by)
        sweep(self.ticket)


def sweep(ticket: Ticket) -> None:
    """Says of an incident that is still open what its clocks have passed until now, while nobody listens."""
    while clocks.sweep(ticket_id=ticket.pk):
        pass
