"""Connecting tools in the desk: the list, the tools, the page of an integration, its bodies, trying and mapping (ALR-06)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from alerts import adapters, integration_queries
from alerts.actions import intake, integrations
from alerts.models import Alert, InboxRow, Integration, Volume
from common import errors

HTMX = {"HX-Request": "true"}
SignIn = Callable[[User], Client]
ROOT = "/alerts/integrations"


@pytest.fixture
def one(house: None) -> Integration:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM alerts_inbox")
    return integrations.create(actor=None, name="Checks", adapter="generic", incident_from_priority=None)


def keep(integration: Integration, body: str, *, state: str = "pending") -> InboxRow:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alerts_inbox (integration_id, body, state) VALUES (%s, convert_to(%s, 'UTF8'), %s) RETURNING id",
            [integration.pk, body, state],
        )
        return InboxRow.objects.get(pk=cursor.fetchone()[0])


def address(row: InboxRow) -> str:
    return f"{ROOT}/{row.integration_id}/came/{row.stamp}/{row.pk}/"


def test_a_tool_is_connected_and_its_first_event_shows(sign_in: SignIn, admin: User, one: Integration) -> None:
    client = sign_in(admin)
    assert b"Zabbix" in client.get(f"{ROOT}/connect/").content
    found = client.get(f"{ROOT}/connect/?q=zabb", headers=HTMX).content
    assert b"Zabbix" in found and b"Grafana" not in found
    assert b'value="Zabbix"' in client.get(f"{ROOT}/connect/zabbix/", headers=HTMX).content
    assert client.post(f"{ROOT}/connect/zabbix/", {"name": "checks"}, headers=HTMX).status_code == 422
    answer = client.post(f"{ROOT}/connect/zabbix/", {"name": "Zabbix"}, headers=HTMX)
    made = Integration.objects.get(name="Zabbix")
    assert answer["HX-Redirect"] == f"{ROOT}/{made.pk}/"
    page = client.get(f"{ROOT}/{made.pk}/").content.decode()
    assert "Waiting for the first event" in page and made.key.reveal() in page
    client.post(f"{ROOT}/{made.pk}/test/", headers=HTMX)
    intake.process_inbox()
    page = client.get(f"{ROOT}/{made.pk}/", headers=HTMX).content.decode()
    assert "Connected." in page and "Created alert" in page
    alert = Alert.objects.get(integration=made)
    assert (alert.message, alert.priority, alert.tags) == ("Test alert of Zabbix", 5, ["test"])
    assert b'value="Zabbix 2"' in client.get(f"{ROOT}/connect/zabbix/", headers=HTMX).content


@pytest.mark.parametrize("tool", adapters.ADAPTERS)
def test_every_tool_has_a_snippet_with_the_address_and_says_where_it_goes(tool: str) -> None:
    snippet = adapters.ADAPTERS[tool].snippet_for("https://desk.example/ingest/ek_x")
    copied, _blank, how = snippet.rpartition("\n\n")
    assert "https://desk.example/ingest/ek_x" in snippet and copied and how.strip()


def test_an_agent_sees_no_key_and_no_body(sign_in: SignIn, agent: User, one: Integration) -> None:
    row = keep(one, '{"title": "Down", "token": "sesame"}')
    intake.process_inbox()
    client = sign_in(agent)
    assert b"Checks" in client.get(f"{ROOT}/").content
    assert one.key.reveal() not in client.get(f"{ROOT}/{one.pk}/").content.decode()
    for path in (f"{ROOT}/connect/", f"{ROOT}/{one.pk}/try/", f"{ROOT}/{one.pk}/mapping/", f"{ROOT}/{one.pk}/change/", address(row)):
        answer = client.get(path)
        assert answer.status_code == 403 and b"sesame" not in answer.content
    for verb in ("disable", "rotate", "test"):
        assert client.post(f"{ROOT}/{one.pk}/{verb}/", headers=HTMX).status_code == 403
    assert Integration.objects.get(pk=one.pk).is_enabled


def test_switching_rotating_and_changing(sign_in: SignIn, admin: User, one: Integration) -> None:
    client, key = sign_in(admin), one.key.reveal()
    client.post(f"{ROOT}/{one.pk}/disable/", headers=HTMX)
    assert not Integration.objects.get(pk=one.pk).is_enabled
    assert client.post(f"{ROOT}/{one.pk}/test/", headers=HTMX).status_code == 409
    client.post(f"{ROOT}/{one.pk}/enable/", headers=HTMX)
    client.post(f"{ROOT}/{one.pk}/rotate/", headers=HTMX)
    assert Integration.objects.get(pk=one.pk).key.reveal() != key
    assert client.post(f"{ROOT}/{one.pk}/nonsense/", headers=HTMX).status_code == 404
    said = {"name": "Checks", "adapter": "grafana", "incident_from_priority": "2", "reach": "own"}
    assert client.post(f"{ROOT}/{one.pk}/change/", {**said, "priority_map": "awful P1"}, headers=HTMX).status_code == 422
    assert client.post(f"{ROOT}/{one.pk}/change/", {**said, "priority_map": "Awful = p1\n\n"}, headers=HTMX).status_code == 204
    one.refresh_from_db()
    assert (one.adapter, one.incident_from_priority, one.priority_map) == ("grafana", 2, {"awful": "P1"})


def test_what_came_is_read_escaped_and_replayed(sign_in: SignIn, admin: User, one: Integration) -> None:
    row, broken = keep(one, '{"title": "<b>Down</b>", "priority": "critical"}'), keep(one, '{"title":')
    intake.process_inbox()
    client = sign_in(admin)
    page = client.get(address(row)).content.decode()
    assert "&lt;b&gt;Down&lt;/b&gt;" in page and "<b>Down</b>" not in page
    assert Alert.objects.get().key in page and "P1" in page
    assert "not well-formed JSON" in client.get(address(broken)).content.decode()
    assert client.post(f"{address(broken)}replay/", headers=HTMX).status_code == 204
    assert InboxRow.objects.get(pk=broken.pk).state == "pending"
    assert client.get(f"{ROOT}/{one.pk}/came/{row.stamp + 1}/{row.pk}/").status_code == 404
    assert client.get(f"{ROOT}/{one.pk}/came/{10**19}/{row.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"title": "Disk full"}', "Disk full"),
        ("{", "not well-formed JSON"),
        ("", "Paste what the tool sends"),
        ('["a", 1]', "Problem"),
        ("3", "JSON object"),
    ],
)
def test_a_pasted_payload_is_tried_and_not_kept(sign_in: SignIn, admin: User, one: Integration, text: str, said: str) -> None:
    answer = sign_in(admin).post(f"{ROOT}/{one.pk}/try/", {"payload": text}, headers=HTMX)
    assert said in answer.content.decode()
    assert not InboxRow.objects.exists() and not Alert.objects.exists()


def test_a_mapping_is_made_with_a_preview(sign_in: SignIn, admin: User, one: Integration) -> None:
    client, payload = sign_in(admin), '{"check": {"what": "Disk full", "how_bad": "critical"}}'
    given: dict[str, Any] = {"payload": payload, "map_message": "check.what", "map_priority": "check.how_bad"}
    assert "Disk full" in client.post(f"{ROOT}/{one.pk}/mapping/", given, headers=HTMX).content.decode()
    assert Integration.objects.get(pk=one.pk).mapping == {}
    assert client.post(f"{ROOT}/{one.pk}/mapping/", {**given, "map_message": "check.["}).status_code == 422
    assert client.post(f"{ROOT}/{one.pk}/mapping/", given).status_code == 302
    assert Integration.objects.get(pk=one.pk).mapping == {"message": "check.what", "priority": "check.how_bad"}


def test_volumes_are_counted_by_the_hour_and_only_once(one: Integration) -> None:
    for _n in range(3):
        keep(one, '[{"title": "a"}, {"title": "b"}]')
    intake.process_inbox()
    intake.process_inbox()
    volume = Volume.objects.get(integration=one)
    assert (volume.requests, volume.events) == (3, 6)
    assert integration_queries.rows_of(one, limit=2)[0].received_at == volume.last_at


def test_a_test_alert_needs_the_right(agent: User, one: Integration) -> None:
    with pytest.raises(errors.Refused):
        integrations.send_test(one, actor=agent)
    assert not InboxRow.objects.exists()
