"""The placeholders of canned replies: a fixed table, so that a template can name nothing else of a ticket (INC-21)."""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

HOLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")

Filler = Callable[[Any, Any], Any]


def _first(name: str) -> str:
    return name.split()[0] if name.split() else ""


_FILLERS: dict[str, Filler] = {
    "reporter.name": lambda ticket, _agent: ticket.reporter.name if ticket.reporter else "",
    "reporter.first_name": lambda ticket, _agent: _first(ticket.reporter.name) if ticket.reporter else "",
    "agent.name": lambda _ticket, agent: agent.name,
    "agent.first_name": lambda _ticket, agent: _first(agent.name),
    "assignee.name": lambda ticket, _agent: ticket.assignee.name if ticket.assignee else "",
    "ticket.key": lambda ticket, _agent: ticket.key,
    "ticket.summary": lambda ticket, _agent: ticket.summary,
    "ticket.status": lambda ticket, _agent: ticket.status.name,
    "ticket.priority": lambda ticket, _agent: f"P{ticket.priority}",
    "service": lambda ticket, _agent: ticket.service.name if ticket.service else "",
    "team": lambda ticket, _agent: ticket.team.name if ticket.team else "",
}
NAMES = tuple(_FILLERS)
HELP = _("Placeholders: {known}. One that has no value on a ticket becomes nothing.").format(known=", ".join(f"{{{{{name}}}}}" for name in NAMES))


def unknown(text: str) -> list[str]:
    """The placeholders of a text that do not exist, each once."""
    return [name for name in dict.fromkeys(HOLE.findall(text)) if name not in _FILLERS]


def filled(text: str, ticket: Any, agent: Any) -> str:
    """The text for one ticket and the person who writes. What is put in is never read for placeholders again."""
    return HOLE.sub(lambda hole: str(_FILLERS[hole[1]](ticket, agent)) if hole[1] in _FILLERS else hole[0], text)
