"""The log of an alert: what rules decided, what people and tools did, who was paged by which channel and what came of it, in one order (ALR-23)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from alerts import queries
from alerts.models import Alert
from notifications.models import Message

LIMIT = 100
STAGES = {
    "rule": gettext_lazy("Integration rule"), "enrichment": gettext_lazy("Enrichment"), "policy": gettext_lazy("Alert policy"),
    "notification": gettext_lazy("Notification policy"), "maintenance": gettext_lazy("Maintenance"), "silence": gettext_lazy("Silence"),
    "incident": gettext_lazy("Incident rule"), "expiry": gettext_lazy("Expiry"), "grouping": gettext_lazy("Grouping"), "flapping": gettext_lazy("Flapping"),
    "topology": gettext_lazy("Topology"), "correlation": gettext_lazy("Correlation rule"), "stale": gettext_lazy("Age"), "routing": gettext_lazy("On-call"),
}  # fmt: skip
LOOKS = {
    "decision": ("filter-cog", "violet"), Message.QUEUED: ("clock", ""), Message.SENT: ("send", "blue"), Message.FAILED: ("alert-triangle", "red"),
    Message.WITHHELD: ("bell-off", "amber"), Message.WITHDRAWN: ("x", ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is no journal entry, in the shape that timelines show. kind: decision or message. channel: by which a message went."""

    pk: str
    at: datetime
    kind: str
    sentence: str
    icon: str
    tone: str = ""
    channel: str = ""
    actor_id: None = None
    hiding: None = None
    comment: None = None

    @property
    def meaning(self) -> Any:
        """How it looks."""
        return SimpleNamespace(icon=self.icon, tone=self.tone)


def lines(user: User, alert: Alert) -> list[Any]:
    """Everything, newest first: journal entries, decisions and messages."""
    entries: list[Any] = list(queries.log_of(user, alert, limit=LIMIT))
    decided = [_decision(number, one) for number, one in enumerate(alert.decisions)]
    messages = (
        Message.objects.filter(page__subject_type="alert", page__subject_id=alert.pk).select_related("recipient", "contact").order_by("-pk")[:LIMIT]
    )
    rows = [*(_message(one) for one in messages), *entries, *reversed(decided)]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _decision(number: int, said: Mapping[str, str]) -> Line:
    stage = STAGES.get(said["stage"], said["stage"])
    text = f"{stage} “{said['rule']}”: {said['what']}" if said.get("rule") else f"{stage}: {said['what']}"
    return Line(f"d{number}", datetime.fromisoformat(said["at"]), "decision", text, *LOOKS["decision"])


def _message(message: Message) -> Line:
    person = message.recipient.name if message.recipient is not None else message.address
    icon, tone = LOOKS[message.state]
    text = _("{channel} to {person}: {what}").format(channel=message.channel, person=person, what=_outcome(message))
    return Line(f"m{message.pk}", message.acted_at or message.sent_at or message.created_at, "message", text, icon, tone, message.channel)


def _outcome(message: Message) -> str:
    words = {
        Message.QUEUED: _("on its way"), Message.SENT: _("sent"), Message.FAILED: _("failed"), Message.WITHHELD: _("not sent, there is no such channel"),
        Message.WITHDRAWN: _("withdrawn before it left"),
    }  # fmt: skip
    told = words[message.state]
    if message.acted_at is not None:
        told = _("answered")
    elif message.delivered_at is not None:
        told = _("delivered")
    elif message.accepted_at is not None:
        told = _("taken by the provider")
    return f"{told} ({message.outcome})" if message.outcome else told


def told(row: Any) -> dict[str, Any]:
    """A line as the API writes it."""
    if isinstance(row, Line):
        return {"at": row.at, "kind": row.kind, "text": row.sentence, "actor": None, "channel": row.channel}
    actor = row.actor.email if row.actor_id else row.data.get("hand")
    return {"at": row.at, "kind": row.event, "text": row.sentence, "actor": actor, "channel": row.data.get("via", "")}
