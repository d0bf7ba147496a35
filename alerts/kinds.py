"""What kind of alert it is: alerts of one kind say the same of the same service. Pure: no database.

A tool that names its check (Prometheus and Grafana as `alertname`, others as below) tells the kind by it; else the message does, without the numbers,
addresses and ids that change from one occurrence to the next (common/likeness.py, as grouping has it).
"""

from collections.abc import Mapping
from typing import Any

from alerts import grouping
from common import likeness

CHECKS = ("alertname", "check", "check_name", "checkname", "rule", "rulename", "rule_name", "monitor", "monitor_name")
SPECIAL = frozenset(r"\.^$*+?{}[]|()")


def check_of(details: Mapping[str, Any]) -> tuple[str, str]:
    """The key of the details that names the check, and its name; empty where the tool names none."""
    return next(((key, str(details[key])) for key in CHECKS if details.get(key)), ("", ""))


def of(alert: grouping.Sent) -> str:
    """The kind of an alert, 32 hex digits. The same for equal kinds of different integrations."""
    name = check_of(alert.details)[1].lower() or likeness.masked(alert.message)
    return likeness.digest("kind", grouping.value_of(alert, "service"), name)


def name_of(alert: grouping.Sent) -> str:
    """How people read a kind: the check, else the message of one of its alerts."""
    return check_of(alert.details)[1] or alert.message


def lines_for(facts: Mapping[str, Any]) -> list[dict[str, str]]:
    """The conditions of a rule (alerts/conditions.py) that means the alerts of one kind, from what one of them says."""
    key, check = check_of(facts["details"])
    lines = [_line(name, "equals", str(facts[name])) for name in ("integration", "service") if facts[name]]
    if check:
        return [*lines, {**_line("details", "equals", check), "key": key}]
    text = likeness.masked(facts["message"])
    if "#" not in text:
        return [*lines, _line("message", "equals", facts["message"])]
    return [*lines, _line("message", "matches", f"(?i){''.join(_escaped(char) for char in text)}")]


def _escaped(char: str) -> str:
    return r"\S+" if char == "#" else f"\\{char}" if char in SPECIAL else char


def _line(field: str, operation: str, value: str) -> dict[str, str]:
    return {"field": field, "operation": operation, "expectedValue": value}
