"""What other products' APIs ask to be done with an alert. Called by the intake inside its transaction; what cannot be done is told, not raised."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from alerts import commands, permissions, queries
from alerts.actions import editing, lifecycle
from alerts.folding import Step
from alerts.models import Alert, Integration
from alerts.normal import Event
from common import clock, errors

Do = Callable[[Alert, Mapping[str, Any], str], Any]
LONGEST_SNOOZE = lifecycle.LONGEST_SNOOZE - timedelta(minutes=1)


def named(events: Iterable[Any]) -> list[Any]:
    """The events, each with the alias of the alert that it means, so that they keep their order for each alert: commands may name an id or a tinyId."""
    rows = list(events)
    wanted = [row[0].extra for row in rows if not row[0].alias]
    if not wanted:
        return rows
    uids = {str(uid): alias for uid, alias in Alert.objects.filter(uid__in=_uids(wanted)).values_list("uid", "alias")}
    numbers = {str(number): alias for number, alias in Alert.objects.filter(number__in=_numbers(wanted)).values_list("number", "alias")}
    return [row if row[0].alias else (_with_alias(row[0], uids, numbers), *row[1:]) for row in rows]


def _with_alias(event: Event, uids: Mapping[str, str], numbers: Mapping[str, str]) -> Event:
    ident = event.extra["ident"]
    known = numbers if event.extra["by"] == "tiny" else uids
    return replace(event, alias=known.get(ident.lower()) or f"{event.extra['by']}:{ident}")


def _uids(wanted: Iterable[Mapping[str, Any]]) -> list[UUID]:
    return [uid for extra in wanted if extra["by"] == "id" and (uid := uid_of(extra["ident"])) is not None]


def _numbers(wanted: Iterable[Mapping[str, Any]]) -> list[int]:
    return [int(extra["ident"]) for extra in wanted if extra["by"] == "tiny" and is_number(extra["ident"])]


def uid_of(text: str) -> UUID | None:
    """An alert's id as other products' clients write it."""
    try:
        return UUID(text)
    except ValueError:
        return None


def is_number(text: str) -> bool:
    """Whether this can be a tinyId."""
    return text.isascii() and text.isdecimal() and len(text) < 18


def obey(step: Step, integration: Integration | None) -> None:
    """Does what one command asks; whoever wants to know is told."""
    event = step.event
    alert = _alert(event, integration)
    if alert is None:
        step.tell("Alert does not exist", is_done=False)
        return
    do, status = DOES.get(event.kind, (_note, "Added note"))
    hand = commands.hand(event.extra, integration.name if integration else "")
    try:
        do(alert, event.extra, hand)
        if event.extra.get("note") and event.kind not in (commands.NOTE, commands.DELETE):
            lifecycle.add_note(alert, actor=None, note=event.extra["note"], hand=hand)
    except errors.DomainError as error:
        step.tell(error.message, alert.uid, is_done=False)
        return
    step.tell(status, alert.uid)


def _alert(event: Event, integration: Integration | None) -> Alert | None:
    """The alert that is meant, within what the integration reaches. By alias that is the one that is not closed."""
    rows = permissions.within(integration)
    by, ident = event.extra.get("by", "alias"), event.extra.get("ident", event.alias)
    if by == "alias":
        return rows.filter(alias=ident).exclude(status=Alert.CLOSED).first()
    if by == "tiny":
        return rows.filter(number=int(ident)).first() if is_number(ident) else None
    uid = uid_of(ident)
    return rows.filter(uid=uid).first() if uid is not None else None


def _user(extra: Mapping[str, Any]) -> User | None:
    """The person of this e-mail address who may act on alerts, if there is one: it becomes whose alert it is."""
    found = User.objects.filter(email__iexact=extra.get("user") or "", is_active=True).first()
    return found if found is not None and permissions.can_act(found) else None


def _acknowledge(alert: Alert, extra: Mapping[str, Any], hand: str) -> None:
    lifecycle.acknowledge(alert, actor=None, via="integration", hand=hand, owner=_user(extra))


def _end(alert: Alert, extra: Mapping[str, Any], hand: str) -> None:
    if alert.status == Alert.CLOSED:
        raise errors.Conflict(_("%(key)s is closed already.") % {"key": alert.key})
    lifecycle.close(alert, actor=None, by=Alert.BY_SOURCE, hand=hand)


def _snooze(alert: Alert, extra: Mapping[str, Any], hand: str) -> None:
    """What is longer than the longest snooze is cut."""
    until = extra["until"]
    lifecycle.snooze(alert, actor=None, until=min(until, clock.now() + LONGEST_SNOOZE), hand=hand)


def _assign(alert: Alert, extra: Mapping[str, Any], hand: str) -> None:
    owner = queries.responder_of(extra["owner"])
    if not isinstance(owner, User):
        raise errors.Invalid("owner", _("There is no such user."))
    lifecycle.assign(alert, actor=None, owner=owner, hand=hand)


def _call(alert: Alert, extra: Mapping[str, Any], hand: str) -> None:
    to = queries.responder_of(extra["responder"])
    if to is None:
        raise errors.Invalid("responder", _("There is no such %(type)s.") % {"type": extra["responder"].get("type", "responder")})
    editing.call(alert, actor=None, to=to, hand=hand)


def _note(alert: Alert, extra: Mapping[str, Any], hand: str) -> None:
    lifecycle.add_note(alert, actor=None, note=str(extra.get("note") or ""), hand=hand)


# What a command does, and how its outcome is told, in Opsgenie's words.
DOES: dict[str, tuple[Do, str]] = {
    commands.ACKNOWLEDGE: (_acknowledge, "Acknowledged alert"),
    commands.UNACKNOWLEDGE: (lambda alert, extra, hand: lifecycle.unacknowledge(alert, actor=None, hand=hand), "Unacknowledged alert"),
    commands.END: (_end, "Closed alert"),
    commands.DELETE: (lambda alert, extra, hand: editing.delete(alert, actor=None, hand=hand), "Deleted alert"),
    commands.SNOOZE: (_snooze, "Snoozed alert"),
    commands.ASSIGN: (_assign, "Assigned alert"),
    commands.RESPOND: (_call, "Added responder"),
    commands.ESCALATE: (_call, "Escalated alert"),
    commands.NOTE: (_note, "Added note"),
    commands.TAG: (lambda alert, extra, hand: editing.tag(alert, actor=None, tags=extra["tags"], hand=hand), "Added tags"),
    commands.UNTAG: (lambda alert, extra, hand: editing.untag(alert, actor=None, tags=extra["tags"], hand=hand), "Removed tags"),
    commands.DETAIL: (lambda alert, extra, hand: editing.detail(alert, actor=None, details=extra["details"], hand=hand), "Added details"),
    commands.UNDETAIL: (lambda alert, extra, hand: editing.undetail(alert, actor=None, keys=extra["keys"], hand=hand), "Removed details"),
    commands.MESSAGE: (lambda alert, extra, hand: editing.reword(alert, actor=None, field="message", text=extra["text"], hand=hand), "Updated message"),
    commands.DESCRIPTION: (
        lambda alert, extra, hand: editing.reword(alert, actor=None, field="description", text=extra["text"], hand=hand), "Updated description",
    ),
    commands.PRIORITY: (lambda alert, extra, hand: editing.prioritise(alert, actor=None, priority=extra["priority"], hand=hand), "Updated priority"),
    commands.RUN: (lambda alert, extra, hand: editing.run(alert, actor=None, name=extra["name"], hand=hand), "Executed custom action"),
}  # fmt: skip
