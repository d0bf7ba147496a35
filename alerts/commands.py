"""What can be done with an alert from outside, beyond opening and closing. Pure: no database, no Django.

A command is an event of one of these kinds. Its `extra` says: by and ident (id, tiny or alias of the alert), user, source, note, and what the kind needs.
"""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.normal import Event

ACKNOWLEDGE, UNACKNOWLEDGE, END, DELETE, SNOOZE = "acknowledge", "unacknowledge", "end", "delete", "snooze"
ASSIGN, RESPOND, ESCALATE, NOTE, RUN = "assign", "respond", "escalate", "note", "run"
TAG, UNTAG, DETAIL, UNDETAIL = "tag", "untag", "detail", "undetail"
MESSAGE, DESCRIPTION, PRIORITY = "message", "description", "priority"
NOTE_LENGTH, USER = 25_000, 100


def command(kind: str, ident: str, by: str = "alias", **extra: Any) -> Event:
    """A command for the alert with this id, tinyId or alias. Its alias is known only when that is how the alert is named."""
    ident = normal.line(ident, normal.ALIAS)
    return Event(kind, ident if by == "alias" else "", "", extra={"by": by, "ident": ident, **extra})


def hand(extra: Mapping[str, Any], integration: str) -> str:
    """Who did it, for the log: the name that came along, and the integration that it came through."""
    user = normal.line(extra.get("user"), USER)
    return f"{user} ({integration})" if user and integration else user or integration
