"""What Opsgenie's clients send, as Evenkeel's own plans. Raises Invalid for the value that is wrong, under its name in their JSON."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import errors
from oncall.actions.schedules import Hours, Plan
from oncall.models import EscalationPolicy, EscalationStep, Schedule
from oncall.opsgenie import wire

MINUTES = {"minutes": 1, "hours": 60, "days": 1440}
TARGETS = {
    ("schedule", "default"): EscalationStep.CURRENT, ("schedule", "next"): EscalationStep.NEXT, ("schedule", "previous"): EscalationStep.PREVIOUS,
    ("user", "default"): EscalationStep.USER, ("team", "default"): EscalationStep.MEMBERS, ("team", "users"): EscalationStep.MEMBERS,
    ("team", "all"): EscalationStep.MEMBERS, ("team", "admins"): EscalationStep.ADMINS, ("team", "random"): EscalationStep.RANDOM,
    ("escalation", "default"): EscalationStep.POLICY,
}  # fmt: skip


def text(data: Mapping[str, Any], name: str, fallback: str = "") -> str:
    """A text of the body."""
    value = data.get(name, fallback)
    if not isinstance(value, str):
        raise errors.Invalid(name, _("Write a text."))
    return value.replace("\0", "").strip()


def number(data: Mapping[str, Any], name: str, fallback: int) -> int:
    """A whole number of the body."""
    value = data.get(name, fallback)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 1_000_000:
        raise errors.Invalid(name, _("Write a whole number."))
    return value


def flag(data: Mapping[str, Any], name: str, fallback: bool) -> bool:
    """True or false."""
    value = data.get(name, fallback)
    if not isinstance(value, bool):
        raise errors.Invalid(name, _("Write true or false."))
    return value


def part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object of the body, empty when it is not there."""
    value = data.get(name) or {}
    if not isinstance(value, Mapping):
        raise errors.Invalid(name, _("Write an object."))
    return value


def parts(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects of the body, empty when it is not there."""
    value = data.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise errors.Invalid(name, _("Write a list of objects."))
    return value


def instant(given: Any, name: str) -> datetime:
    """ISO 8601; without a zone it is UTC."""
    try:
        found = parse_datetime(given) if isinstance(given, str) else None
    except ValueError:
        found = None
    if found is None:
        raise errors.Invalid(name, _("Write an instant such as 2026-11-24T09:00:00Z."))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _by_id(given: Any) -> int:
    return int(given) if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 18 else 0


def team_of(given: Mapping[str, Any], name: str) -> Team:
    """A team by id or name."""
    found = Team.objects.filter(pk=_by_id(given.get("id"))).first() or Team.objects.filter(name__iexact=str(given.get("name", ""))).first()
    if found is None:
        raise errors.Invalid(name, _("There is no such team. Give its id or its name."))
    return found


def user_of(given: Mapping[str, Any], name: str) -> User:
    """A user by id or username, which is the e-mail address."""
    users = User.objects.filter(is_active=True)
    found = (
        users.filter(pk=_by_id(given.get("id"))).first() or users.filter(email__iexact=str(given.get("username") or given.get("name") or "")).first()
    )
    if found is None:
        raise errors.Invalid(name, _("There is no such user. Give the id or the username, which is the e-mail address."))
    return found


def participant(given: Mapping[str, Any], name: str) -> User | Team | None:
    """A participant of a rotation or an override; None for no one."""
    kind = given.get("type", "user")
    if kind == "none":
        return None
    if kind == "user":
        return user_of(given, name)
    if kind == "team":
        return team_of(given, name)
    raise errors.Invalid(name, _("A participant is of type user, team or none."))


def rotation(data: Mapping[str, Any], zone: str, number_of: int = 1, before: Plan | None = None) -> Plan:
    """A rotation; what the body leaves out stays as before."""
    if before is None:
        starts = instant(data.get("startDate"), "startDate").astimezone(ZoneInfo(zone))
        before = Plan(f"Rotation {number_of}", [], starts.date(), starts.time())
    known = ZoneInfo(before.time_zone or zone)
    changes: dict[str, Any] = {
        "name": text(data, "name", before.name), "unit": text(data, "type", before.unit), "length": number(data, "length", before.length)
    }  # fmt: skip
    if "startDate" in data:
        starts = instant(data["startDate"], "startDate").astimezone(known)
        changes |= {"starts_on": starts.date(), "hand_over_at": starts.time().replace(second=0, microsecond=0)}
    if "endDate" in data:
        changes["ends_on"] = instant(data["endDate"], "endDate").astimezone(known).date() if data["endDate"] else None
    if "participants" in data:
        changes["turns"] = [participant(one, "participants") for one in parts(data, "participants")]
    if "timeRestriction" in data:
        changes["restrictions"] = _restrictions(part(data, "timeRestriction"))
    return replace(before, **changes)


def _restrictions(data: Mapping[str, Any]) -> list[Hours]:
    kind = data.get("type")
    if not data:
        return []
    if kind == "time-of-day":
        return [_hours(part(data, "restriction"), with_days=False)]
    if kind == "weekday-and-time-of-day":
        return [_hours(one, with_days=True) for one in parts(data, "restrictions")]
    raise errors.Invalid("timeRestriction", _("It is of type time-of-day or weekday-and-time-of-day."))


def _hours(data: Mapping[str, Any], *, with_days: bool) -> Hours:
    try:
        begin = time(number(data, "startHour", 0), number(data, "startMin", 0))
        end = time(number(data, "endHour", 0) % 24, number(data, "endMin", 0))
        days = [wire.DAYS.index(str(data.get(name)).lower()) for name in ("startDay", "endDay")] if with_days else [None, None]
    except ValueError as error:
        raise errors.Invalid("timeRestriction", _("Write hours 0 to 24, minutes 0 to 59, and weekdays as monday to sunday.")) from error
    return Hours(begin, end, days[0], days[1])


def steps(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules of an escalation as steps of a policy."""
    found: list[dict[str, Any]] = []
    conditions = {word: name for name, word in wire.CONDITIONS.items()}
    for rule in parts(data, "rules"):
        recipient, delay = part(rule, "recipient"), part(rule, "delay")
        target = TARGETS.get((str(recipient.get("type")), str(rule.get("notifyType") or "default")))
        unit = MINUTES.get(str(delay.get("timeUnit") or "minutes"))
        condition = conditions.get(str(rule.get("condition") or "if-not-acked"))
        if target is None or unit is None or condition is None:
            raise errors.Invalid("rules", _("A rule needs a known recipient, notifyType, condition and timeUnit."))
        found.append({"target": target, "condition": condition, "delay_minutes": number(delay, "timeAmount", 0) * unit, **_named(recipient)})
    return found


def _named(recipient: Mapping[str, Any]) -> dict[str, Any]:
    kind = recipient.get("type")
    if kind == "user":
        return {"user": user_of(recipient, "recipient")}
    if kind == "team":
        return {"team": team_of(recipient, "recipient")}
    rows: Any = Schedule.objects.all() if kind == "schedule" else EscalationPolicy.objects.filter(archived_at__isnull=True)
    found = rows.filter(pk=_by_id(recipient.get("id"))).first() or rows.filter(name__iexact=str(recipient.get("name", ""))).first()
    if found is None:
        raise errors.Invalid("recipient", _("There is no such schedule or escalation. Give its id or its name."))
    return {"schedule" if kind == "schedule" else "next_policy": found}
