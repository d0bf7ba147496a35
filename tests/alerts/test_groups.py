"""Groups in the pipeline: one incident and one page for each, whatever the concurrency, and what people teach (ALR-15, INC-17)."""

import threading
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from alerts import group_queries
from alerts.actions import intake, integrations, lifecycle, regrouping
from alerts.models import Alert, AlertGroup, GroupingLesson, GroupingRule, Integration
from common import clock, errors
from incidents.models import Incident
from notifications.models import ContactMethod
from oncall.models import Escalation, EscalationPolicy, EscalationStep
from services.models import Service

Fire = Callable[..., None]


@pytest.fixture
def integration(house: None) -> Integration:
    """A source whose P1 alerts open incidents."""
    return integrations.create(actor=None, name="Anything", adapter="generic")


@pytest.fixture
def fire(integration: Integration, service: Service) -> Fire:
    """Alerts of payments-gateway, each with its message, in one batch unless told otherwise."""

    def send(*messages: str, priority: str = "P3", **more: Any) -> None:
        with connection.cursor() as cursor:
            for number, message in enumerate(messages):
                body = {
                    "message": message,
                    "alias": f"{message}-{number}-{AlertGroup.objects.count()}",
                    "priority": priority,
                    "service": service.slug,
                    **more,
                }
                cursor.execute("INSERT INTO alerts_inbox (integration_id, body) VALUES (%s, %s)", [integration.pk, orjson.dumps(body)])
        intake.process_inbox()

    return send


def groups() -> list[list[str]]:
    """The messages of each group, the oldest group first."""
    found: dict[int | None, list[str]] = {}
    for pk, message in Alert.objects.order_by("group_id", "number").values_list("group_id", "message"):
        found.setdefault(pk, []).append(message)
    return list(found.values())


def test_alike_alerts_of_a_service_are_one_group_that_says_why(fire: Fire, agent: User) -> None:
    fire("Disk full on kfk-1", "Disk full on kfk-2")
    fire("Disk is full on kfk-3", "Certificate expires")
    assert sorted(map(sorted, groups())) == [["Certificate expires"], ["Disk full on kfk-1", "Disk full on kfk-2", "Disk is full on kfk-3"]]
    last = Alert.objects.select_related("group").get(message="Disk is full on kfk-3")
    leader = Alert.objects.get(message="Disk full on kfk-1")
    seen = group_queries.seen_by(agent, last)
    assert seen is not None
    assert (seen.size, seen.open, seen.why) == (3, 3, f"text 0.86 like {leader.key} (same service, within 10 minutes)")
    assert last.decisions[-1]["stage"] == "grouping"
    assert AlertGroup.objects.get(leader=leader.key).size == 3


def test_without_rules_nothing_is_grouped(fire: Fire) -> None:
    GroupingRule.objects.update(is_enabled=False)
    fire("Disk full on kfk-1", "Disk full on kfk-2")
    assert groups() == [["Disk full on kfk-1", "Disk full on kfk-2"]]
    assert not AlertGroup.objects.exists()


def test_a_group_has_one_incident_also_later_and_by_hand(fire: Fire, agent: User) -> None:
    fire("Disk full on kfk-1", "Disk full on kfk-2", priority="P1")
    fire("Disk full on kfk-3", priority="P1")
    fire("Disk full on kfk-4")
    lifecycle.open_incident(Alert.objects.get(message="Disk full on kfk-4"), actor=agent)
    assert Incident.objects.count() == 1
    assert set(Alert.objects.values_list("incident", flat=True)) == {Incident.objects.get().pk}


def test_a_group_pages_once_and_hands_the_page_over(fire: Fire, service: Service, team: Team, agent: User) -> None:
    policy = EscalationPolicy.objects.create(slug="first", name="First line", team=team)
    ContactMethod.objects.create(user=agent, channel="email", name="Mail", address="pager@example.com", verified_at=clock.now())
    EscalationStep.objects.create(policy=policy, delay_minutes=0, target=EscalationStep.USER, user=agent)
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    fire("Disk full on kfk-1", "Disk full on kfk-2")
    fire("Disk full on kfk-3")
    run = Escalation.objects.get()
    assert run.subject_id == Alert.objects.get(message="Disk full on kfk-1").pk
    lifecycle.close(Alert.objects.get(pk=run.subject_id), actor=agent)
    heir = Escalation.objects.get(ended_at__isnull=True)
    assert Alert.objects.get(pk=heir.subject_id).message == "Disk full on kfk-2"


@pytest.mark.django_db(transaction=True)
def test_fifty_people_who_open_an_incident_at_once_open_one(fire: Fire, agent: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE alerts_inbox")
    fire(*[f"Disk full on kfk-{number}" for number in range(50)])
    alerts, barrier, failed = list(Alert.objects.all()), threading.Barrier(10), []

    def open_some(mine: list[Alert]) -> None:
        barrier.wait()
        try:
            for alert in mine:
                lifecycle.open_incident(alert, actor=agent)
        except Exception as error:  # told by the assertion below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_some, args=(alerts[start::10],)) for start in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Incident.objects.count() == 1
    assert Alert.objects.filter(incident=Incident.objects.get()).count() == 50


def test_taking_an_alert_out_teaches_and_can_be_undone(fire: Fire, agent: User, sign_in: Callable[[User], Client]) -> None:
    fire("Disk full on kfk-1", "Disk is full on kfk-2")
    alert, client = Alert.objects.get(message="Disk is full on kfk-2"), sign_in(agent)
    former = alert.group_id
    answer = client.post(f"/alerts/{alert.number}/ungroup/")
    assert f"/alerts/{alert.number}/rejoin/{former}/" in answer["HX-Trigger"]
    fire("Disk is full on kfk-9", "Disk full on kfk-8")
    assert groups() == [["Disk full on kfk-1", "Disk full on kfk-8"], ["Disk is full on kfk-2", "Disk is full on kfk-9"]]
    client.post(f"/alerts/{alert.number}/rejoin/{former}/")
    assert not GroupingLesson.objects.exists()
    alert.refresh_from_db()
    assert alert.group_id == former


def test_putting_an_alert_into_a_group_teaches(fire: Fire, agent: User, sign_in: Callable[[User], Client]) -> None:
    fire("Disk full on kfk-1", "Writes are slow")
    disk, slow = Alert.objects.order_by("message")
    answer = sign_in(agent).post(f"/alerts/{slow.number}/regroup/", {"alert": disk.key.lower()})
    assert answer.status_code == 204
    fire("Writes are slow")
    assert Alert.objects.filter(group=disk.group).count() == 3
    assert Alert.objects.order_by("-id")[0].group_why == {"how": "taught", "like": disk.key}
    for wrong in ("ALR-99999999", "x", ""):
        assert sign_in(agent).post(f"/alerts/{slow.number}/regroup/", {"alert": wrong}).status_code == 422


def test_who_may_not_act_changes_no_group(fire: Fire, requester: User) -> None:
    fire("Disk full on kfk-1", "Disk is full on kfk-2")
    alert = Alert.objects.get(message="Disk is full on kfk-2")
    with pytest.raises(errors.Refused):
        regrouping.ungroup(alert, actor=requester)
    assert len(groups()) == 1


def test_a_group_is_acknowledged_and_closed_at_once(fire: Fire, agent: User, auditor: User, sign_in: Callable[[User], Client]) -> None:
    fire("Disk full on kfk-1", "Disk full on kfk-2", "Disk full on kfk-3", "Certificate expires", priority="P1")
    group = Alert.objects.get(message="Disk full on kfk-1").group_id
    row, lone = (alert for section in sign_in(agent).get("/alerts/").context["groups"] for alert in section.alerts)
    assert (row.alike, len(row.also.split()), row.close_url) == (2, 2, f"/alerts/groups/{group}/close/")  # its buttons mean all of them
    assert (lone.alike, lone.close_url) == (0, f"/alerts/{lone.number}/close/")
    assert sign_in(auditor).post(f"/alerts/groups/{group}/close/").status_code == 403
    assert sign_in(agent).post(f"/alerts/groups/{group}/acknowledge/").status_code == 204
    assert set(Alert.objects.filter(group=group).values_list("status", "owner")) == {("acknowledged", agent.pk)}
    incident = Incident.objects.get(alert_groups=group)
    panel = sign_in(agent).get(f"/alerts/of/{incident.key}/").content.decode()
    assert "3 alerts, 0 open" in panel
    assert "the first of its group" in panel
    assert "3 alerts closed" in sign_in(agent).post(f"/alerts/groups/{group}/close/")["HX-Trigger"]
    assert "0 alerts closed" in sign_in(agent).post(f"/alerts/groups/{group}/close/")["HX-Trigger"]
    assert list(Alert.objects.exclude(status="closed").values_list("message", flat=True)) == ["Certificate expires"]
    assert "all closed" in sign_in(agent).get(f"/alerts/of/{incident.key}/").content.decode()
    assert sign_in(agent).post(f"/alerts/groups/{group}/explode/").status_code == 404


def test_groups_over_rest(fire: Fire, agent: User, requester: User, api: Callable[..., APIClient], service: Service) -> None:
    fire("Disk full on kfk-1", "Disk full on kfk-2", "Certificate expires")
    client, base = api(agent), "/api/v1/alert-groups/"
    disk, other = Alert.objects.get(message="Disk full on kfk-1"), Alert.objects.get(message="Certificate expires")
    found = client.get(f"{base}?is_open=true&service={service.slug}").data["results"]
    assert [(row["text"], row["size"], row["open"]) for row in found] == [("certificate expires", 1, 1), ("disk full on kfk-#", 2, 2)]
    address = f"{base}{disk.group_id}/"
    assert [row["why"] for row in client.get(f"{address}alerts/").data["results"]] == [
        f"same text as {disk.key}, numbers aside (same service, within 10 minutes)", "the first of its group",
    ]  # fmt: skip
    assert client.post(f"{address}add/", {"alerts": [other.number]}).data["size"] == 3
    assert client.post(f"{address}remove/", {"alerts": [other.number]}).data["size"] == 2
    for wrong in ({"alerts": [other.number]}, {"alerts": [10**17]}, {"alerts": []}, {"alerts": "x"}, {"alerts": [-1]}, {}):
        told = client.post(f"{address}remove/", wrong)
        assert (told.status_code, {name.partition(".")[0] for name in told.data["error"]["fields"]}) == (400, {"alerts"}), wrong
    assert client.post(f"{address}acknowledge/").data["open"] == 2
    assert client.post(f"{address}close/").data["open"] == 0
    assert [row["open"] for row in client.get(f"{base}?is_open=false").data["results"]] == [0, 0]
    assert client.get(f"{base}?is_open=perhaps").status_code == 400
    assert client.get(f"{base}{10**17}/").status_code == 404
    assert api(requester).get(base).data["results"] == []
    assert api(requester).post(f"{address}close/").status_code == 404


def test_the_list_folds_a_group_under_its_first_alert(fire: Fire, agent: User, sign_in: Callable[[User], Client]) -> None:
    fire("Disk full on kfk-1", "Disk full on kfk-2", "Disk full on kfk-3", "Certificate expires")
    client, group = sign_in(agent), Alert.objects.get(message="Disk full on kfk-1").group_id
    assert client.get("/alerts/").content.decode().count("data-row ") == 2
    assert "and 2 more" in client.get("/alerts/").content.decode()
    opened = client.get(f"/alerts/?group={group}").content.decode()
    assert opened.count("data-row ") == 3
    assert f"/alerts/groups/{group}/close/" in opened
    assert client.get("/alerts/?group=x").status_code == 200
    drawer = client.get(f"/alerts/{Alert.objects.get(message='Disk full on kfk-2').number}/", headers={"HX-Request": "true"}).content.decode()
    assert "Group of 3 alerts" in drawer
