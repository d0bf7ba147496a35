"""The page of rules and maintenance, and the same over REST."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from alerts.actions import alert_rules
from alerts.models import Alert, AlertRule, LookupTable, Maintenance
from common import clock
from services.models import Service

SignIn = Callable[[User], Client]
CONDITION = {
    "conditions-type": "match-all-conditions", "conditions-field": "message", "conditions-key": "", "conditions-not": "", "conditions-operation": "contains",
    "conditions-expectedValue": "disk", "zone": "UTC",
}  # fmt: skip
FORMS: dict[str, dict[str, Any]] = {
    "policy": {"message": "[{{service}}] {{message}}", "priority": "1", "tags_add": "a, b", "details": "k = v\nl = w"},
    "notification": {"delay_until": "08:00", "delay_weekday": "0", "dedup_count": "3", "restart_minutes": "5", "restart_times": "2", "close_after": "60"},
    "incident": {"summary": "{{message}}", "priority": "2", "impact": "1", "labels": "edge"}, "enrichment": {"field": "message", "pattern": "(?P<host>db-[0-9]+)"},
    "expiry": {"minutes": "60"},
}  # fmt: skip


@pytest.mark.parametrize("kind", FORMS)
def test_a_rule_is_made_changed_and_shown_as_it_was_written(sign_in: SignIn, admin: User, kind: str) -> None:
    client = sign_in(admin)
    answer = client.post(f"/alerts/rules/new/{kind}/", {**CONDITION, **FORMS[kind], "weekdays": ["0"], "from_at": "09:00"})
    assert answer.status_code == 204, answer.content.decode()[-3000:]
    rule = AlertRule.objects.get()
    stored = (rule.does, rule.conditions, rule.times)
    form = client.get(f"/alerts/rules/{rule.pk}/").context["form"]
    again = {name: value for name, value in form.initial.items() if name not in ("conditions", "continues", "responders") and value not in (None, "")}
    assert client.post(f"/alerts/rules/{rule.pk}/", {**CONDITION, **again, "name": "Named"}).status_code == 204
    rule.refresh_from_db()
    assert (rule.name, (rule.does, rule.conditions, rule.times)) == ("Named", stored)
    assert "Named" in client.get(f"/alerts/rules/?kind={kind}").content.decode()


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("policy", {"message": "{{colour}}"}, "message"), ("policy", {"details": "no sign"}, "details"), ("policy", {}, None),
        ("policy", {"priority": "1", "conditions-operation": "matches", "conditions-expectedValue": "("}, "conditions"),
        ("policy", {"priority": "1", "weekdays": ["0"], "zone": "Nowhere/Land"}, "zone"), ("notification", {"restart_minutes": "5"}, None),
        ("notification", {"delay_weekday": "1"}, None), ("enrichment", {"pattern": "(.)", "field": "message"}, "pattern"), ("expiry", {"minutes": "1"}, "minutes"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_field(sign_in: SignIn, admin: User, kind: str, given: dict[str, Any], field: str | None) -> None:
    answer = sign_in(admin).post(f"/alerts/rules/new/{kind}/", {**CONDITION, **given})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field or "__all__"}
    assert not AlertRule.objects.exists()


def test_a_lead_works_on_the_rules_of_the_team_only(sign_in: SignIn, lead: User, team: Team, outsider: User) -> None:
    client = sign_in(lead)
    page = client.get("/alerts/rules/new/policy/").content.decode()
    assert team.name in page and ">Everybody<" not in page
    assert client.post("/alerts/rules/new/policy/", {**CONDITION, **FORMS["policy"]}).status_code == 422
    assert client.post("/alerts/rules/new/policy/", {**CONDITION, **FORMS["policy"], "team": team.pk}).status_code == 204
    everybody = alert_rules.add(actor=None, kind="policy", team=None, values={"does": {"priority": 1}})
    assert client.post(f"/alerts/rules/{everybody.pk}/off/").status_code == 403
    own = AlertRule.objects.get(team=team)
    for verb in ("off", "on", "up", "move", "remove"):
        assert client.post(f"/alerts/rules/{own.pk}/{verb}/", {"by": "-2"}).status_code == 204
    assert client.post(f"/alerts/rules/{everybody.pk}/explode/").status_code == 404
    assert sign_in(outsider).get("/alerts/rules/").status_code in (403, 404)


def test_a_trial_says_rule_by_rule_why(sign_in: SignIn, agent: User, service: Service) -> None:
    disk = [{"field": "message", "operation": "contains", "expectedValue": "disk"}]
    alert_rules.add(actor=None, kind="policy", team=None, values={"name": "First", "conditions": disk, "does": {"priority": 1}, "continues": True})
    alert_rules.add(
        actor=None, kind="policy", team=None, values={"name": "Second", "conditions": disk, "does": {"tags_add": ["x"]}, "is_enabled": False}
    )
    fan = [{"field": "message", "operation": "contains", "expectedValue": "fan"}]
    alert_rules.add(actor=None, kind="policy", team=None, values={"name": "Third", "conditions": fan, "does": {"priority": 5}})
    client = sign_in(agent)
    answer = client.post("/alerts/rules/try/policy/", {"text": '{"message": "Disk full", "service": "wiki", "priority": "P3"}'})
    told = answer.content.decode()
    assert [(one.rule.name, one.state) for one in answer.context["tried"].asked] == [("First", "fits"), ("Second", "off"), ("Third", "not")]
    assert "it says “Disk full”" in told and "P3" in told and "P1" in told
    for wrong in ({"text": "{"}, {"text": "[]"}, {"text": '{"colour": 1}'}, {"text": '{"tags": 1}'}, {"alert": "ALR-1"}, {"alert": "x"}):
        assert client.post("/alerts/rules/try/policy/", wrong).status_code == 422
    now = clock.now()
    Alert.objects.create(number=5, alias="a", message="Disk full", payload={}, service=service, first_occurred_at=now, last_occurred_at=now)
    assert "ALR-5" not in client.post("/alerts/rules/try/policy/", {"alert": "alr-5"}).context["form"].errors
    assert Alert.objects.get().priority == 3


def test_maintenance_and_tables_in_dialogs(sign_in: SignIn, admin: User, service: Service) -> None:
    client, now = sign_in(admin), clock.now()
    wall = {
        "starts_at": f"{now - timedelta(hours=3):%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + timedelta(hours=30):%Y-%m-%dT%H:%M}",
        "time_zone": "UTC",
        "mode": "quiet",
    }
    given = {**wall, "name": "Upgrade", "services": [service.pk], "conditions-type": "match-all"}
    wrong = client.post("/alerts/maintenance/new/", {**given, "often": "own", "recurrence": "EVERY DAY"})
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"recurrence"})
    assert client.post("/alerts/maintenance/new/", given).status_code == 204
    window = Maintenance.objects.get()
    assert client.get(f"/alerts/maintenance/{window.pk}/").status_code == 200
    assert client.post(f"/alerts/maintenance/{window.pk}/", {**given, "name": "Longer"}).status_code == 204
    assert "Longer" in client.get("/alerts/rules/?kind=maintenance").content.decode()
    assert client.post(f"/alerts/maintenance/{window.pk}/end/").status_code == 204
    assert client.post(f"/alerts/maintenance/{window.pk}/remove/").status_code == 204
    assert client.post("/alerts/rules/tables/new/", {"name": "Hosts", "text": "host"}).status_code == 422
    assert client.post("/alerts/rules/tables/new/", {"name": "Hosts", "text": "host,rack\na,1\n"}).status_code == 204
    table = LookupTable.objects.get()
    assert "host → rack (1)" in client.get("/alerts/rules/?kind=enrichment").content.decode()
    assert client.post(f"/alerts/rules/tables/{table.pk}/", {"name": "Hosts", "text": "host,rack\nb,1\n"}).status_code == 204
    assert client.post(f"/alerts/rules/tables/{table.pk}/remove/").status_code == 204
    assert not Maintenance.objects.exists() and not LookupTable.objects.exists()


def test_over_rest(api: Callable[..., APIClient], admin: User, service: Service, team: Team) -> None:
    client = api(admin)
    condition = {"field": "message", "operation": "contains", "expectedValue": "disk"}
    made = client.post("/api/v1/alert-rules/", {"kind": "policy", "conditions": [condition], "does": {"priority": 1}}, format="json")
    assert (made.status_code, made.json()["words"], made.json()["name"]) == (201, "priority P1", "Priority P1")
    where = f"/api/v1/alert-rules/{made.json()['id']}/"
    assert client.get("/api/v1/alert-rules/?kind=policy").json()["results"][0]["id"] == made.json()["id"]
    assert client.put(where, {"kind": "policy", "does": {"priority": 2}, "name": "n"}, format="json").json()["does"] == {"priority": 2}
    assert client.post(f"{where}move/", {"by": 1}, format="json").status_code == 200
    wrong = client.post(
        "/api/v1/alert-rules/", {"kind": "policy", "conditions": [{**condition, "operation": "is"}], "does": {"priority": 1}}, format="json"
    )
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["conditions.0.operation"])
    assert client.delete(where).status_code == 204
    window = {
        "name": "W",
        "services": [service.slug],
        "starts_at": clock.now().isoformat(),
        "ends_at": (clock.now() + timedelta(hours=1)).isoformat(),
    }
    planned = client.post("/api/v1/maintenance/", window, format="json")
    assert (planned.status_code, planned.json()["services"]) == (201, [service.slug])
    where = f"/api/v1/maintenance/{planned.json()['id']}/"
    assert client.put(where, {**window, "name": "X"}, format="json").json()["name"] == "X"
    assert client.post(f"{where}end/", format="json").json()["ended_at"] is not None
    assert client.post(f"{where}end/", format="json").status_code == 409
    assert client.delete(where).status_code == 204


def test_in_the_admin(sign_in: SignIn, admin: User) -> None:
    client = sign_in(admin)
    given = {"kind": "policy", "name": "", "is_enabled": "on", "times": "{}", "does": '{"priority": 2}', "conditions-type": "match-all"}
    wrong = client.post("/admin/alerts/alertrule/add/", {**given, "does": '{"colour": 2}'})
    assert (wrong.status_code, list(wrong.context["adminform"].form.errors)) == (200, ["does"])
    assert client.post("/admin/alerts/alertrule/add/", given).status_code == 302
    rule = AlertRule.objects.get()
    assert (rule.does, rule.name) == ({"priority": 2}, "Priority P2")
    assert client.post(f"/admin/alerts/alertrule/{rule.pk}/change/", {**given, "name": "Two"}).status_code == 302
    assert AlertRule.objects.get().name == "Two"
    assert client.post(f"/admin/alerts/alertrule/{rule.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not AlertRule.objects.exists()
