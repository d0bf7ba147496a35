"""How each operation of the authorisation table is called: a body that is small and valid. What stands in its address: see places.py."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from common import clock
from notifications.topics import TOPICS
from tests.house.authorisation.cast import Thing, World
from tests.house.authorisation.routes import Operation
from tickets.priority import DEFAULT_MATRIX

Body = Callable[[World, Thing], dict[str, Any]]
POINT = "BI5TO2-gv3tGJbswZnwB-2B--fi4qA_vWzAGKHAxh7Kjc-sdveAzGDZtBp-DpvWQAFPHNjPLBBshxV4ahsH0ALQ"  # a public key of P-256
NOTHING: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Case:
    """One way to call an operation. state: of the ticket before. names_ticket: the ticket stands in the body. query: as in an address."""

    name: str = ""
    body: Body = lambda _world, _thing: {}
    state: str = "open"
    values: Callable[[World, Thing], dict[str, Any]] = lambda _world, _thing: {}
    names_ticket: bool = False
    query: str = ""


def plain(state: str = "open", **body: Any) -> list[Case]:
    """A body that is always the same."""
    return [Case(body=lambda _world, _thing: dict(body), state=state)]


def made(body: Body, state: str = "open") -> list[Case]:
    """A body that is made of the things there are."""
    return [Case(body=body, state=state)]


def _nine_days_on() -> dict[str, str]:
    """Two days in the far next week, as a form says them."""
    at = clock.now() + timedelta(days=9)
    return {"starts_at": f"{at:%Y-%m-%dT%H:%M}", "ends_at": f"{at + timedelta(days=1):%Y-%m-%dT%H:%M}"}


def _rotation(world: World, _thing: Thing) -> dict[str, Any]:
    """The rotation of the team's schedule."""
    return {"pk": world.more["override"].schedule.rotations.get().pk}


def _of_route(**body: Any) -> list[Case]:
    """The first of two routing rules of the team."""
    return [Case(body=lambda _w, _t: dict(body), values=lambda world, _t: {"pk": world.more["route"].pk, "direction": "down"})]


def _calendar() -> SimpleUploadedFile:
    """A calendar file without a repetition; what it would change is only shown."""
    return SimpleUploadedFile("a.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20300101T080000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")


def part(name: str, **parts: str) -> Case:
    """A call whose address names a part of the ticket: part("internal", comment="note")."""
    return Case(name, values=lambda _world, thing: {parameter: thing.parts[source] for parameter, source in parts.items()})


def _heartbeat(world: World, name: str) -> dict[str, Any]:
    team = world.more["heartbeat"].team_id
    return {"name": name, "team": team, "kind": "interval", "every": "20m", "time_zone": "UTC", "grace": "1m", "alert_priority": "3"}


def _resolution(world: World, _thing: Thing) -> dict[str, Any]:
    return {"resolution": "fixed", "category": world.more["category"].pk}


def _form_resolution(world: World, thing: Thing) -> dict[str, Any]:
    return {"key": thing.parts["key"], "resolution": world.more["fixed"].pk, "category": world.more["category"].pk}


def _handover(world: World, _thing: Thing) -> dict[str, Any]:
    return {"to_team": "payments", "level": 2, "symptom": "slow", "tried": "restart", "evidence": "log"}


def _version(_world: World, thing: Thing) -> dict[str, Any]:
    return {"version": thing.ticket.version}


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("more.txt", b"more")


def _bulk() -> list[Case]:
    """Every field that the menus change, then a look at the menu."""

    def one(field: str, value: Callable[[World], Any]) -> Case:
        return Case(
            field, lambda world, thing: {"key": thing.parts["key"], field: value(world)}, values=lambda _w, _t: {"field": field}, names_ticket=True
        )

    return [
        one("assignee", lambda _world: "agent@example.com"), one("team", lambda _world: "payments"), one("service", lambda _world: "none"),
        one("category", lambda world: world.more["other category"].pk), one("urgency", lambda _world: "1"), one("impact", lambda _world: "1"),
        one("status", lambda _world: "start"),
    ]  # fmt: skip


def _moves() -> list[Case]:
    """Every verb of the workflow as its form sends it."""
    given: dict[str, tuple[str, Body]] = {
        "triage": ("open", lambda _world, thing: {"key": thing.parts["key"]}),
        "start": ("open", lambda _world, thing: {"key": thing.parts["key"]}),
        "hold": ("open", lambda world, thing: {"key": thing.parts["key"], "hold_reason": world.more["vendor"].pk}),
        "monitor": ("working", lambda _world, thing: {"key": thing.parts["key"]}),
        "resolve": ("open", _form_resolution),
        "close": ("resolved", lambda _world, thing: {"key": thing.parts["key"]}),
        "reopen": ("resolved", lambda _world, thing: {"key": thing.parts["key"]}),
        "cancel": ("open", lambda _world, thing: {"key": thing.parts["key"], "reason": "A mistake"}),
    }

    def values(verb: str) -> Body:
        return lambda _world, _thing: {"verb": verb}

    return [Case(verb, body, state, values(verb), names_ticket=True) for verb, (state, body) in given.items()]


def _verbs(verbs: dict[str, str], parameter: str) -> list[Case]:
    """One case for each verb of an address; the verb's value names the part or the alert it is for."""

    def values(verb: str, source: str) -> Body:
        def found(world: World, thing: Thing) -> dict[str, Any]:
            what = world.more[f"alert {source}"].number if parameter == "number" else thing.parts[source] if source else None
            return {"verb": verb, **({parameter: what} if what is not None else {})}

        return found

    return [Case(verb, values=values(verb, source)) for verb, source in verbs.items()]


TASK_VERBS = {"finish": "task", "reopen": "done", "up": "last", "down": "task", "remove": "task"}


def _window() -> dict[str, str]:
    """Work that is planned far ahead."""
    wall = {"name": "Upgrade", "starts_at": "2030-01-01T00:00", "ends_at": "2030-01-01T01:00", "time_zone": "UTC", "mode": "quiet"}
    return {**wall, "conditions-type": "match-all"}


ALERT_VERBS = {
    "acknowledge": "free",
    "unacknowledge": "acknowledged",
    "close": "free",
    "reopen": "free",
    "open-incident": "free",
    "release": "free",
    "not-noise": "free",
    "detach": "attached",
    "take": "free",
    "escalate": "free",
}


def _alert(source: str, body: Body = lambda _world, _thing: {}) -> list[Case]:
    return [Case(body=body, values=lambda world, _thing: {"number": world.more[f"alert {source}"].number})]


def _soon(_world: World, _thing: Thing) -> dict[str, Any]:
    return {"until": (clock.now() + timedelta(hours=1)).isoformat()}


FILES = [part("public", attachment="attachment"), part("internal", attachment="plan")]
COMMENTS = [
    Case("public", values=lambda _w, t: {"pk": t.parts["comment"], "comment": t.parts["comment"]}),
    Case("internal", values=lambda _w, t: {"pk": t.parts["note"], "comment": t.parts["note"]}),
]
LATER = "2020-01-01T00:00:00Z"
CASES: dict[tuple[str, str], list[Case]] = {
    ("tickets:bulk", "GET"): _bulk()[:1],
    ("tickets:bulk", "POST"): _bulk(),
    ("tickets:transition", "GET"): _moves()[4:5],
    ("tickets:transition", "POST"): _moves(),
    ("tickets:act_on_queue", "POST"): _verbs({"star": "", "unstar": "", "raise": "", "delete": ""}, "slug"),
    ("tickets:export_queue", "GET"): [Case(name, values=lambda _w, _t, name=name: {"extension": name}) for name in ("csv", "json")],  # type: ignore[misc]
    ("tickets:new_queue", "POST"): [
        Case(name, body=lambda world, _t, name=name: {  # type: ignore[misc]
            "name": "Mine", "query": "", "visibility": name, "team": world.teams["payments"].pk if name == "team" else "", "sort": "work",
            "view": "table", "columns": ["status"]})
        for name in ("personal", "team", "shared")
    ],
    ("tickets:edit_queue", "POST"): plain(name="Other", query="", visibility="personal", sort="work", view="table", columns=["status"]),
    ("tickets:why", "POST"): made(lambda world, thing: {"priority": "1", "reason": "The board", **_version(world, thing)}),
    ("tickets:board_move", "POST"): [Case(body=lambda _w, thing: {"key": thing.parts["key"], "lane": "in-progress"}, names_ticket=True)],
    ("tickets:return_priority", "POST"): plain("working"),
    ("incident-return-priority", "POST"): plain("working"),
    ("tickets:matrix", "POST"): plain(**{f"cell_{impact}_{urgency}": "2" for impact, urgency in DEFAULT_MATRIX}, save="1"),
    ("tickets:suggest_impact", "POST"): plain(users="900", take="1"),
    ("tickets:edit", "POST"): made(lambda world, thing: {"summary": "Another", **_version(world, thing)}),
    ("tickets:comment", "POST"): [
        Case("internal", lambda _w, _t: {"body": "A note", "audience": "internal"}), Case("public", lambda _w, _t: {"body": "A reply", "audience": "public"}),
    ],
    ("tickets:edit_comment", "GET"): COMMENTS,
    ("tickets:edit_comment", "POST"): [replace(one, body=lambda _w, _t: {"body": "Reworded", "seen": ""}) for one in COMMENTS],
    ("tickets:comment_history", "GET"): COMMENTS,
    ("tickets:mark_entry", "POST"): [
        Case(verb, values=lambda _w, thing, verb=verb: {"verb": verb, "entry": thing.parts["entry"]})  # type: ignore[misc]
        for verb in ("pin", "unpin", "hide", "show")
    ],
    ("incident-edit-comment", "POST"): [
        Case(name, lambda _w, thing, source=source: {"comment": thing.parts[source], "body": "Reworded"})  # type: ignore[misc]
        for name, source in (("public", "comment"), ("internal", "note"))
    ],
    ("incident-comment-history", "GET"): COMMENTS,
    ("tickets:here", "POST"): made(lambda _w, _t: {"page": "page1", "state": "viewing"}),
    ("tickets:link", "POST"): made(lambda _world, thing: {"relation": "causes", "target": thing.parts["hub"]}),
    ("tickets:merge", "POST"): made(lambda _world, thing: {"target": thing.parts["hub"]}),
    ("tickets:escalate", "POST"): made(lambda world, thing: {**_handover(world, thing), "to_team": world.teams["payments"].pk}),
    ("tickets:admit", "POST"): made(lambda world, thing: {"people": [], "teams": [], **_version(world, thing)}),
    ("tickets:custom", "POST"): made(lambda world, thing: {"custom.region": "North", **_version(world, thing)}),
    ("tickets:labels", "POST"): made(lambda world, thing: {"labels": ["vpn"], **_version(world, thing)}),
    ("tickets:services", "POST"): made(lambda world, thing: {"services": [], **_version(world, thing)}),
    ("tickets:add_task", "POST"): plain(text="Ask the vendor"),
    ("tickets:change_task", "POST"): plain(text="Ask the other vendor"),
    ("tickets:act_on_task", "POST"): _verbs(TASK_VERBS, "pk"),
    ("tickets:download", "GET"): FILES,
    ("tickets:picture", "GET"): [part("internal", attachment="sketch"), part("no picture", attachment="plan")],
    ("tickets:reporter_download", "GET"): FILES,
    ("tickets:reporter_reply", "POST"): plain(body="It still fails"),
    ("tickets:reporter_confirm", "POST"): plain("resolved"),
    ("tickets:reporter_reject", "POST"): plain("resolved", reason="It still fails"),
    ("incidents:create", "POST"): plain(summary="A call", channel="phone", urgency="3", impact=""),
    ("incidents:split", "POST"): [
        Case("public", lambda _w, _t: {"summary": "Apart"}), Case("internal", lambda _w, _t: {"summary": "Apart"}, values=lambda _w, t: {"comment": t.parts["note"]}),
    ],
    ("incidents:decide_similar", "POST"): _verbs({"accept": "", "refuse": "", "undo": ""}, "key"),
    ("incidents:retime", "POST"): made(lambda world, thing: {"reported_at": "2020-01-01T00:00:00", **_version(world, thing)}),
    ("alerts:bulk", "POST"): [
        Case(verb, lambda world, _t: {"key": world.more["alert free"].number}, values=lambda _w, _t, verb=verb: {"verb": verb})  # type: ignore[misc]
        for verb in ("acknowledge", "close", "reopen", "take", "unacknowledge", "delete")
    ],
    ("alerts:act_on_group", "POST"): _verbs({"acknowledge": "", "close": ""}, "group"),
    ("alerts:act_on_proposal", "POST"): _verbs({"accept": "", "dismiss": "", "restore": ""}, "pk"),
    ("alert-group-add", "POST"): made(lambda world, _t: {"alerts": [world.more["alert free"].number]}),
    ("alert-group-remove", "POST"): made(lambda world, _t: {"alerts": [world.more["grouped"].number]}),
    ("alerts:act", "POST"): _verbs(ALERT_VERBS, "number"),
    ("alerts:call_noise", "POST"): plain(reason="itself"),
    ("alerts:owner", "POST"): plain(owner="agent@example.com"),
    ("alerts:owner_of_many", "POST"): made(lambda world, _t: {"key": world.more["alert free"].number, "owner": "agent@example.com"}),
    ("alerts:snooze", "POST"): plain(hours="4"),
    ("alerts:create", "POST"): plain(message="Down", priority="3"),
    ("alerts:change", "POST"): plain(message="Down", priority="3"),
    ("alerts:many", "POST"): plain(priority="1"),
    ("alerts:respond", "POST"): made(lambda world, _t: {"to": f"team:{world.teams['payments'].pk}"}),
    ("alerts:note", "POST"): plain(note="Seen"),
    ("services:declare_down", "POST"): plain(hours="4"),
    ("alerts:connect_tool", "POST"): plain(name="Zabbix, Oslo"),
    ("alerts:change_integration", "POST"): plain(name="Prometheus, Oslo", adapter="generic", reach="own", incident_from_priority="1"),
    ("alerts:rotate_integration", "POST"): plain(hours="24"),
    ("alerts:sign_integration", "POST"): plain(secret="sesame-sesame-sesame"),
    ("alerts:try_integration", "POST"): plain(payload="{}"),
    ("alerts:map_integration", "POST"): plain(payload="{}", map_message="text"),
    ("alerts:add_rule", "POST"): plain(name="Any", reported="any", action="ignore"),
    ("alerts:change_rule", "POST"): plain(name="Any", reported="any", action="ignore"),
    ("alerts:act_on_rule", "POST"): _verbs({"up": "", "remove": ""}, "pk"),
    ("alerts:new_alert_rule", "POST"): plain(**{"minutes": "60", "zone": "UTC", "conditions-type": "match-all"}),
    ("alerts:alert_rule", "POST"): plain(**{"minutes": "60", "zone": "UTC", "conditions-type": "match-all"}),
    ("alerts:try_rules", "POST"): plain(text='{"message": "Down"}'),
    ("alerts:act_on_alert_rule", "POST"): _verbs({"up": "", "off": "", "remove": ""}, "pk"),
    ("alerts:new_maintenance", "POST"): made(lambda _w, _t: _window()),
    ("alerts:maintenance", "POST"): made(lambda _w, _t: _window()),
    ("alerts:act_on_maintenance", "POST"): _verbs({"end": "", "remove": ""}, "pk"),
    ("alerts:new_lookup_table", "POST"): plain(name="Racks", text="host,rack\na,1\n"),
    ("alerts:lookup_table", "POST"): plain(name="Hosts", text="host,rack\na,1\n"),
    ("alerts:act_on_integration", "POST"): _verbs(
        dict.fromkeys(("enable", "disable", "test", "end-former-key", "end-former-secret", "unsign"), ""), "pk"
    ),
    ("alerts:new_heartbeat", "POST"): made(lambda world, _t: _heartbeat(world, "nightly")),
    ("alerts:change_heartbeat", "POST"): made(lambda world, _t: _heartbeat(world, world.more["heartbeat"].name)),
    **{(f"{name}:heartbeats", "POST"): plain(name="nightly") for name in ("alerts_opsgenie", "jsm_alerts")},
    ("alerts:call", "POST"): plain(team="payments", message="Down", priority="1"),
    ("alerts:new_search", "POST"): plain(name="Urgent", query="priority: P1", visibility="shared"),
    ("alerts:search", "POST"): plain(name="Theirs", query="priority: P2", visibility="shared"),
    ("alerts:attach", "POST"): [Case("to a ticket", lambda _w, thing: {"incident": thing.parts["key"]}, names_ticket=True)],
    ("oncall:override", "POST"): made(lambda _w, _t: {"schedule": "payments-primary", "user": "agent@example.com", **_nine_days_on()}),
    ("schedule-override", "POST"): made(lambda _w, _t: {"user": "agent@example.com", **_nine_days_on()}),
    ("schedule-cancel-override", "POST"): [Case(values=lambda world, _t: {"override_id": world.more["override"].pk})],
    ("oncall:cancel", "POST"): [Case(values=lambda world, _t: {"pk": world.more["override"].pk})],
    ("oncall:ask", "POST"): made(lambda _w, _t: {"schedule": "payments-primary", **_nine_days_on()}),
    ("oncall:note", "POST"): plain(body="Node 3 is slow."),
    ("oncall:add_routing_rule", "POST"): plain(time_zone="UTC", name="Everything"),
    ("oncall:routing_rule", "GET"): _of_route(),
    ("oncall:routing_rule", "POST"): _of_route(time_zone="UTC", name="Everything"),
    ("oncall:remove_routing_rule", "POST"): _of_route(),
    ("oncall:move_routing_rule", "GET"): _of_route(),
    ("oncall:move_routing_rule", "POST"): _of_route(),
    ("oncall:away", "POST"): made(lambda _w, _t: {"file": _calendar()}),
    ("oncall:calendar", "POST"): made(lambda _w, _t: {"file": _calendar()}),
    ("oncall:rotation", "GET"): [Case(values=_rotation)],
    ("oncall:rotation", "POST"): [Case(values=_rotation)],
    ("oncall:remove_rotation", "POST"): [Case(values=_rotation)],
    ("oncall:subscribe", "POST"): plain(schedule="payments-primary"),
    ("oncall:answer", "POST"): [
        Case(verb, values=lambda world, _t, verb=verb: {"pk": world.more["cover"].pk, "verb": verb})  # type: ignore[misc]
        for verb in ("accept", "decline", "withdraw")
    ],
    ("accounts:profile", "POST"): plain(name="Renamed", time_zone="UTC", theme="dark", avatar_hue="2"),
    ("notifications:add_contact", "POST"): plain(channel="teams", address="https://example.com/hook"),
    ("notifications:add_browser", "POST"): plain(endpoint="https://push.example.com/x", p256dh=POINT, auth="MDEyMzQ1Njc4OWFiY2RlZg"),
    ("notifications:add_rule", "POST"): made(lambda world, _thing: {"event": "page", "urgency": "default", "delay": "0", "contact": world.more["contact customer"].pk}),
    ("contact-method-list", "POST"): plain(channel="teams", address="https://example.com/hook"),
    ("contact-method-detail", "PATCH"): plain(name="Work phone"),
    ("contact-method-verify", "POST"): plain(code="123456"),
    ("personal-rule-list", "POST"): made(lambda world, _thing: {"event": "page", "urgency": "default", "contact": world.more["contact customer"].pk}),
    ("personal-rule-detail", "PUT"): made(lambda world, _thing: {"event": "page", "contact": world.more["contact customer"].pk}),
    ("personal-rule-quiet-hours", "PUT"): plain(from_at="22:00", until_at="07:00"),
    ("notifications:quiet", "POST"): plain(from_at="22:00", until_at="07:00"),
    ("accounts:theme", "POST"): plain(theme="dark"),
    ("accounts:create_token", "POST"): plain(name="Sync", scope="read", days="30"),
    ("accounts:password_reset", "POST"): plain(email="customer@example.com"),
    ("accounts:login", "POST"): plain(username="customer@example.com", password="wrong"),
    ("incident-list", "POST"): [
        Case("for oneself", lambda _w, _t: {"summary": "Printer"}),
        Case("for another", lambda _w, _t: {"summary": "Printer", "reporter": "customer@example.com"}),
        Case("with triage", lambda _w, _t: {"summary": "Printer", "impact": 1, "assignee": "agent@example.com"}),
    ],
    ("incident-detail", "PATCH"): plain(summary="Another"),
    ("incident-add-task", "POST"): plain(text="Ask"),
    ("incident-admit", "POST"): plain(people=[], teams=[]),
    ("incident-assign", "POST"): plain(assignee="agent@example.com"),
    ("incident-attach", "POST"): [
        Case("internal", lambda _w, _t: {"file": _file()}), Case("public", lambda _w, _t: {"file": _file(), "is_internal": "false"}),
    ],
    ("incident-cancel", "POST"): plain(reason="A mistake"),
    ("incident-change-task", "PATCH"): plain(text="Ask again"),
    ("incident-close", "POST"): plain("resolved"),
    ("incident-comment", "POST"): [
        Case("internal", lambda _w, _t: {"body": "A note", "is_internal": True}), Case("public", lambda _w, _t: {"body": "A reply", "is_internal": False}),
    ],
    ("incident-confirm", "POST"): plain("resolved"),
    ("incident-download", "GET"): FILES,
    ("incident-escalate", "POST"): made(_handover),
    ("incident-hold", "POST"): plain(hold_reason="vendor"),
    ("incident-link", "POST"): made(lambda _world, thing: {"relation": "causes", "target": thing.parts["hub"]}),
    ("incident-merge", "POST"): made(lambda _world, thing: {"into": thing.parts["hub"]}),
    ("incident-move-task", "POST"): plain(direction="down"),
    ("incident-override-priority", "POST"): plain(priority=1, reason="The board"),
    ("incident-reject", "POST"): plain("resolved", reason="It still fails"),
    ("incident-reopen", "POST"): plain("resolved"),
    ("incident-reopen-task", "POST"): [part("", task="done")],
    ("incident-resolve", "POST"): made(_resolution),
    ("incident-retime", "POST"): plain(reported_at=LATER),
    ("incident-split", "POST"): made(lambda _world, thing: {"comment": thing.parts["comment"], "summary": "Apart"}),
    ("incident-transition", "POST"): plain(verb="start"),
    ("incident-unlink", "POST"): made(lambda _world, thing: {"link": thing.parts["link"]}),
    ("alert-rule-list", "POST"): made(lambda _w, _t: {"kind": "expiry", "does": {"minutes": 60}}),
    ("alert-rule-detail", "PUT"): made(lambda _w, _t: {"kind": "expiry", "does": {"minutes": 60}}),
    ("alert-rule-move", "POST"): plain(by=1),
    ("maintenance-list", "POST"): made(lambda _w, _t: {"name": "Upgrade", "starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-01-01T01:00:00Z"}),
    ("maintenance-detail", "PUT"): made(lambda _w, _t: {"name": "Upgrade", "starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-01-01T01:00:00Z"}),
    ("alert-list", "POST"): plain(message="Down"),
    ("alert-tag", "POST"): plain(tags=["new"]),
    ("alert-untag", "POST"): plain(tags=["new"]),
    ("alert-add-details", "POST"): plain(details={"a": "b"}),
    ("alert-undetail", "POST"): plain(names=["a"]),
    ("alert-prioritise", "POST"): plain(priority=1),
    ("alert-set-message", "POST"): plain(message="Down"),
    ("alert-set-description", "POST"): plain(description="Down"),
    ("alert-call-noise", "POST"): plain(reason="itself"),
    ("alert-respond", "POST"): plain(type="team", name="payments"),
    ("alert-assign", "POST"): plain(owner="agent@example.com"),
    ("alert-attach", "POST"): [Case("to a ticket", lambda _w, thing: {"incident": thing.parts["key"]}, names_ticket=True)],
    ("alert-detach", "POST"): _alert("attached"),
    ("alert-note", "POST"): plain(note="Seen"),
    ("alert-snooze", "POST"): made(_soon),
    ("alert-unacknowledge", "POST"): _alert("acknowledged"),
    ("notification-preferences", "PUT"): plain(ways={}, digest="hourly"),
    ("notifications:preferences", "POST"): plain(**dict.fromkeys(TOPICS, "app"), digest="hourly"),
    ("token-list", "POST"): plain(name="Sync", scope="read"),
    ("tickets:filter", "GET"): [Case(values=lambda _world, _thing: {"field": "assignee"})],
}  # fmt: skip


def cases_of(operation: Operation) -> list[Case]:
    """How it is called; most need nothing."""
    return CASES.get((operation.name, operation.method), [Case()])
