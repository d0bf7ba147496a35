"""What Alertmanager really sends when it loses Prometheus for a while, or hears of one alert from two of them (captured from Alertmanager 0.25)."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import connection

from accounts.models import User
from alerts.actions import intake, integrations, lifecycle
from alerts.models import Alert, GroupingRule, Integration
from common import clock
from incidents.models import Incident
from journal.models import Entry
from services.models import Service
from tests.alerts.test_intake import START, began, firing

EARLIER, LATER = began(121), began(90)


@pytest.fixture
def integration(house: None) -> Integration:
    """A Prometheus whose critical alerts of tier 1 and 2 services open incidents."""
    return integrations.create(actor=None, name="Prometheus", adapter="alertmanager")


def receive(integration: Integration, body: Any, seconds: float = 0) -> None:
    """A body that was accepted so many seconds after now, processed at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alerts_inbox (integration_id, body, received_at) VALUES (%s, %s, %s)",
            [integration.pk, orjson.dumps(body), clock.now() + timedelta(seconds=seconds)],
        )
    intake.process_inbox()


def resolved(starts_at: str = START, ends_at: str = LATER, **labels: str) -> dict[str, Any]:
    """The end of a firing, with the instant at which it ended."""
    body = firing("resolved", starts_at, **labels)
    body["alerts"][0]["endsAt"] = ends_at
    return body


def statuses() -> list[str]:
    return list(Alert.objects.order_by("id").values_list("status", flat=True))


def test_the_same_start_again_after_the_tool_said_it_was_over_is_a_new_alert(integration: Integration, service: Service) -> None:
    receive(integration, firing())
    receive(integration, resolved(), 60)
    receive(integration, firing(), 120)
    assert statuses() == ["closed", "open"]


def test_a_firing_that_is_delivered_after_its_own_end_opens_nothing(integration: Integration, service: Service) -> None:
    receive(integration, firing())
    receive(integration, resolved(), 60)
    receive(integration, firing(), 63)
    assert statuses() == ["closed"]
    assert Alert.objects.get().count == 2


def test_a_backlog_ends_like_the_same_messages_one_by_one(integration: Integration, service: Service) -> None:
    with connection.cursor() as cursor:
        for seconds, body in ((0, firing()), (60, resolved()), (61, firing()), (300, firing())):
            at = clock.now() + timedelta(seconds=seconds)
            cursor.execute(
                "INSERT INTO alerts_inbox (integration_id, body, received_at) VALUES (%s, %s, %s)", [integration.pk, orjson.dumps(body), at]
            )
    intake.process_inbox()
    assert statuses() == ["closed", "open"]


def test_what_an_agent_closed_opens_again_only_when_the_tool_said_it_was_over(integration: Integration, service: Service, agent: User) -> None:
    receive(integration, firing())
    lifecycle.close(Alert.objects.get(), actor=agent)
    receive(integration, firing(), 3600)
    assert statuses() == ["closed"]
    receive(integration, resolved(), 3700)
    assert Alert.objects.get().closed_by == "agent"
    receive(integration, firing(), 3800)
    assert statuses() == ["closed", "open"]


def test_an_end_with_an_earlier_start_closes_when_alertmanager_merged_two_reports(integration: Integration, service: Service) -> None:
    receive(integration, firing(starts_at=START))
    receive(integration, resolved(EARLIER, LATER))
    assert statuses() == ["closed"]


def test_the_late_end_of_an_earlier_firing_closes_nothing(integration: Integration, service: Service) -> None:
    receive(integration, firing(starts_at=LATER))
    receive(integration, resolved(EARLIER, START))
    assert statuses() == ["open"]


def test_an_alert_that_becomes_critical_opens_its_incident_then(integration: Integration, service: Service) -> None:
    source = integrations.create(actor=None, name="Zabbix", adapter="generic")
    body = {"alias": "db-1", "message": "Disk full", "service": service.slug}
    for severity in ("warning", "disaster", "warning"):
        receive(source, {**body, "severity": severity})
    alert = Alert.objects.get()
    assert (alert.priority, alert.count, alert.incident) == (1, 3, Incident.objects.get())
    assert Entry.objects.filter(event="alert.priority_raised").count() == 1


def grouped(*fingerprints: str, service: str = "payments-gateway", labels: dict[str, str] | None = None) -> dict[str, Any]:
    """One notification of Alertmanager about several alerts."""
    body = firing(service=service)
    body |= {"groupLabels": {"alertname": "High5xx"} if labels is None else labels, "groupKey": '{}:{alertname="High5xx"}', "receiver": "evenkeel"}
    body["alerts"] = [{**body["alerts"][0], "fingerprint": fingerprint} for fingerprint in fingerprints]
    return body


def test_alerts_of_one_group_and_service_share_an_incident(integration: Integration, service: Service) -> None:
    receive(integration, grouped("a1", "a2", "a3"))
    receive(integration, grouped("a4"))
    assert (Alert.objects.count(), Incident.objects.count()) == (4, 1)
    assert set(Alert.objects.values_list("incident", flat=True)) == {Incident.objects.get().pk}


def test_grouped_by_no_label_each_alert_has_its_own_incident(integration: Integration, service: Service) -> None:
    GroupingRule.objects.update(is_enabled=False)
    receive(integration, grouped("a1", "a2", labels={}))
    assert Incident.objects.count() == 2


def test_the_default_service_is_for_alerts_that_only_carry_prometheus_own_labels(integration: Integration, service: Service) -> None:
    source = integrations.create(actor=None, name="Node", service=service)
    body = firing(job="node", namespace="kube-system")
    del body["commonLabels"]["service"]
    receive(source, body)
    alert = Alert.objects.get()
    assert (alert.service, alert.service_name) == (service, "")


def test_a_failing_incident_keeps_the_alert(integration: Integration, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("alerts.actions.opening.open_incident", fail)
    receive(integration, firing())
    assert (statuses(), Incident.objects.count()) == (["open"], 0)
    assert Entry.objects.get(event="alert.incident_failed").data["reason"] == "ZeroDivisionError"


MESSAGES = [firing(starts_at=EARLIER), resolved(EARLIER, START), firing(starts_at=LATER)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_however_the_messages_overtake_each_other_the_newest_firing_stays_open(integration: Integration, service: Service, order: list[int]) -> None:
    for number in order:
        receive(integration, MESSAGES[number])
    alert = Alert.objects.exclude(status="closed").get()
    assert alert.starts_at == datetime.fromisoformat(LATER)
    assert Incident.objects.count() == 1
