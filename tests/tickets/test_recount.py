"""Changing goals, metrics and calendars: new clocks only, or the open ones too; and the audit."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from common import clock, errors
from incidents import actions as incidents
from incidents.models import Incident
from journal.models import Entry
from services.models import Service
from sla import actions as calendars
from sla.models import Calendar
from tickets import goals
from tickets.actions import auditing, conversation, editing, recounting
from tickets.models import Goal, Metric, Recount, SlaClock, Ticket

HOUR = timedelta(hours=1)


def resolution(ticket: Ticket) -> SlaClock:
    return SlaClock.objects.get(ticket_id=ticket.pk, metric="resolution")


def p1() -> Goal:
    return Goal.objects.get(metric__slug="resolution", query="priority = P1")


def test_a_changed_goal_counts_for_new_clocks_only(agent: User, incident: Incident, service: Service) -> None:
    Goal.objects.filter(pk=p1().pk).update(target_seconds=3600)
    conversation.comment(incident, actor=agent, body="On it", is_internal=False)
    editing.edit(incident, actor=agent, summary="Gateway returns 502 again")
    assert resolution(incident).target_seconds == 4 * 3600
    assert resolution(incidents.create(actor=agent, summary="Next", service=service, urgency=1)).target_seconds == 3600


def test_the_preview_says_who_would_be_breached_and_changes_nothing(incident: Incident) -> None:
    Goal.objects.filter(pk=p1().pk).update(target_seconds=3600)
    found = recounting.preview("incident", incident.created_at + 2 * HOUR)
    assert (found.looked_at, found.changed, found.newly_breached) == (1, 1, 1)
    assert [(row.ticket.pk, row.metric, row.due_after) for row in found.rows] == [(incident.pk, "resolution", incident.created_at + HOUR)]
    assert (resolution(incident).target_seconds, Recount.objects.count()) == (4 * 3600, 0)


def test_open_clocks_follow_when_an_admin_asks(admin: User, incident: Incident) -> None:
    Goal.objects.filter(pk=p1().pk).update(target_seconds=7200)
    wish = recounting.ask("incident", actor=admin)
    assert recounting.ask("incident", actor=admin).pk == wish.pk
    assert recounting.work_off() == 1
    wish.refresh_from_db()
    assert (wish.changed_count, wish.finished_at is not None) == (1, True)
    assert (resolution(incident).target_seconds, resolution(incident).due_at) == (7200, incident.created_at + 2 * HOUR)
    assert recounting.preview("incident", clock.now()).changed == 0
    assert Entry.objects.filter(event="sla.recounted").count() == 1


def test_only_who_manages_settings_may_ask(agent: User) -> None:
    with pytest.raises(errors.Refused):
        recounting.ask("incident", actor=agent)
    assert Recount.objects.count() == 0


def test_a_new_holiday_reaches_open_clocks_only_by_recomputation(agent: User, admin: User, service: Service) -> None:
    monday = clock.now().replace(year=2026, month=11, day=23, hour=9, minute=0, second=0, microsecond=0)
    with clock.shifted(monday):
        ticket = incidents.create(actor=agent, summary="Slow", service=service, impact=4, urgency=2)
    due = resolution(ticket).due_at
    calendars.add_holidays(Calendar.objects.get(name="Business hours"), {date(2026, 11, 24): "Long weekend"}, actor=admin)
    with clock.shifted(monday + HOUR):
        editing.edit(ticket, actor=agent, summary="Slower")
        assert resolution(ticket).due_at == due
        recounting.ask("incident", actor=admin)
        recounting.work_off()
    assert due is not None
    assert resolution(ticket).due_at == due + timedelta(days=3)


def test_a_changed_metric_reaches_open_clocks_by_recomputation(agent: User, admin: User, incident: Incident) -> None:
    Metric.objects.filter(slug="resolution").update(pauses=["unassigned"])
    editing.edit(incident, actor=agent, summary="Still the same")
    assert resolution(incident).state == "running"
    recounting.ask("incident", actor=admin)
    recounting.work_off()
    assert resolution(incident).state == "paused"
    editing.assign(incident, actor=agent, assignee=agent)
    assert resolution(incident).state == "running"


def test_the_admin_page_previews_and_starts(sign_in: Callable[[User], Client], admin: User, incident: Incident) -> None:
    Goal.objects.filter(pk=p1().pk).update(target_seconds=60)
    client = sign_in(admin)
    with clock.shifted(incident.created_at + HOUR):
        page = client.get("/admin/tickets/recount/preview/").content.decode()
    assert incident.key in page
    assert client.post("/admin/tickets/recount/preview/", {"kind": "incident"}).status_code == 302
    assert Recount.objects.count() == 1


def test_saving_a_goal_says_that_open_clocks_keep_theirs(sign_in: Callable[[User], Client], admin: User, incident: Incident) -> None:
    goal = p1()
    values = {"metric": goal.metric_id, "position": 1, "query": "priority = P1", "target_seconds": "1m", "calendar": goal.calendar_id}
    page = sign_in(admin).post(f"/admin/tickets/goal/{goal.pk}/change/", values, follow=True).content.decode()
    assert "Open clocks keep what was promised" in page
    assert resolution(incident).target_seconds == 4 * 3600


def test_a_goal_with_a_bad_query_is_refused(sign_in: Callable[[User], Client], admin: User) -> None:
    goal = p1()
    values = {"metric": goal.metric_id, "position": 1, "query": "priority == very", "target_seconds": "1m", "calendar": goal.calendar_id}
    assert sign_in(admin).post(f"/admin/tickets/goal/{goal.pk}/change/", values).status_code == 200
    goal.refresh_from_db()
    assert goal.query == "priority = P1"


def test_the_page_of_a_metric_offers_conditions_and_statuses(sign_in: Callable[[User], Client], admin: User) -> None:
    page = sign_in(admin).get(f"/admin/tickets/metric/{Metric.objects.get(slug='resolution').pk}/change/").content.decode()
    assert "status is Monitoring" in page


def test_every_priority_ships_with_a_goal_and_a_gap_is_named(house: None) -> None:
    assert goals.gaps("incident") == {"Time to first response": [], "Time to resolution": []}
    p1().delete()
    assert goals.gaps("incident")["Time to resolution"] == [1]


def test_the_audit_finds_a_clock_that_was_tampered_with_and_mends_it(incident: Incident, capsys: pytest.CaptureFixture[str]) -> None:
    assert auditing.audit() == 0
    SlaClock.objects.filter(ticket=incident, metric="resolution").update(target_seconds=1)
    with pytest.raises(SystemExit):
        call_command("audit_sla")
    assert "1 differences" in capsys.readouterr().out
    assert Entry.objects.get(event="sla.differed").data == {"metric": "resolution", "columns": "target_seconds"}
    assert (auditing.audit(is_repair=True), auditing.audit()) == (1, 0)


def test_entries_from_before_the_flags_are_understood(agent: User, incident: Incident) -> None:
    at = incident.created_at
    Entry.objects.create(
        event="ticket.transitioned",
        subject_type="ticket",
        subject_id=incident.pk,
        at=at + HOUR,
        data={"before": "New", "after": "Pending", "verb": "hold"},
    )
    Entry.objects.create(
        event="comment.added", subject_type="ticket", subject_id=incident.pk, actor=agent, at=at + HOUR, data={"comment": 0, "is_internal": False}
    )
    assert auditing.audit(is_repair=True) == 2
    assert (resolution(incident).state, resolution(incident).used_seconds) == ("paused", 3600)
