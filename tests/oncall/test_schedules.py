"""Making and changing schedules, and who is on call by the tables (ONC-01, ONC-02)."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Team, User
from common import clock, errors
from journal.models import Entry
from oncall import queries
from oncall.actions import cover, schedules
from oncall.models import EscalationPolicy, EscalationStep, Override, Rotation, Schedule
from tests.oncall.conftest import NOON

WEEK = timedelta(days=7)


def plan(*turns: Any, **columns: Any) -> schedules.Plan:
    return replace(schedules.Plan("Second", list(turns), date(2026, 11, 23), time(9)), **columns)


def test_who_is_on_call_now_next_and_before(schedule: Schedule, lead: User, resolver: User) -> None:
    assert queries.people_on_call(schedule, NOON) == [lead]
    assert queries.people_next(schedule, NOON) == [resolver]
    assert queries.people_before(schedule, NOON) == []
    assert queries.people_before(schedule, NOON + WEEK) == [lead]


def test_a_team_on_call_is_all_its_active_members(schedule: Schedule, lead: User, resolver: User, team: Team) -> None:
    schedules.change_rotation(schedule.rotations.get(), plan(team, name="Primary"), actor=lead)
    assert queries.people_on_call(schedule, NOON) == [resolver, lead]
    resolver.is_active = False
    resolver.save(update_fields=["is_active"])
    assert queries.people_on_call(schedule, NOON) == [lead]


def test_somebody_deactivated_is_no_one_and_his_overrides_do_not_count(schedule: Schedule, lead: User, resolver: User) -> None:
    with clock.shifted(NOON):
        cover.add_override(schedule, resolver, NOON, NOON + WEEK * 2, actor=lead)
    resolver.is_active = False
    resolver.save(update_fields=["is_active"])
    assert queries.people_on_call(schedule, NOON + timedelta(hours=1)) == [lead]
    assert queries.people_on_call(schedule, NOON + WEEK) == []


def test_a_disabled_schedule_has_nobody(schedule: Schedule, lead: User) -> None:
    assert queries.people_on_call(schedules.change(schedule, actor=lead, is_enabled=False), NOON) == []


def test_the_members_own_schedules(schedule: Schedule, lead: User, agent: User) -> None:
    assert (queries.schedules_of(lead), queries.schedules_of(agent)) == ([schedule], [])


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("turns", {"turns": []}), ("length", {"length": 0}), ("length", {"length": 1001}), ("unit", {"unit": "monthly"}), ("name", {"name": " "}),
        ("name", {"name": "Primary"}), ("ends_on", {"ends_on": date(2026, 11, 23)}), ("time_zone", {"time_zone": "Europe/Trondheim"}),
        ("restrictions", {"restrictions": [schedules.Hours(time(9), time(17), start_day=1)]}),
        ("restrictions", {"restrictions": [schedules.Hours(time(9), time(17), 1, 7)]}),
    ],
)  # fmt: skip
def test_a_wrong_rotation_names_its_field(schedule: Schedule, lead: User, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.Invalid) as refused:
        schedules.add_rotation(schedule, plan(lead, **wrong), actor=lead)
    assert refused.value.field == field and refused.value.message.endswith((".", "”."))
    assert Rotation.objects.count() == 1


def test_somebody_deactivated_cannot_take_turns(schedule: Schedule, lead: User, resolver: User) -> None:
    resolver.is_active = False
    with pytest.raises(errors.Invalid, match="Daniel Resolver is deactivated"):
        schedules.add_rotation(schedule, plan(resolver), actor=lead)


@pytest.mark.parametrize(("field", "wrong"), [("name", {"name": ""}), ("name", {"name": "payments PRIMARY"}), ("time_zone", {"time_zone": "CEST"})])
def test_a_wrong_schedule_names_its_field(schedule: Schedule, lead: User, team: Team, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.Invalid) as refused:
        schedules.create(actor=lead, team=team, **{"name": "Another", **wrong})
    assert refused.value.field == field
    assert Schedule.objects.count() == 1


def test_only_leads_and_who_manages_may_change(schedule: Schedule, resolver: User, agent: User, admin: User, team: Team) -> None:
    for actor in (resolver, agent):
        with pytest.raises(errors.Refused):
            schedules.change(schedule, actor=actor, name="Mine")
        with pytest.raises(errors.Refused):
            schedules.create(actor=actor, team=team, name="Mine")
        with pytest.raises(errors.Refused):
            schedules.delete(schedule, actor=actor)
    assert schedules.change(schedule, actor=admin, name="Hers").name == "Hers"


def test_a_lead_cannot_give_a_schedule_to_another_team(schedule: Schedule, lead: User, other_team: Team) -> None:
    with pytest.raises(errors.Refused):
        schedules.change(schedule, actor=lead, team=other_team)


def test_the_same_change_twice_is_recorded_once(schedule: Schedule, lead: User) -> None:
    rotation = schedule.rotations.get()
    for _time in range(2):
        schedules.change(schedule, actor=lead, description="Pay")
        schedules.change_rotation(rotation, plan(lead, name="Primary"), actor=lead)
    assert Entry.objects.filter(event__in=["schedule.changed", "schedule.rotation_changed"]).count() == 2


def test_a_rotation_that_goes_takes_its_own_overrides_along(schedule: Schedule, lead: User, resolver: User) -> None:
    rotation, second = schedule.rotations.get(), schedules.add_rotation(schedule, plan(resolver), actor=lead)
    with clock.shifted(NOON):
        alone = cover.add_override(schedule, lead, NOON, NOON + WEEK, actor=lead, rotations=[second.pk])
        both = cover.add_override(schedule, lead, NOON, NOON + WEEK, actor=lead, rotations=[second.pk, rotation.pk])
    schedules.remove_rotation(second, actor=lead)
    assert Override.objects.get(pk=alone.pk).canceled_at is not None
    assert (Override.objects.get(pk=both.pk).canceled_at, Override.objects.get(pk=both.pk).rotations) == (None, [rotation.pk])


def test_a_schedule_in_use_is_not_deleted(schedule: Schedule, lead: User, team: Team) -> None:
    policy = EscalationPolicy.objects.create(slug="p", name="Payments policy", team=team)
    EscalationStep.objects.create(policy=policy, schedule=schedule)
    with pytest.raises(errors.Conflict, match="Payments policy"):
        schedules.delete(schedule, actor=lead)
    assert Schedule.objects.filter(pk=schedule.pk).exists() and not Entry.objects.filter(event="schedule.deleted").exists()
    policy.delete()
    schedules.delete(schedule, actor=lead)
    schedules.delete(schedule, actor=lead)
    assert Entry.objects.filter(event="schedule.deleted").count() == 1


def test_stored_takes_five_queries_for_many(schedule: Schedule, lead: User, team: Team, django_assert_max_num_queries: Any) -> None:
    both = [schedule, schedules.create(actor=lead, team=team, name="Other", rotations=[plan(team)])]
    with django_assert_max_num_queries(5):
        assert set(queries.stored_all(both, NOON, NOON + WEEK)) == {one.pk for one in both}


def test_the_register_in_the_admin_makes_schedule_and_turns(admin: User, team: Team, sign_in: Any) -> None:
    client: Client = sign_in(admin)
    form = {
        "slug": "night", "name": "Night", "team": team.pk, "time_zone": "Europe/Oslo", "combination": "layers", "is_enabled": "on",
        "rotations-TOTAL_FORMS": 1, "rotations-INITIAL_FORMS": 0, "rotations-0-name": "All", "rotations-0-position": 0, "rotations-0-unit": "daily",
        "rotations-0-length": 1, "rotations-0-starts_on": "2026-11-23", "rotations-0-hand_over_at": "09:00",
    }  # fmt: skip
    answer = client.post("/admin/oncall/schedule/add/", form)
    assert answer.status_code == 302, answer.context["errors"]
    rotation = Rotation.objects.get(name="All")
    page = f"/admin/oncall/rotation/{rotation.pk}/change/"
    base = {
        "schedule": rotation.schedule_id, "name": "All", "position": 0, "unit": "daily", "length": 1, "starts_on": "2026-11-23", "hand_over_at": "09:00",
        "turns-TOTAL_FORMS": 1, "turns-INITIAL_FORMS": 0, "restrictions-TOTAL_FORMS": 0, "restrictions-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert b"needs at least one participant" in client.post(page, {**base, "turns-TOTAL_FORMS": 0}).content
    assert client.post(page, {**base, "turns-0-position": 0, "turns-0-user": admin.pk}).status_code == 302
    assert queries.people_on_call(rotation.schedule, NOON) == [admin]
    assert Entry.objects.filter(event="register.added", actor=admin).count() >= 2


def test_leads_of_another_team_do_not_manage(schedule: Schedule, agent: User, other_team: Team) -> None:
    Membership.objects.create(team=other_team, user=agent, is_lead=True)
    with pytest.raises(errors.Refused):
        schedules.change(schedule, actor=agent, name="Mine")
