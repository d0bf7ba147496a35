"""The alert screens and the alert API through HTTP."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from alerts.actions import lifecycle
from alerts.models import Alert
from common import clock
from incidents.models import Incident
from journal.models import Entry
from notifications.models import ContactMethod
from services.models import Service
from tickets.actions import editing

HTMX = {"HX-Request": "true"}
SignIn = Callable[[User], Client]


@pytest.fixture
def alert(service: Service) -> Alert:
    """A P1 on the payments gateway."""
    now = clock.now()
    return Alert.objects.create(
        number=7,
        alias="a",
        message="Disk <b>full</b>",
        priority=1,
        service=service,
        first_occurred_at=now,
        last_occurred_at=now,
        payload={"x": "</script>"},
    )


def status(alert: Alert) -> str:
    return Alert.objects.get(pk=alert.pk).status


def test_list_drawer_and_panel(sign_in: SignIn, agent: User, alert: Alert, incident: Incident) -> None:
    client = sign_in(agent)
    assert b"Disk &lt;b&gt;full&lt;/b&gt;" in client.get("/alerts/").content
    assert b'</script>"' not in client.get("/alerts/7/").content
    assert b"Not linked" in client.get("/alerts/", headers=HTMX).content
    assert client.get("/alerts/?state=nonsense").status_code == 404
    assert client.get("/alerts/8/").status_code == 404
    client.post("/alerts/7/attach/", {"incident": incident.key}, headers=HTMX)
    assert b"Disk" in client.get(f"/alerts/of/{incident.key}/", headers=HTMX).content


@pytest.mark.parametrize(("verb", "after"), [("acknowledge", "acknowledged"), ("close", "closed")])
def test_verbs_one_and_many(sign_in: SignIn, agent: User, alert: Alert, verb: str, after: str) -> None:
    client = sign_in(agent)
    assert client.get(f"/alerts/7/{verb}/").status_code == 405
    assert client.post(f"/alerts/change/{verb}/", {"key": ["7", "9"]}, headers=HTMX).status_code == 204
    assert status(alert) == after


@pytest.mark.parametrize("path", ["/alerts/7/close/", "/alerts/change/close/"])
def test_a_closing_by_hand_can_be_undone(sign_in: SignIn, agent: User, alert: Alert, path: str) -> None:
    client = sign_in(agent)
    undo = json.loads(client.post(path, {"key": "7"}, headers=HTMX)["HX-Trigger"])["ek:toast"]["undo"]
    assert b"Open again" in client.get("/alerts/7/").content
    assert client.post(undo, headers=HTMX).status_code == 204
    assert status(alert) == "open"


def test_selected_alerts_are_given_called_for_and_deleted(
    sign_in: SignIn, agent: User, auditor: User, resolver: User, team: Team, alert: Alert
) -> None:
    client, now = sign_in(agent), clock.now()
    Alert.objects.create(number=8, alias="b", message="Fan", first_occurred_at=now, last_occurred_at=now)
    keys = {"key": ["7", "8", "9", "x"]}
    assert 'name="key" value="8"' in client.get("/alerts/change/owner/", keys, headers=HTMX).content.decode()
    assert "2 alerts assigned to" in client.post("/alerts/change/owner/", {**keys, "owner": resolver.email}, headers=HTMX)["HX-Trigger"]
    assert set(Alert.objects.values_list("owner", flat=True)) == {resolver.pk}
    assert client.post("/alerts/7/many/", {"also": ["8"], "details": "rack: 7\nno pair"}, headers=HTMX).status_code == 422
    assert client.post("/alerts/7/many/", {"also": ["8"], "details": "rack: 7"}, headers=HTMX).status_code == 204
    assert list(Alert.objects.values_list("details", flat=True)) == [{"rack": "7"}, {"rack": "7"}]
    to = {"also": ["8"], "to": f"user:{resolver.pk}"}
    ContactMethod.objects.create(user=resolver, channel="email", name="Mail", address="pager@example.com", verified_at=now)
    assert client.post("/alerts/7/respond/", to, headers=HTMX).status_code == 204
    assert [len(alert.responders) for alert in Alert.objects.all()] == [1, 1]
    assert "could not" not in sign_in(auditor).post("/alerts/change/delete/", keys, headers=HTMX)["HX-Trigger"]
    assert Alert.objects.count() == 2
    assert "2 alerts deleted" in client.post("/alerts/change/delete/", keys, headers=HTMX)["HX-Trigger"]
    assert not Alert.objects.exists()
    assert sorted(Entry.objects.filter(event="alert.deleted").values_list("data__key", flat=True)) == ["ALR-7", "ALR-8"]


def test_the_head_counts_what_there_is(sign_in: SignIn, agent: User, alert: Alert, incident: Incident) -> None:
    lifecycle.attach(alert, actor=agent, incident=incident)
    assert sign_in(agent).get("/alerts/").context["figures"] == "0 events today, 1 alert, 0 groups, 1 incident"


def test_what_is_held_says_so_in_one_word_and_why_beside(sign_in: SignIn, agent: User, alert: Alert) -> None:
    now = clock.now()
    Alert.objects.create(number=8, alias="b", message="Fan", first_occurred_at=now, last_occurred_at=now, held_by=alert, silenced_until=Alert.FOREVER)
    page = sign_in(agent).get("/alerts/").content.decode()
    assert 'title="held">held</small>' in page
    assert f"held: {alert.service} is down (ALR-7)</span>" in page


def test_the_drawer_says_that_it_pages_nobody(sign_in: SignIn, agent: User, alert: Alert) -> None:
    assert b"Pages nobody" not in sign_in(agent).get("/alerts/7/").content
    Alert.objects.update(silenced_until=clock.now() + timedelta(hours=1), status=Alert.SNOOZED)
    page = sign_in(agent).get("/alerts/7/")
    assert b"Pages nobody" in page.content
    assert page.context["quiet_note"].startswith("silenced until")


def test_an_auditor_only_looks(sign_in: SignIn, auditor: User, alert: Alert) -> None:
    client = sign_in(auditor)
    assert client.get("/alerts/7/").status_code == 200
    for verb in ("acknowledge", "close", "open-incident"):
        assert client.post(f"/alerts/7/{verb}/", headers=HTMX).status_code == 403
    assert (status(alert), Incident.objects.count()) == ("open", 0)


def test_wrong_incident_is_told_at_the_field(sign_in: SignIn, agent: User, alert: Alert) -> None:
    response = sign_in(agent).post("/alerts/7/attach/", {"incident": "INC-999999"}, headers=HTMX)
    assert (response.status_code, b"no such incident" in response.content) == (422, True)


def test_the_same_verbs_over_rest(api: Callable[..., APIClient], agent: User, alert: Alert, incident: Incident) -> None:
    client = api(agent)
    assert client.get("/api/v1/alerts/?status=open").data["results"][0]["key"] == "ALR-7"
    assert client.post("/api/v1/alerts/7/acknowledge/").data["status"] == "acknowledged"
    assert client.post("/api/v1/alerts/7/note/", {"note": "seen"}).status_code == 201
    assert client.post("/api/v1/alerts/7/snooze/", {"until": "2020-01-01T00:00:00Z"}).data["error"]["fields"].keys() == {"until"}
    assert client.post("/api/v1/alerts/7/attach/", {"incident": incident.key}).data["incident"] == incident.key
    assert client.post("/api/v1/alerts/7/open-incident/").data["incident"] == incident.key
    assert client.post("/api/v1/alerts/7/close/").data["closed_by"] == "agent"
    assert client.post("/api/v1/alerts/7/acknowledge/").status_code == 409


def test_nobody_else_sees_alerts(api: Callable[..., APIClient], requester: User, alert: Alert) -> None:
    assert api(requester).get("/api/v1/alerts/").data["results"] == []
    assert api(requester).get("/api/v1/alerts/7/").status_code == 404


def test_an_empty_state_is_not_taken_for_quiet(sign_in: SignIn, agent: User, alert: Alert) -> None:
    client = sign_in(agent)
    assert b"All quiet" not in client.get("/alerts/", {"state": "snoozed"}).content
    assert b"1 alert is active" in client.get("/alerts/", {"state": "snoozed"}).content
    lifecycle.close(alert, actor=agent)
    assert b"All quiet" in client.get("/alerts/").content


def test_an_alert_is_given_to_a_person(sign_in: SignIn, agent: User, resolver: User, auditor: User, alert: Alert) -> None:
    client, url = sign_in(agent), "/alerts/7/owner/"
    menu = client.get(url, headers=HTMX).content.decode()
    assert (resolver.name in menu, auditor.name in menu) == (True, False)
    assert client.post(url, {"owner": resolver.email}, headers=HTMX).status_code == 204
    assert Alert.objects.get().owner == resolver
    assert client.post(url, {"owner": auditor.email}, headers=HTMX).status_code == 422
    assert client.post(url, {"owner": "nobody@example.com"}, headers=HTMX).status_code == 404
    assert sign_in(auditor).post(url, {"owner": "none"}, headers=HTMX).status_code == 403
    assert Alert.objects.get().owner == resolver


def test_alerts_beyond_the_first_page_are_reached(sign_in: SignIn, agent: User, alert: Alert) -> None:
    now = clock.now()
    Alert.objects.bulk_create(
        Alert(number=100 + number, alias=f"many-{number}", message="m", priority=3, first_occurred_at=now, last_occurred_at=now, payload={})
        for number in range(104)
    )
    client = sign_in(agent)
    first = client.get("/alerts/")
    assert first.context["next_mark"] in first.content.decode()
    live = client.get("/alerts/", headers={**HTMX, "HX-Target": "rows"}).content.decode()
    assert 'id="pager" hx-swap-oob="true"' in live  # rows are merged one by one: what stands below them has to come along
    assert 'id="pager">' in client.get("/alerts/", headers={**HTMX, "HX-Target": "list"}).content.decode()
    second = client.get("/alerts/", {"after": first.context["next_mark"]})
    assert sum(len(group.alerts) for page in (first, second) for group in page.context["groups"]) == 105


def test_an_alert_does_not_tell_of_a_restricted_incident(sign_in: SignIn, collaborator: User, agent: User, alert: Alert, incident: Incident) -> None:
    editing.edit(incident, actor=agent, is_restricted=True)
    lifecycle.attach(alert, actor=agent, incident=incident)
    for path in ("/alerts/", "/alerts/7/"):
        assert incident.summary in sign_in(agent).get(path).content.decode()
        hidden = sign_in(collaborator).get(path).content.decode()
        assert incident.summary not in hidden
        assert incident.key not in hidden
