"""Opsgenie's addresses below /v2/heartbeats (API_COMPAT section 2), over the heartbeats of Evenkeel."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Team
from alerts import permissions, rhythm
from alerts.actions import heartbeats
from alerts.models import Heartbeat, Integration
from alerts.opsgenie import wire
from alerts.opsgenie.gate import Reader
from common import errors
from oncall.opsgenie import parsing
from oncall.opsgenie.envelope import Answer, Call

UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}
PRIORITIES = {"P1": 1, "P2": 2, "P3": 3, "P4": 4, "P5": 5}
DEFAULT_INTERVAL, DEFAULT_UNIT = 10, "minutes"


def list_all(call: Call) -> Answer:
    """All heartbeats; an object with a list in it, as Opsgenie has it."""
    return Answer({"heartbeats": [_whole(row) for row in _seen(call.guest).order_by("name")[:1000]]})


def get(call: Call, name: str) -> Answer:
    """One heartbeat."""
    return Answer(_whole(_one(call, name)))


def create(call: Call) -> Answer:
    """A new one; of an integration's key it is the integration's. Raises Conflict for a name that is taken."""
    reader: Reader = call.guest
    name = parsing.text(call.body, "name")
    if not name:
        raise errors.Invalid("name", _("Name can not be empty."))
    if Heartbeat.objects.filter(name__iexact=name).exists():
        raise errors.Conflict(_("Heartbeat with name [%(name)s] already exists.") % {"name": name[:200]})
    is_on = parsing.flag(call.body, "enabled", True)
    columns = {"every": _every(call.body, None), "grace": timedelta(0), "team": _team(call.body, reader), **_texts(call.body)}
    made = heartbeats.create(actor=reader.user, name=name, integration=reader.integration, **columns)
    if not is_on:
        made = heartbeats.pause(made, actor=reader.user)
    return Answer(_meta(made), 201, {"result": "Created"})


def change(call: Call, name: str) -> Answer:
    """Changes what the body names."""
    reader: Reader = call.guest
    row, is_on = _one(call, name), parsing.flag(call.body, "enabled", True)
    columns: dict[str, Any] = _texts(call.body)
    if "interval" in call.body or "intervalUnit" in call.body:
        columns |= {"every": _every(call.body, row), "kind": rhythm.INTERVAL}
    if call.body.get("ownerTeam"):
        columns["team"] = _team(call.body, reader)
    row = heartbeats.change(row, actor=reader.user, **columns)
    if "enabled" in call.body:
        row = _switch(row, reader, is_on=is_on)
    return Answer(_meta(row), more={"result": "Updated"})


def delete(call: Call, name: str) -> Answer:
    """Takes it away."""
    row = _one(call, name)
    heartbeats.delete(row, actor=call.guest.user)
    return Answer(_meta(row), more={"result": "Deleted"})


def enable(call: Call, name: str) -> Answer:
    """It is awaited again, from its next sign on."""
    return Answer(_meta(_switch(_one(call, name), call.guest, is_on=True)), more={"result": "Enabled"})


def disable(call: Call, name: str) -> Answer:
    """Nothing is awaited."""
    return Answer(_meta(_switch(_one(call, name), call.guest, is_on=False)), more={"result": "Disabled"})


def ping(call: Call, name: str) -> Answer:
    """A sign of life. Whether there is such a heartbeat is not told, as with Opsgenie."""
    permissions.can_act(call.guest.user).require()
    row = Heartbeat.objects.filter(name__iexact=name.replace("\0", "")).first()
    if row is not None:
        heartbeats.take(row, rhythm.SUCCESS, source="Opsgenie API")
    return Answer(status=202, more={"result": "PONG - Heartbeat received"})


def _switch(row: Heartbeat, reader: Reader, *, is_on: bool) -> Heartbeat:
    return (heartbeats.resume if is_on else heartbeats.pause)(row, actor=reader.user)


def _seen(reader: Reader) -> QuerySet[Heartbeat]:
    """All of them for a person and for a key that reaches all; else those that came through the key's integration."""
    rows = Heartbeat.objects.select_related("team")
    one = reader.integration
    return rows if one is None or one.reach == Integration.ALL else rows.filter(integration=one)


def _one(call: Call, name: str) -> Heartbeat:
    found = _seen(call.guest).filter(name__iexact=name.replace("\0", "")).first()
    if found is None:
        raise Http404(f"Heartbeat with name [{name[:200]}] does not exist.")
    return found


def _every(body: Mapping[str, Any], row: Heartbeat | None) -> timedelta:
    known = _interval(row) if row is not None else (DEFAULT_INTERVAL, DEFAULT_UNIT)
    amount, unit = parsing.number(body, "interval", known[0]), parsing.text(body, "intervalUnit", known[1])
    if unit not in UNITS:
        raise errors.Invalid("intervalUnit", _("intervalUnit is minutes, hours or days."))
    if not amount >= 1 or amount * UNITS[unit] > rhythm.LONGEST:
        raise errors.Invalid("interval", _("Write a whole number from 1 on, at most a year."))
    return amount * UNITS[unit]


def _interval(row: Heartbeat) -> tuple[int, str]:
    """In the largest unit that says it without a rest; less than a minute is one."""
    unit = next((name for name in ("days", "hours") if not row.every % UNITS[name]), "minutes")
    return max(1, row.every // UNITS[unit]), unit


def _texts(body: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, column, longest in (("description", "description", 10_000), ("alertMessage", "alert_message", 1_000)):
        if name in body:
            found[column] = parsing.text(body, name)[:longest]
    if "alertTags" in body:
        tags = body["alertTags"]
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise errors.Invalid("alertTags", _("Write a list of texts."))
        found["alert_tags"] = tags
    if "alertPriority" in body:
        if body["alertPriority"] not in PRIORITIES:
            raise errors.Invalid("alertPriority", _("alertPriority is P1, P2, P3, P4 or P5."))
        found["alert_priority"] = PRIORITIES[body["alertPriority"]]
    return found


def _team(body: Mapping[str, Any], reader: Reader) -> Team | None:
    said = body.get("ownerTeam")
    if not said:
        return reader.integration.team if reader.integration is not None else heartbeats.team_of(reader.user)
    if not isinstance(said, Mapping):
        raise errors.Invalid("ownerTeam", _("Give an object with id or name."))
    ident, name = str(said.get("id") or ""), str(said.get("name") or "").replace("\0", "")
    pk = int(ident) if ident.isascii() and ident.isdecimal() and len(ident) < 18 else 0
    found = Team.objects.filter(Q(pk=pk) | Q(name__iexact=name) | Q(slug__iexact=name)).order_by("pk").first()
    if found is None:
        raise errors.Invalid("ownerTeam", _("There is no such team."))
    return found


def _meta(row: Heartbeat) -> wire.Json:
    return {"name": row.name, "enabled": row.state != Heartbeat.PAUSED, "expired": row.state == Heartbeat.DOWN}


def _whole(row: Heartbeat) -> wire.Json:
    interval, unit = _interval(row)
    return {
        **_meta(row), "description": row.description, "interval": interval, "intervalUnit": unit, "alertMessage": row.message, "alertTags": list(row.alert_tags),
        "alertPriority": f"P{row.alert_priority}", "lastPingTime": wire.instant(row.last_ping_at),
        **({"ownerTeam": {"id": str(row.team.pk), "name": row.team.name}} if row.team is not None else {}),
    }  # fmt: skip
