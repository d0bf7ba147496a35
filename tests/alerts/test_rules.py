"""Rules of integrations: which decides, what it makes of an event, and where it stands afterwards (ALR-05)."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from alerts import ruling
from alerts.actions import intake, integration_rules, integrations
from alerts.models import Alert, InboxRow, Integration, IntegrationRule
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event
from common import errors
from journal.models import Entry
from services.models import Service

HTMX = {"HX-Request": "true"}
DISK = {
    "type": "match-all-conditions",
    "conditions": [{"field": "message", "operation": "contains", "expectedValue": "disk", "not": False, "key": ""}],
}
FIRING = Event(OPEN, "a", "Disk full", entity="db1", tags=("x",), details={"region": "oslo"}, priority="high")
RECOVERY = Event(CLOSE, "a", "Disk full", entity="db1")


def rule(action: str, conditions: Any = None, reported: str = "any", name: str = "", **values: str) -> ruling.Rule:
    return ruling.Rule(name or action, action, reported, conditions or {}, values)


def after(event: Event, *known: ruling.Rule) -> list[tuple[str, str]]:
    return [(one.kind, one.alias) for one in ruling.decide(event, ruling.ordered(known), "Checks", 2).events]


NOT_DISK = {"type": "match-all-conditions", "conditions": [{**DISK["conditions"][0], "not": True}]}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("event", "known", "expected"),
    [
        (FIRING, (), [(OPEN, "a")]),
        (FIRING, (rule("ignore", NOT_DISK),), [(OPEN, "a")]),
        (FIRING, (rule("ignore", DISK),), []),
        (FIRING, (rule("close"), rule("create"), rule("ignore")), []),  # Ignore comes first, wherever it stands
        (FIRING, (rule("note"), rule("acknowledge"), rule("close"), rule("create", alias="b")), [(OPEN, "b")]),
        (FIRING, (rule("note"), rule("acknowledge"), rule("close")), [(CLOSE, "a")]),
        (FIRING, (rule("note"), rule("acknowledge")), [(ACKNOWLEDGE, "a")]),
        (FIRING, (rule("note", note="Seen on {{entity}}"),), [("note", "a")]),
        (RECOVERY, (rule("create", reported="problem"),), [(CLOSE, "a")]),
        (RECOVERY, (rule("create", reported="recovery"),), [(OPEN, "a")]),
        (RECOVERY, (rule("close", reported="recovery", alias="{{entity}}", note="Over"),), [("note", "db1"), (CLOSE, "db1")]),
        (FIRING, (rule("create", alias="{{entity}}/{{details.region}}"),), [(OPEN, "db1/oslo")]),
        (FIRING, (rule("create", alias="{{source}}"),), [(OPEN, "a")]),  # an empty alias is none
    ],
)
def test_one_rule_decides(event: Event, known: tuple[ruling.Rule, ...], expected: list[tuple[str, str]]) -> None:
    assert after(event, *known) == expected


def test_within_an_action_the_position_decides_and_values_are_written_over() -> None:
    first = rule("create", DISK, message="{{entity}}: {{message}}", priority="P1", tags="hot, {{details.region}}", service="Orders", name="One")
    (made,) = ruling.decide(FIRING, ruling.ordered([first, rule("create", name="Two", message="Other")]), "Checks", 2).events
    assert (made.message, made.priority, made.tags, made.services) == ("db1: Disk full", "P1", ("x", "hot", "oslo"), ("Orders",))
    assert made.extra == {"rule": "One"}


def test_the_trace_names_each_rule_that_was_asked() -> None:
    known = ruling.ordered([rule("ignore", NOT_DISK), rule("create", reported="recovery"), rule("close", DISK), rule("note")])
    tried = ruling.explain(FIRING, known, "Checks", 2)
    assert [(one.rule.action, one.fits, one.is_other_report) for one in tried] == [
        ("ignore", False, False),
        ("create", False, True),
        ("close", True, False),
    ]
    assert tried[0].told[0].given == "Disk full"


def test_commands_of_other_apis_are_what_they_say() -> None:
    command = Event("acknowledge", "a", "", extra={"by": "alias", "ident": "a"})
    assert after(command, rule("ignore")) == [("acknowledge", "a")]


@pytest.fixture
def one(house: None) -> Integration:
    return integrations.create(actor=None, name="Checks", adapter="generic", incident_from_priority=None)


def send(integration: Integration, *bodies: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM alerts_inbox")
        for body in bodies:
            cursor.execute("INSERT INTO alerts_inbox (integration_id, body) VALUES (%s, %s)", [integration.pk, orjson.dumps(body)])
    intake.process_inbox()
    return [row.outcome or {} for row in InboxRow.objects.order_by("id")]


def test_rules_are_applied_and_their_trace_is_kept(one: Integration, django_assert_max_num_queries: Callable[..., Any]) -> None:
    integration_rules.add(
        one,
        actor=None,
        values={"name": "No tests", "action": "ignore", "conditions": [{"field": "tags", "operation": "contains", "expectedValue": "test"}]},
    )
    integration_rules.add(
        one, actor=None, values={"name": "Disks", "action": "create", "reported": "problem", "conditions": DISK, "values": {"priority": "P1"}}
    )
    told = send(one, {"alias": "a", "title": "Disk full"}, {"alias": "b", "title": "Disk full", "tags": ["test"]}, {"alias": "c", "title": "CPU"})
    assert [one.get("rules") for one in told] == [
        [{"rule": "Disks", "what": "create", "alias": "a"}], [{"rule": "No tests", "what": "ignore", "alias": "b"}], None,
    ]  # fmt: skip
    assert dict(Alert.objects.values_list("alias", "priority")) == {"a": 1, "c": 3}
    assert [(kept["stage"], kept["rule"]) for kept in Alert.objects.get(alias="a").decisions] == [("rule", "Disks"), ("routing", "")]
    send(one, {"alias": "a", "title": "Disk full", "status": "resolved"})
    assert Alert.objects.get(alias="a").status == "closed"


def test_close_acknowledge_and_note_reach_the_open_alert(one: Integration) -> None:
    when = {"field": "message", "operation": "starts-with", "not": False, "key": ""}
    for action, word in (("close", "over"), ("acknowledge", "taken"), ("note", "said")):
        values = {"alias": "{{entity}}", "note": "By {{source}}"}
        integration_rules.add(
            one, actor=None, values={"name": action, "action": action, "conditions": [{**when, "expectedValue": word}], "values": values}
        )
    send(
        one,
        {"alias": "db1", "title": "Down"},
        {"alias": "x", "entity": "db1", "title": "taken", "source": "bot"},
        {"entity": "db1", "title": "said it", "source": "bot"},
    )
    alert = Alert.objects.get()
    assert (alert.alias, alert.status) == ("db1", "acknowledged")
    assert Entry.objects.filter(event="alert.noted", subject_id=alert.pk).count() == 2
    send(one, {"entity": "db1", "title": "over", "source": "bot"})
    assert Alert.objects.get().status == "closed"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"), ({"action": "explode"}, "action"), ({"reported": "maybe"}, "reported"),
        ({"values": {"message": "x"}, "action": "ignore"}, "values.message"),
        ({"values": {"message": "{{nonsense}}"}}, "values.message"),
        ({"values": {"message": "{{message}} on {{entity"}}, "values.message"),
        ({"values": {"priority": "banana"}}, "values.priority"), ({"values": {"service": "nobody's"}}, "values.service"),
        ({"conditions": [{"field": "nonsense"}]}, "conditions.0.field"), ({"values": 3}, "values"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_refused_by_its_field(one: Integration, values: dict[str, Any], field: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        integration_rules.add(one, actor=None, values={"name": "A", "action": "create", **values})
    assert refused.value.field == field
    assert not IntegrationRule.objects.exists()


def test_rules_are_made_changed_moved_tried_and_removed_on_the_page(
    sign_in: Callable[[User], Client], admin: User, agent: User, one: Integration
) -> None:
    client, root = sign_in(admin), f"/alerts/integrations/{one.pk}/"
    said = {"name": "Disks", "reported": "problem", "action": "create", "set_priority": "P1", "set_note": "not kept", "is_enabled": "on",
            "conditions-type": "match-all-conditions", "conditions-field": "message", "conditions-key": "", "conditions-not": "", "conditions-operation": "contains",
            "conditions-expectedValue": "disk"}  # fmt: skip
    assert client.get(f"{root}rules/add/", headers=HTMX).status_code == 200
    assert client.post(f"{root}rules/add/", {**said, "set_message": "{{nonsense}}"}, headers=HTMX).status_code == 422
    assert client.post(f"{root}rules/add/", said, headers=HTMX).status_code == 204
    client.post(f"{root}rules/add/", {**said, "name": "Second"}, headers=HTMX)
    first, second = IntegrationRule.objects.order_by("position")
    assert first.values == {"priority": "P1"}
    tried = client.post(f"{root}try/", {"payload": '{"title": "Disk full"}'}, headers=HTMX).content.decode()
    assert "decides" in tried and "Message contains" in tried and "P1" in tried
    client.post(f"{root}rules/{second.pk}/up/", headers=HTMX)
    assert [row.name for row in IntegrationRule.objects.order_by("position")] == ["Second", "Disks"]
    client.post(f"{root}rules/add/", {**said, "name": "Third"}, headers=HTMX)
    assert client.post(f"{root}rules/{second.pk}/move/", {"by": "2"}, headers=HTMX).status_code == 204  # dropped on the last place
    assert [row.name for row in IntegrationRule.objects.order_by("position")] == ["Disks", "Third", "Second"]
    for wrong in ("", "x", "1.5", "99999"):
        assert client.post(f"{root}rules/{second.pk}/move/", {"by": wrong}, headers=HTMX).status_code == 422
    client.post(f"{root}rules/{IntegrationRule.objects.get(name='Third').pk}/remove/", headers=HTMX)
    assert client.post(f"{root}rules/{first.pk}/", {**said, "action": "ignore"}, headers=HTMX).status_code == 204
    assert "Ignore it" in client.get(root, headers=HTMX).content.decode()
    client.post(f"{root}rules/{first.pk}/remove/", headers=HTMX)
    assert IntegrationRule.objects.count() == 1
    assert sign_in(agent).post(f"{root}rules/{second.pk}/remove/", headers=HTMX).status_code == 403
    assert Entry.objects.filter(event="integration.rules_changed").count() == 8


def test_words_of_rules_are_those_that_are_known(one: Integration, service: Service) -> None:
    """A word of the integration's own map, a service by any of its names, and whatever the alert says."""
    one.priority_map = {"banana": "P2"}
    integrations.change(one, actor=None, fields=["priority_map"])
    for values in (
        {"priority": "banana", "service": service.name},
        {"priority": "p1"},
        {"priority": "{{details.level}}", "service": "{{details.app}}"},
    ):
        integration_rules.add(one, actor=None, values={"name": "A", "action": "create", "values": values})
    assert IntegrationRule.objects.count() == 3


def test_an_alert_for_which_nobody_can_be_called_says_so(one: Integration, service: Service) -> None:
    send(one, {"alias": "a", "title": "Down"}, {"alias": "b", "title": "Down", "service": service.slug})
    said = {alert.alias: [line["what"] for line in alert.decisions if line["stage"] == "routing"] for alert in Alert.objects.all()}
    assert said == {"a": ["no service, no team and no responder: nobody is called"], "b": []}
