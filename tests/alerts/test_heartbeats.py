"""HB-01, HB-03, HB-04: signs of life, their absence, and what their senders see."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Team, User
from alerts.actions import heartbeats, integrations
from alerts.models import Alert, Heartbeat, HeartbeatSign, HeartbeatWatch
from common import clock, errors
from journal.models import Entry
from oncall.models import Escalation, EscalationPolicy, EscalationStep, RoutingRule
from services.models import Service

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def backup(house: None, team: Team) -> Heartbeat:
    """Every ten minutes, with five minutes of grace, P2."""
    return heartbeats.create(
        actor=None,
        name="backup-oslo",
        team=team,
        every=10 * MINUTE,
        grace=5 * MINUTE,
        alert_priority=2,
        alert_tags=["backup"],
        description="See the runbook.",
    )


def later(minutes: float) -> Any:
    return clock.shifted(clock.now() + timedelta(minutes=minutes))


def watched(minutes: float) -> int:
    """What the watch finds after so many minutes, during which it looked all the time."""
    with later(minutes):
        HeartbeatWatch.objects.update_or_create(pk=1, defaults={"looked_at": clock.now() - timedelta(seconds=5)})
        return heartbeats.sweep()


def test_nothing_is_awaited_before_the_first_sign(backup: Heartbeat) -> None:
    assert watched(60 * 24) == 0
    assert not Alert.objects.exists()


def test_a_missed_sign_opens_the_alert_and_the_next_one_closes_it(backup: Heartbeat, team: Team) -> None:
    heartbeats.take(backup, "success")
    assert watched(14) == 0
    assert watched(16) == 1
    alert = Alert.objects.get()
    assert (alert.alias, alert.priority, alert.entity, alert.tags, alert.team) == ("heartbeat:backup-oslo", 2, "backup-oslo", ["backup"], team)
    assert alert.message == "HeartbeatName [backup-oslo] is expired"
    assert alert.description == "No sign of life came in time.\n\nSee the runbook."
    assert watched(17) == 0
    with later(20):
        heartbeats.take(backup, "success")
        heartbeats.take(backup, "success")
    alert.refresh_from_db()
    assert (alert.status, alert.closed_by, alert.count) == (Alert.CLOSED, "source", 1)
    assert Entry.objects.filter(event="heartbeat.up").count() == 1


def test_its_team_is_called(backup: Heartbeat, team: Team, agent: User) -> None:
    policy = EscalationPolicy.objects.create(slug="p", name="P", team=team)
    EscalationStep.objects.create(policy=policy, target=EscalationStep.USER, user=agent)
    RoutingRule.objects.create(team=team, position=0, name="All", policy=policy)
    heartbeats.take(backup, "fail", exit_status=3, body="disk full")
    assert Escalation.objects.get().policy == policy
    assert Alert.objects.get().description.startswith("It failed with exit status 3.\n\ndisk full")


def test_a_run_that_does_not_end_is_missed_and_its_length_is_known(backup: Heartbeat) -> None:
    heartbeats.take(backup, "start")
    assert watched(4) == 0
    assert watched(6) == 1
    assert Alert.objects.get().description.startswith("It began to run and did not end in time.")
    with later(7):
        heartbeats.take(backup, "success")
    backup.refresh_from_db()
    assert (backup.state, round(backup.run_seconds or 0)) == (Heartbeat.UP, 420)


def test_a_second_start_is_an_overlap(backup: Heartbeat) -> None:
    heartbeats.take(backup, "start")
    heartbeats.take(backup, "start")
    assert list(HeartbeatSign.objects.order_by("pk").values_list("is_overlap", flat=True)) == [False, True]


def test_when_the_product_itself_stood_still_nobody_is_called(backup: Heartbeat) -> None:
    heartbeats.take(backup, "success")
    heartbeats.sweep()
    with later(120):
        assert heartbeats.sweep() == 0
    backup.refresh_from_db()
    assert backup.state == Heartbeat.UP
    assert watched(124) == 0
    assert watched(126) == 1


def test_the_newest_hundred_signs_are_kept(backup: Heartbeat) -> None:
    for _number in range(125):
        heartbeats.take(backup, "log", body="x")
    assert 100 <= HeartbeatSign.objects.count() < 111


def test_paused_is_quiet_and_resumed_waits_for_a_sign(backup: Heartbeat) -> None:
    heartbeats.take(backup, "fail")
    heartbeats.pause(backup, actor=None)
    assert Alert.objects.get().status == Alert.CLOSED
    heartbeats.take(backup, "fail")
    assert Alert.objects.filter(status=Alert.OPEN).count() == 0
    heartbeats.resume(backup, actor=None)
    backup.refresh_from_db()
    assert (backup.state, backup.alarm_at) == (Heartbeat.NEW, None)


def test_a_new_rhythm_counts_from_the_last_sign_and_a_new_name_keeps_the_alert(backup: Heartbeat) -> None:
    heartbeats.take(backup, "success")
    heartbeats.change(backup, actor=None, every=60 * MINUTE)
    assert watched(30) == 0
    assert watched(66) == 1
    heartbeats.change(backup, actor=None, name="backup-bergen")
    with later(70):
        heartbeats.take(backup, "success")
    assert Alert.objects.get().status == Alert.CLOSED


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"name": "a/b"}, "name"), ({"name": "Backup-Oslo"}, "name"), ({"every": timedelta(seconds=1)}, "every"), ({"grace": -MINUTE}, "grace"),
        ({"kind": "cron", "expression": "x"}, "expression"), ({"kind": "calendar", "expression": "2020-01-01"}, "expression"), ({"kind": "moon"}, "kind"),
        ({"time_zone": "Mars/Base"}, "time_zone"), ({"alert_priority": 9}, "alert_priority"), ({"longest_run": timedelta(0)}, "longest_run"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_the_field(backup: Heartbeat, columns: dict[str, Any], field: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        heartbeats.create(actor=None, **{"name": "other", **columns})
    assert caught.value.field == field


def test_a_heartbeat_belongs_to_its_team(backup: Heartbeat, resolver: User, outsider: User, other_team: Team) -> None:
    Heartbeat.objects.filter(pk=backup.pk).update(team=other_team)
    assert other_team.pk not in {*resolver.team_ids, *outsider.team_ids}
    for user in (resolver, outsider):
        with pytest.raises(errors.Refused):
            heartbeats.pause(backup, actor=user)
    backup.refresh_from_db()
    assert backup.state == Heartbeat.NEW


def run(work: Callable[[], Any], done: list[Any]) -> None:
    """In a thread of its own, with a connection of its own."""
    try:
        done.append(work())
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_sign_races_with_the_watch(backup: Heartbeat) -> None:
    """Whoever is first: a heartbeat that lives has no open alert at the end."""
    for _round in range(10):
        Alert.objects.all().delete()  # so that it is not flapping, which keeps it open
        heartbeats.take(backup, "success")
        Heartbeat.objects.update(alarm_at=clock.now() - MINUTE)
        HeartbeatWatch.objects.update_or_create(pk=1, defaults={"looked_at": clock.now()})
        done: list[Any] = []
        works = (heartbeats.sweep, lambda: heartbeats.take(backup, "success"))
        threads = [threading.Thread(target=run, args=(work, done)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        backup.refresh_from_db()
        assert len(done) == 2
        assert (backup.state == Heartbeat.UP) == (not Alert.objects.exclude(status=Alert.CLOSED).exists())


@pytest.mark.parametrize(
    ("path", "state", "signal", "exit_status"),
    [
        ("", "up", "success", None),
        ("/start", "new", "start", None),
        ("/fail", "down", "fail", None),
        ("/log", "new", "log", None),
        ("/0", "up", "success", 0),
        ("/3", "down", "fail", 3),
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_pings_of_healthchecks(backup: Heartbeat, method: str, path: str, state: str, signal: str, exit_status: int | None) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = getattr(browser, method)(
        f"/ping/{backup.uuid}{path}", **({"data": "42 files", "content_type": "text/plain"} if method == "post" else {})
    )
    assert (answer.status_code, answer.content) == (200, b"" if method == "head" else b"OK")
    backup.refresh_from_db()
    sign = HeartbeatSign.objects.get()
    assert (backup.state, sign.signal, sign.exit_status, sign.body) == (state, signal, exit_status, "42 files" if method == "post" else "")


def test_a_ping_by_the_key_of_an_integration(backup: Heartbeat) -> None:
    key = integrations.create(actor=None, name="Jobs").key.reveal()
    assert Client().get(f"/ping/{key}/backup-oslo").status_code == 200
    assert Client().get(f"/ping/{key}/backup-oslo/fail").status_code == 200
    assert [Client().get(f"/ping/{key}/nobody").status_code, Client().get("/ping/nokey/backup-oslo").status_code] == [404, 404]
    assert HeartbeatSign.objects.count() == 2


@pytest.mark.parametrize("path", ["/256", "/nonsense", "/-1"])
def test_a_wrong_signal_is_told(backup: Heartbeat, path: str) -> None:
    assert Client().get(f"/ping/{backup.uuid}{path}").status_code == 400
    assert not HeartbeatSign.objects.exists()


def test_an_unknown_address_is_told(house: None) -> None:
    assert Client().get("/ping/7d4e1f57-5c2e-4bd0-a5f5-9d3c1b1f0000").status_code == 404


def test_a_body_that_is_no_text_is_kept_as_well_as_it_can(backup: Heartbeat) -> None:
    answer = Client().post(f"/ping/{backup.uuid}", b"\xff\x00ab" + b"x" * 60_000, content_type="application/octet-stream")
    assert answer.status_code == 200
    assert 5 < len(HeartbeatSign.objects.get().body) <= 10_000


def test_the_badge_tells_the_state_and_nothing_else(backup: Heartbeat) -> None:
    assert b"waiting" in Client().get(f"/badge/{backup.badge}.svg").content
    heartbeats.take(backup, "fail")
    assert Client().get(f"/badge/{backup.badge}.json").json() == {"status": "down", "name": "backup-oslo"}
    assert Client().get(f"/badge/{backup.uuid}.svg").status_code == 404


def test_made_and_changed_on_the_screen(sign_in: SignIn, agent: User, team: Team, service: Service) -> None:
    browser = sign_in(agent)
    given = {
        "name": "nightly",
        "team": team.pk,
        "kind": "cron",
        "expression": "61 * * * *",
        "time_zone": "Europe/Oslo",
        "grace": "30m",
        "alert_priority": "3",
    }
    refused = browser.post("/alerts/heartbeats/new/", given)
    assert refused.status_code == 422 and "cannot be read" in refused.content.decode()
    assert browser.post("/alerts/heartbeats/new/", {**given, "expression": ""}).status_code == 422
    made = browser.post("/alerts/heartbeats/new/", {**given, "expression": "30 2 * * *", "longest_run": "2h"})
    row = Heartbeat.objects.get()
    assert (made.status_code, made["HX-Redirect"]) == (204, f"/alerts/heartbeats/{row.pk}/")
    assert (row.grace, row.longest_run, row.expression) == (30 * MINUTE, 120 * MINUTE, "30 2 * * *")
    shown = browser.get(f"/alerts/heartbeats/{row.pk}/").content.decode()
    assert f"/ping/{row.uuid}" in shown and "30 2 * * * (Europe/Oslo) + 30m" in shown
    assert "nightly" in browser.get("/alerts/heartbeats/").content.decode()
    assert browser.post(f"/alerts/heartbeats/{row.pk}/pause/").status_code == 204
    assert browser.post(f"/alerts/heartbeats/{row.pk}/delete/")["HX-Redirect"] == "/alerts/heartbeats/"
    assert not Heartbeat.objects.exists()


def test_who_is_not_of_the_team_does_not_see_the_address(sign_in: SignIn, backup: Heartbeat, other_team: Team, lead: User) -> None:
    Heartbeat.objects.filter(pk=backup.pk).update(team=other_team)
    assert other_team.pk not in lead.team_ids
    shown = sign_in(lead).get(f"/alerts/heartbeats/{backup.pk}/").content.decode()
    assert str(backup.uuid) not in shown
