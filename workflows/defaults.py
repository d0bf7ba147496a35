"""The workflows that a fresh installation ships with (TAXONOMY section 1)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """A workflow as a table. statuses: key, name, category, tone, paused. moves: verb, name, from keys, to key, right, required."""

    kind: str
    name: str
    statuses: list[tuple[str, str, str, str, bool]]
    moves: list[tuple[str, str, list[str], str, str, list[str]]]


_OPEN = ["new", "triage", "in-progress", "pending", "monitoring"]

INCIDENT = Plan(
    kind="incident",
    name="Incident",
    statuses=[
        ("new", "New", "todo", "", False),
        ("triage", "Triage", "todo", "", False),
        ("in-progress", "In progress", "progress", "progress", False),
        ("pending", "Pending", "progress", "wait", True),
        ("monitoring", "Monitoring", "progress", "progress", False),
        ("resolved", "Resolved", "done", "done", False),
        ("closed", "Closed", "done", "done", False),
        ("canceled", "Canceled", "done", "line", False),
    ],
    moves=[
        ("triage", "Start triage", ["new"], "triage", "progress", []),
        ("start", "Start progress", ["new", "triage", "pending", "monitoring"], "in-progress", "progress", []),
        ("hold", "Put on hold", ["new", "triage", "in-progress", "monitoring"], "pending", "progress", ["pending_reason"]),
        ("monitor", "Monitor the fix", ["in-progress"], "monitoring", "progress", []),
        ("resolve", "Resolve", _OPEN, "resolved", "resolve", ["resolution", "category"]),
        ("close", "Close", ["resolved"], "closed", "close", []),
        ("reopen", "Reopen", ["resolved"], "in-progress", "reopen", []),
        ("cancel", "Cancel", _OPEN, "canceled", "cancel", ["reason"]),
    ],
)
