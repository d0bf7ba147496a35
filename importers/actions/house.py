"""What an import needs to know of this installation, read once."""

from collections import Counter
from dataclasses import dataclass, field

from importers.actions.registers import KIND, Registers
from importers.servicenow import roads
from importers.servicenow.mapping import STATES
from importers.servicenow.roads import Roads
from tickets import goals, priority_rules
from tickets.actions import clocks
from tickets.models import Goal
from workflows import queries as workflows
from workflows.models import Status


@dataclass(slots=True)
class House:
    """Registers, workflow, priorities and goals of this installation, and the count of whatever found no place in it.

    is_plain: all that follows from a history can be worked out without the database: the workflow has no rules of its own (validators, post-actions)
    and goals ask for priorities only. Otherwise histories go through the actions, which takes about ten times as long.
    """

    registers: Registers
    roads: Roads
    initial: Status
    rules: priority_rules.Rules
    goals: list[Goal]
    clocks: clocks.Registers
    is_plain: bool
    unmapped: Counter[str] = field(default_factory=Counter)


def read(registers: Registers) -> House:
    """The house as it stands. Raises Conflict when its workflow lacks a status that the log needs."""
    ways = roads.roads(KIND, {place.status for place in STATES.values()})
    in_use = goals.goals_of(KIND)
    moves = [move for moves in ways.exits.values() for move in moves]
    has_rules = any(move.validators or move.effects for move in moves)
    is_plain = not has_rules and all(goals.priorities_of(goal.query) is not None and goal.calendar.current_id is not None for goal in in_use)
    return House(registers, ways, workflows.initial_status(KIND), priority_rules.rules(KIND), in_use, clocks.registers(), is_plain)
