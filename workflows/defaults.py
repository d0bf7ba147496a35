"""The workflows that a fresh installation ships with (TAXONOMY section 1)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Station:
    """A status of a plan; category: todo, progress or done."""

    key: str
    name: str
    category: str
    tone: str = ""
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A move of a plan, from each of `sources` to `target`. The other columns are those of workflows.models.Transition."""

    verb: str
    name: str
    sources: tuple[str, ...]
    target: str
    right: str = "progress"
    required: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    validators: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A workflow as a table; the first status is where new tickets start."""

    kind: str
    name: str
    statuses: tuple[Station, ...]
    moves: tuple[Move, ...]


_OPEN = ("new", "triage", "in-progress", "pending", "monitoring")

INCIDENT = Plan(
    kind="incident",
    name="Incident",
    statuses=(
        Station("new", "New", "todo"),
        Station("triage", "Triage", "todo"),
        Station("in-progress", "In progress", "progress", "progress"),
        Station("pending", "Pending", "progress", "wait", is_paused=True),
        Station("monitoring", "Monitoring", "progress", "progress"),
        Station("resolved", "Resolved", "done", "done"),
        Station("closed", "Closed", "done", "done"),
        Station("canceled", "Canceled", "done", "line"),
    ),
    moves=(
        Move("triage", "Start triage", ("new",), "triage"),
        Move("start", "Start progress", ("new", "triage", "monitoring"), "in-progress"),
        Move("start", "Back to work", ("pending",), "in-progress", triggers=("reply", "follow_up")),
        Move("hold", "Put on hold", ("new", "triage", "in-progress", "monitoring"), "pending", required=("hold_reason",)),
        Move("monitor", "Monitor the fix", ("in-progress",), "monitoring"),
        Move("resolve", "Resolve", _OPEN, "resolved", "resolve", required=("resolution", "category")),
        Move("close", "Close", ("resolved",), "closed", "close"),
        Move("reopen", "Reopen", ("resolved", "closed"), "in-progress", "reopen"),
        Move("cancel", "Cancel", _OPEN, "canceled", "cancel", required=("reason",)),
    ),
)
