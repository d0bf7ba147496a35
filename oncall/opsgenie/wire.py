"""On-call as Opsgenie's API writes it: JSON of schedules, rotations, overrides, escalations, teams and users (docs: API_COMPAT section 3). Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Team, User
from oncall import rota
from oncall.models import EscalationPolicy, EscalationStep, Override, Rotation, Schedule

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Json = dict[str, Any]
# A step's target as recipient type and notify type.
TARGETS = {
    EscalationStep.CURRENT: ("schedule", "default"), EscalationStep.NEXT: ("schedule", "next"), EscalationStep.PREVIOUS: ("schedule", "previous"),
    EscalationStep.USER: ("user", "default"), EscalationStep.MEMBERS: ("team", "users"), EscalationStep.ADMINS: ("team", "admins"),
    EscalationStep.RANDOM: ("team", "random"), EscalationStep.POLICY: ("escalation", "default"),
}  # fmt: skip
CONDITIONS = {EscalationStep.NOT_ACKED: "if-not-acked", EscalationStep.NOT_CLOSED: "if-not-closed"}


def instant(at: datetime) -> str:
    """2026-11-24T09:00:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def wall(at: datetime, zone: str) -> str:
    """A wall time of a zone as an instant."""
    return instant(at.replace(tzinfo=ZoneInfo(zone)))


def person(user: User) -> Json:
    """A user as a participant or recipient."""
    return {"type": "user", "id": str(user.pk), "name": user.email, "username": user.email}


def group(team: Team) -> Json:
    """A team as a participant or recipient."""
    return {"type": "team", "id": str(team.pk), "name": team.name}


def parent(schedule: Schedule) -> Json:
    """What every answer about a schedule is headed by."""
    return {"id": str(schedule.pk), "name": schedule.name, "enabled": schedule.is_enabled}


def of_schedule(schedule: Schedule, *, with_rotations: bool = True) -> Json:
    """A schedule; its rotations as Opsgenie lists them with expand=rotation."""
    told: Json = {
        **parent(schedule), "description": schedule.description, "timezone": schedule.time_zone,
        "ownerTeam": {"id": str(schedule.team_id), "name": schedule.team.name}, "rotations": [],
    }  # fmt: skip
    if with_rotations:
        told["rotations"] = [of_rotation(rotation, schedule) for rotation in schedule.rotations.all()]
    return told


def of_rotation(rotation: Rotation, schedule: Schedule) -> Json:
    """A rotation with its participants in order and its restriction."""
    zone = rotation.time_zone or schedule.time_zone
    told: Json = {
        "id": str(rotation.pk), "name": rotation.name, "startDate": wall(datetime.combine(rotation.starts_on, rotation.hand_over_at), zone),
        "type": rotation.unit, "length": rotation.length,
        "participants": [person(t.user) if t.user else group(t.team) if t.team else {"type": "none"} for t in rotation.turns.all()],
    }  # fmt: skip
    if rotation.ends_on is not None:
        told["endDate"] = wall(datetime.combine(rotation.ends_on, rotation.hand_over_at), zone)
    rows = list(rotation.restrictions.all())
    if rows and rows[0].start_day is None:
        told["timeRestriction"] = {"type": "time-of-day", "restriction": _hours(rows[0])}
    elif rows:
        listed = [{"startDay": DAYS[row.start_day or 0], "endDay": DAYS[row.end_day or 0], **_hours(row)} for row in rows]
        told["timeRestriction"] = {"type": "weekday-and-time-of-day", "restrictions": listed}
    return told


def _hours(row: Any) -> Json:
    return {"startHour": row.start_at.hour, "startMin": row.start_at.minute, "endHour": row.end_at.hour, "endMin": row.end_at.minute}


def of_override(override: Override, schedule: Schedule) -> Json:
    """An override; one without an alias is known by its id."""
    who = person(override.user) if override.user else group(override.team) if override.team else {"type": "none"}
    names = {row.pk: row.name for row in schedule.rotations.all()}
    return {
        "_parent": parent(schedule), "alias": override.alias or str(override.pk), "user": who, "startDate": instant(override.starts_at),
        "endDate": instant(override.ends_at), "rotations": [{"id": str(pk), "name": names.get(pk, "")} for pk in override.rotations],
    }  # fmt: skip


def on_calls(schedule: Schedule, participants: Iterable[Any], *, is_flat: bool) -> Json:
    """Who is on call: e-mail addresses when flat, else participants, a team with its members."""
    rows = sorted(participants, key=lambda one: (isinstance(one, Team), one.name))
    if is_flat:
        return {"_parent": parent(schedule), "onCallRecipients": _flat(rows)}
    return {"_parent": parent(schedule), "onCallParticipants": _nested(rows)}


def next_on_calls(schedule: Schedule, participants: Iterable[Any], *, is_flat: bool) -> Json:
    """Who is on call next. What comes next on the line of time is exact; Evenkeel knows no other next."""
    rows = sorted(participants, key=lambda one: (isinstance(one, Team), one.name))
    if is_flat:
        return {"_parent": parent(schedule), "exactNextOnCallRecipients": _flat(rows), "nextOnCallRecipients": _flat(rows)}
    return {"_parent": parent(schedule), "exactNextOnCallParticipants": _nested(rows), "nextOnCallParticipants": _nested(rows)}


def _members(team: Team) -> list[User]:
    return list(User.objects.filter(memberships__team=team, is_active=True).order_by("name"))


def _flat(rows: Sequence[Any]) -> list[str]:
    found = [user.email for row in rows for user in (_members(row) if isinstance(row, Team) else [row])]
    return list(dict.fromkeys(found))


def _nested(rows: Sequence[Any]) -> list[Json]:
    return [
        {"id": str(row.pk), "name": row.name, "type": "team", "onCallParticipants": _nested(_members(row))}
        if isinstance(row, Team)
        else {"id": str(row.pk), "name": row.email, "type": "user"}
        for row in rows
    ]


def timeline(
    schedule: Schedule, stored: rota.Schedule, begin: datetime, end: datetime, who: Mapping[rota.Participant, Any], expand: set[str]
) -> Json:
    """The final timeline, and the base and override ones when they are asked for. who: the people and teams behind participants."""
    final: dict[int, list[Json]] = {}
    for stretch in rota.final(stored, begin, end):
        for shift in stretch.shifts:
            of = shift.source_id if shift.source == rota.ROTATION else shift.over or 0
            final.setdefault(of, []).append(_period(stretch.begin, stretch.end, who.get(shift.who), shift.source == rota.OVERRIDE))
    told: Json = {"_parent": parent(schedule), "startDate": instant(begin), "endDate": instant(end), "finalTimeline": _rows(stored, final)}
    if "base" in expand:
        base = {row.id: [_period(s.begin, s.end, who.get(s.who), False) for s in rota.shifts_of(row, begin, end)] for row in stored.rotations}
        told["baseTimeline"] = _rows(stored, base)
    if "override" in expand:
        laid = {0: [_period(max(one.begin, begin), min(one.end, end), who.get(one.who), True) for one in stored.overrides]}
        told["overrideTimeline"] = _rows(stored, laid)
    return told


def _period(begin: datetime, end: datetime, who: Any, is_override: bool) -> Json:
    told: Json = {"startDate": instant(begin), "endDate": instant(end), "type": "override" if is_override else "default"}
    if who is not None:
        told["recipient"] = group(who) if isinstance(who, Team) else person(who)
    return told


def _rows(stored: rota.Schedule, periods: Mapping[int, list[Json]]) -> Json:
    known = {row.id: row.name for row in stored.rotations}
    listed = [(pk, known[pk], periods[pk]) for pk in known if periods.get(pk)]
    listed += [(0, "", periods[0])] if periods.get(0) else []
    return {
        "rotations": [{"id": str(pk), "name": name, "order": float(number), "periods": rows} for number, (pk, name, rows) in enumerate(listed, 1)]
    }


def of_escalation(policy: EscalationPolicy) -> Json:
    """A policy as an escalation. Steps that write to an address have no likeness and are left out."""
    return {
        "id": str(policy.pk), "name": policy.name, "description": policy.description, "ownerTeam": {"id": str(policy.team_id), "name": policy.team.name},
        "rules": [_rule(step) for step in policy.steps.all() if step.target in TARGETS],
        "repeat": {
            "waitInterval": policy.repeat_after, "count": policy.repeat_count, "resetRecipientStates": policy.is_reopening,
            "closeAlertAfterAll": policy.is_closing,
        },
    }  # fmt: skip


def _rule(step: EscalationStep) -> Json:
    kind, notify = TARGETS[step.target]
    named: Any = step.schedule or step.user or step.team or step.next_policy
    recipient = {"type": kind, "id": str(named.pk), "name": named.email if kind == "user" else named.name}
    if kind == "user":
        recipient["username"] = named.email
    delay = {"timeAmount": step.delay_minutes, "timeUnit": "minutes"}
    return {"condition": CONDITIONS[step.condition], "notifyType": notify, "delay": delay, "recipient": recipient}


def of_team(team: Team, *, with_members: bool) -> Json:
    """A team; whoever leads it is its admin."""
    told: Json = {"id": str(team.pk), "name": team.name, "description": ""}
    if with_members:
        rows = team.memberships.filter(user__is_active=True).select_related("user").order_by("user__name")
        told["members"] = [{"user": {"id": str(row.user_id), "username": row.user.email}, "role": "admin" if row.is_lead else "user"} for row in rows]
    return told


def of_user(user: User) -> Json:
    """A user."""
    return {
        "id": str(user.pk), "username": user.email, "fullName": user.name, "timeZone": user.time_zone, "blocked": not user.is_active, "verified": True,
        "role": {"id": "Admin" if user.is_superuser else "User", "name": "Admin" if user.is_superuser else "User"},
    }  # fmt: skip
