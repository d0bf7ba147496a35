"""Opsgenie's addresses below /v2/: thin adapters that call the same actions as the rest of the product."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Team, User
from accounts.validators import known_zone
from common import clock, errors
from oncall import queries, rota
from oncall.actions import cover, policies, schedules
from oncall.models import EscalationPolicy, Override, Rotation, Schedule
from oncall.opsgenie import parsing, wire
from oncall.opsgenie.envelope import Answer, Call

UNITS = {"days": 1, "weeks": 7, "months": 30}
LONGEST = 100  # days of a timeline
PAGE, MOST = 20, 100


def _found(rows: QuerySet[Any], ident: str, kind: str, *, what: str, names: tuple[str, ...]) -> Any:
    """A record by id (or by its short name) or by name. Raises Http404 in Opsgenie's words."""
    found = None
    if kind != "name" and ident.isascii() and ident.isdecimal() and len(ident) < 18:
        found = rows.filter(pk=int(ident)).first()
    for name in names if found is None else ():
        found = found or rows.filter(**{f"{name}__iexact": ident}).first()
    if found is None:
        raise Http404(f"No {what} exists with {'name' if kind == 'name' else 'id'} [{ident}]")
    return found


def _schedule(call: Call, ident: str) -> Schedule:
    kind = call.query.get("scheduleIdentifierType") or call.query.get("identifierType") or "id"
    rows = queries.schedules_for(call.user).prefetch_related("rotations__turns__user", "rotations__turns__team", "rotations__restrictions")
    found: Schedule = _found(rows, ident, kind, what="schedule", names=("name", "slug"))
    return found


def _page(call: Call, rows: QuerySet[Any]) -> list[Any]:
    def number(name: str, fallback: int) -> int:
        text = call.query.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else fallback

    first = number("offset", 0)
    return list(rows[first : first + min(number("limit", PAGE), MOST)])


# ---------------------------------------------------------------- who is on call


def _people(participants: Any) -> list[Any]:
    """The people and teams behind participants of the rota."""
    users = User.objects.filter(pk__in=[one.id for one in participants if one.sort == rota.USER], is_active=True)
    return [*users, *Team.objects.filter(pk__in=[one.id for one in participants if one.sort == rota.TEAM])]


def _at(call: Call) -> datetime:
    given = call.query.get("date")
    return parsing.instant(given.replace(" ", "+"), "date") if given else clock.now()  # a + that was not escaped arrives as a space


def on_calls(call: Call, ident: str) -> Answer:
    """Who is on call in a schedule."""
    schedule, at = _schedule(call, ident), _at(call)
    people = _people(rota.people_at(queries.stored(schedule, at, at + rota.MOMENT), at))
    return Answer(wire.on_calls(schedule, people, is_flat=call.query.get("flat") == "true"))


def all_on_calls(call: Call) -> Answer:
    """Who is on call in every schedule."""
    at, rows = _at(call), list(queries.schedules_for(call.user))
    stored = queries.stored_all(rows, at, at + rota.MOMENT)
    is_flat = call.query.get("flat") == "true"
    return Answer([wire.on_calls(one, _people(rota.people_at(stored[one.pk], at)), is_flat=is_flat) for one in rows])


def next_on_calls(call: Call, ident: str) -> Answer:
    """Who is on call next in a schedule."""
    schedule, at = _schedule(call, ident), _at(call)
    following = rota.next_on_call(queries.stored(schedule, at, at + rota.HORIZON), at)
    people = _people(following.people) if following is not None else []
    return Answer(wire.next_on_calls(schedule, people, is_flat=call.query.get("flat") == "true"))


# ---------------------------------------------------------------- schedules


def list_schedules(call: Call) -> Answer:
    """Every schedule; with its rotations for expand=rotation."""
    with_rotations = "rotation" in call.query.get("expand", "")
    rows = queries.schedules_for(call.user).prefetch_related("rotations__turns__user", "rotations__turns__team", "rotations__restrictions")
    expandable = {} if with_rotations else {"expandable": ["rotation"]}
    return Answer([wire.of_schedule(one, with_rotations=with_rotations) for one in rows], more=expandable)


def get_schedule(call: Call, ident: str) -> Answer:
    """One schedule with its rotations."""
    return Answer(wire.of_schedule(_schedule(call, ident)))


def _named(schedule: Schedule) -> dict[str, Any]:
    return {"id": str(schedule.pk), "name": schedule.name, "enabled": schedule.is_enabled}


def create_schedule(call: Call) -> Answer:
    """Makes a schedule of a team with its rotations."""
    body = call.body
    team = parsing.team_of(parsing.part(body, "ownerTeam"), "ownerTeam")
    zone = _zone(parsing.text(body, "timezone", "UTC"))
    plans = [parsing.rotation(one, zone, number) for number, one in enumerate(parsing.parts(body, "rotations"), start=1)]
    made = schedules.create(
        actor=call.user, team=team, name=parsing.text(body, "name"), rotations=plans, time_zone=zone, description=parsing.text(body, "description"),
        is_enabled=parsing.flag(body, "enabled", True), combination=rota.TOGETHER,
    )  # fmt: skip
    return Answer(_named(made), 201, {"result": "Created"})


def _zone(name: str) -> str:
    try:
        known_zone(name)
    except Exception as error:  # the validator's own words
        raise errors.Invalid("timezone", "; ".join(getattr(error, "messages", [str(error)]))) from error
    return name


def change_schedule(call: Call, ident: str) -> Answer:
    """Changes what the body names; rotations that it names replace all."""
    schedule, body = _schedule(call, ident), call.body
    columns: dict[str, Any] = {}
    for ours, theirs in (("name", "name"), ("description", "description")):
        if theirs in body:
            columns[ours] = parsing.text(body, theirs)
    if "timezone" in body:
        columns["time_zone"] = _zone(parsing.text(body, "timezone"))
    if "enabled" in body:
        columns["is_enabled"] = parsing.flag(body, "enabled", True)
    if "ownerTeam" in body:
        columns["team"] = parsing.team_of(parsing.part(body, "ownerTeam"), "ownerTeam")
    return Answer(_named(schedules.change(schedule, actor=call.user, **columns)), more={"result": "Updated"})


def delete_schedule(call: Call, ident: str) -> Answer:
    """Deletes a schedule that nothing points at."""
    schedules.delete(_schedule(call, ident), actor=call.user)
    return Answer(more={"result": "Deleted"})


def timeline(call: Call, ident: str) -> Answer:
    """The final timeline of so many days, weeks or months; expand=base,override adds those."""
    schedule, begin = _schedule(call, ident), _at(call)
    unit, text = call.query.get("intervalUnit", "weeks"), call.query.get("interval", "1")
    if unit not in UNITS or not (text.isascii() and text.isdecimal() and len(text) < 4 and 0 < int(text) * UNITS[unit] <= LONGEST):
        raise errors.Invalid("interval", f"Ask for 1 to {LONGEST} days: interval with intervalUnit days, weeks or months.")
    end = begin + timedelta(days=int(text) * UNITS[unit])
    stored = queries.stored(schedule, begin, end)
    participants = {one for row in stored.rotations for one in row.participants} | {one.who for one in stored.overrides}
    who = {rota.Participant(rota.TEAM if isinstance(one, Team) else rota.USER, one.pk): one for one in _people(participants)}
    return Answer(wire.timeline(schedule, stored, begin, end, who, set(call.query.get("expand", "").split(","))))


# ---------------------------------------------------------------- rotations


def _rotation(schedule: Schedule, ident: str) -> Rotation:
    found: Rotation = _found(schedule.rotations.all(), ident, "id", what="rotation", names=("name",))
    return found


def list_rotations(call: Call, ident: str) -> Answer:
    """The rotations of a schedule."""
    schedule = _schedule(call, ident)
    return Answer([wire.of_rotation(one, schedule) for one in schedule.rotations.all()], more={"_parent": wire.parent(schedule)})


def get_rotation(call: Call, ident: str, rotation: str) -> Answer:
    """One rotation."""
    schedule = _schedule(call, ident)
    return Answer({"_parent": wire.parent(schedule), **wire.of_rotation(_rotation(schedule, rotation), schedule)})


def create_rotation(call: Call, ident: str) -> Answer:
    """Adds a rotation."""
    schedule = _schedule(call, ident)
    plan = parsing.rotation(call.body, schedule.time_zone, schedule.rotations.count() + 1)
    made = schedules.add_rotation(schedule, plan, actor=call.user)
    return Answer({"_parent": wire.parent(schedule), "id": str(made.pk), "name": made.name}, 201, {"result": "Created"})


def change_rotation(call: Call, ident: str, rotation: str) -> Answer:
    """Changes what the body names."""
    schedule = _schedule(call, ident)
    row = _rotation(schedule, rotation)
    changed = schedules.change_rotation(row, parsing.rotation(call.body, schedule.time_zone, before=schedules.plan_of(row)), actor=call.user)
    return Answer({"_parent": wire.parent(schedule), "id": str(changed.pk), "name": changed.name}, more={"result": "Updated"})


def delete_rotation(call: Call, ident: str, rotation: str) -> Answer:
    """Removes a rotation."""
    schedules.remove_rotation(_rotation(_schedule(call, ident), rotation), actor=call.user)
    return Answer(more={"result": "Deleted"})


# ---------------------------------------------------------------- overrides


def _override(schedule: Schedule, alias: str) -> Override:
    rows = Override.objects.filter(schedule=schedule, canceled_at__isnull=True).select_related("user", "team", "schedule")
    found: Override = _found(rows, alias, "id", what="override", names=("alias",))
    return found


def list_overrides(call: Call, ident: str) -> Answer:
    """The overrides that are not over."""
    schedule = _schedule(call, ident)
    rows = (
        Override.objects.filter(schedule=schedule, canceled_at__isnull=True, ends_at__gt=clock.now())
        .select_related("user", "team")
        .order_by("starts_at")
    )
    return Answer([wire.of_override(one, schedule) for one in _page(call, rows)], more={"_parent": wire.parent(schedule)})


def get_override(call: Call, ident: str, alias: str) -> Answer:
    """One override by its alias."""
    schedule = _schedule(call, ident)
    return Answer(wire.of_override(_override(schedule, alias), schedule))


def create_override(call: Call, ident: str) -> Answer:
    """Puts somebody on call."""
    schedule = _schedule(call, ident)
    made = _put(call, schedule, parsing.text(call.body, "alias"))
    return Answer({"_parent": wire.parent(schedule), "alias": made.alias or str(made.pk)}, 201, {"result": "Created"})


def _put(call: Call, schedule: Schedule, alias: str) -> Override:
    body = call.body
    rotations = [_rotation(schedule, str(one.get("id") or one.get("name"))).pk for one in parsing.parts(body, "rotations")]
    return cover.add_override(
        schedule, parsing.participant(parsing.part(body, "user"), "user"), parsing.instant(body.get("startDate"), "startDate"),
        parsing.instant(body.get("endDate"), "endDate"), actor=call.user, rotations=rotations, alias=alias[:100],
    )  # fmt: skip


def change_override(call: Call, ident: str, alias: str) -> Answer:
    """Replaces an override: the former one is taken back."""
    schedule = _schedule(call, ident)
    made = cover.replace_override(_override(schedule, alias), lambda: _put(call, schedule, alias), actor=call.user)
    return Answer({"_parent": wire.parent(schedule), "alias": made.alias or str(made.pk)}, more={"result": "Updated"})


def delete_override(call: Call, ident: str, alias: str) -> Answer:
    """Takes an override back."""
    cover.cancel_override(_override(_schedule(call, ident), alias), actor=call.user)
    return Answer(more={"result": "Deleted"})


# ---------------------------------------------------------------- escalations


def _policy(call: Call, ident: str) -> EscalationPolicy:
    rows = queries.policies_for(call.user)
    found: EscalationPolicy = _found(rows, ident, call.query.get("identifierType", "id"), what="escalation", names=("name", "slug"))
    return found


def list_escalations(call: Call) -> Answer:
    """Every escalation policy."""
    return Answer([wire.of_escalation(one) for one in queries.policies_for(call.user)])


def get_escalation(call: Call, ident: str) -> Answer:
    """One escalation policy."""
    return Answer(wire.of_escalation(_policy(call, ident)))


def _values(body: Any) -> dict[str, Any]:
    """The columns of a policy that a body names."""
    found: dict[str, Any] = {name: parsing.text(body, name) for name in ("name", "description") if name in body}
    if "ownerTeam" in body:
        found["team"] = parsing.team_of(parsing.part(body, "ownerTeam"), "ownerTeam")
    repeat = parsing.part(body, "repeat")
    if repeat:
        found |= {
            "repeat_count": parsing.number(repeat, "count", 0), "repeat_after": parsing.number(repeat, "waitInterval", 10) or 10,
            "is_closing": parsing.flag(repeat, "closeAlertAfterAll", False), "is_reopening": parsing.flag(repeat, "resetRecipientStates", False),
        }  # fmt: skip
    return found


def create_escalation(call: Call) -> Answer:
    """Makes an escalation policy."""
    made = policies.save(None, actor=call.user, values=_values(call.body), steps=parsing.steps(call.body))
    return Answer({"id": str(made.pk), "name": made.name}, 201, {"result": "Created"})


def change_escalation(call: Call, ident: str) -> Answer:
    """Changes what the body names; rules that it names replace all."""
    policy = _policy(call, ident)
    kept = [{name: getattr(step, name) for name in policies.STEP_COLUMNS} for step in policy.steps.all()]
    saved = policies.save(policy, actor=call.user, values=_values(call.body), steps=parsing.steps(call.body) if "rules" in call.body else kept)
    return Answer({"id": str(saved.pk), "name": saved.name}, more={"result": "Updated"})


def delete_escalation(call: Call, ident: str) -> Answer:
    """Archives an escalation policy that nothing points at."""
    policies.archive(_policy(call, ident), actor=call.user)
    return Answer(more={"result": "Deleted"})


# ---------------------------------------------------------------- teams and users


def list_teams(call: Call) -> Answer:
    """Every team."""
    return Answer([wire.of_team(one, with_members=False) for one in Team.objects.order_by("name")])


def get_team(call: Call, ident: str) -> Answer:
    """One team with its members."""
    kind = call.query.get("identifierType", "id")
    return Answer(wire.of_team(_found(Team.objects.all(), ident, kind, what="team", names=("name", "slug")), with_members=True))


def list_users(call: Call) -> Answer:
    """The people who may be on call."""
    rows = User.objects.filter(is_active=True, roles__rights__right="oncall.view").distinct().order_by("email")
    return Answer([wire.of_user(one) for one in _page(call, rows)], more={"totalCount": rows.count()})


def get_user(call: Call, ident: str) -> Answer:
    """One of them, by id or username."""
    rows = User.objects.filter(is_active=True, roles__rights__right="oncall.view").distinct()
    return Answer(wire.of_user(_found(rows, ident, "id", what="user", names=("email",))))
