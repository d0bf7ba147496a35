"""Leads make schedules and rotations on the screen, also shadows (ONC-02, ONC-17)."""

from datetime import date, time
from typing import Any

import pytest

from accounts.models import Team, User
from common import clock
from oncall import queries
from oncall.actions import schedules
from oncall.models import Rotation, Schedule
from tests.oncall.conftest import NOON
from tests.oncall.test_screens import SignIn


@pytest.fixture(autouse=True)
def _tuesday() -> Any:
    with clock.shifted(NOON):
        yield


def given(**more: Any) -> dict[str, Any]:
    return {"name": "Primary", "length": "1", "unit": "weekly", "starts_on": "2026-11-23", "hand_over_at": "09:00", **more}


def words(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_lead_makes_a_schedule_that_counts_at_once(team: Team, lead: User, resolver: User, sign_in: SignIn) -> None:
    turns = {"turn_1": f"u{resolver.pk}", "turn_2": "no one", "turn_3": f"t{team.pk}"}
    client = sign_in(lead)
    assert "2026-11-23" in words(client.get("/oncall/schedules/new/"))
    answer = client.post("/oncall/schedules/new/", given(team=team.slug, schedule_name="Payments nights", time_zone="UTC", **turns))
    assert answer.status_code == 204, words(answer)
    made = Schedule.objects.get()
    assert queries.people_on_call(made, NOON) == [resolver]
    assert list(made.rotations.get().turns.values_list("user", "team")) == [(resolver.pk, None), (None, None), (None, team.pk)]


def test_what_is_wrong_stands_at_its_field(schedule: Schedule, team: Team, lead: User, resolver: User, sign_in: SignIn) -> None:
    client, turn = sign_in(lead), {"turn_1": f"u{resolver.pk}"}
    wrong = {
        "another schedule has this name": given(schedule_name="payments PRIMARY", time_zone="UTC", **turn),
        "Nowhere/Land": given(schedule_name="New", time_zone="Nowhere/Land", **turn),
        "needs at least one participant": given(schedule_name="New", time_zone="UTC"),
        "Give both times": given(schedule_name="New", time_zone="UTC", from_at="22:00", **turn),
        "Say from what time": given(schedule_name="New", time_zone="UTC", from_day="1", **turn),
        "must end after it starts": given(schedule_name="New", time_zone="UTC", ends_on="2026-11-01", **turn),
        "Select a valid choice": given(schedule_name="New", time_zone="UTC", turn_1="u999999"),
    }
    for text, values in wrong.items():
        answer = client.post("/oncall/schedules/new/", {"team": team.slug, **values})
        assert answer.status_code == 422 and text.lower() in words(answer).lower(), text
    assert Schedule.objects.count() == 1


def test_a_rotation_is_changed_and_removed(schedule: Schedule, lead: User, resolver: User, agent: User, sign_in: SignIn) -> None:
    row, client = schedule.rotations.get(), sign_in(lead)
    address = f"/oncall/schedules/{schedule.slug}/rotations/{row.pk}/"
    shown = words(client.get(address))
    assert f'<option value="u{lead.pk}" selected>' in shown and f'<option value="u{resolver.pk}" selected>' in shown
    values = given(turn_1=f"u{resolver.pk}", turn_2=f"u{lead.pk}", from_at="22:00", to_at="06:00")
    assert client.post(address, values).status_code == 204
    night = Rotation.objects.get()
    assert [turn.user for turn in night.turns.all()] == [resolver, lead] and night.restrictions.get().start_at == time(22)
    assert client.post(f"{address}remove/").status_code == 204 and not Rotation.objects.exists()
    assert client.get(address).status_code == 404


def test_several_restrictions_survive_the_form(schedule: Schedule, lead: User, sign_in: SignIn) -> None:
    row = schedule.rotations.get()
    hours = [schedules.Hours(time(8), time(12)), schedules.Hours(time(13), time(17))]
    schedules.change_rotation(row, schedules.Plan("Primary", [lead], date(2026, 11, 23), time(9), restrictions=hours), actor=lead)
    address = f"/oncall/schedules/{schedule.slug}/rotations/{row.pk}/"
    assert sign_in(lead).post(address, given(turn_1=f"u{lead.pk}", name="Days")).status_code == 204
    row.refresh_from_db()
    assert row.name == "Days" and row.restrictions.count() == 2


def test_a_second_rotation_and_the_schedules_own_columns(schedule: Schedule, lead: User, resolver: User, sign_in: SignIn) -> None:
    client, address = sign_in(lead), f"/oncall/schedules/{schedule.slug}/"
    assert client.post(f"{address}rotations/add/", given(name="Shadow", is_shadow="on", turn_1=f"u{resolver.pk}")).status_code == 204
    assert schedule.rotations.count() == 2
    values = {"name": "Payments first", "description": "", "time_zone": "Europe/Oslo", "combination": "layers", "is_enabled": "on"}
    assert client.post(address, values).status_code == 204
    assert client.post(address, {**values, "time_zone": "Mars/Base"}).status_code == 422
    schedule.refresh_from_db()
    assert (schedule.name, schedule.time_zone, schedule.slug) == ("Payments first", "Europe/Oslo", "payments-primary")


def test_who_does_not_lead_the_team_makes_nothing(schedule: Schedule, team: Team, resolver: User, outsider: User, sign_in: SignIn) -> None:
    row = schedule.rotations.get()
    for user in (resolver, outsider):
        client = sign_in(user)
        assert client.post("/oncall/schedules/new/", given(team=team.slug, schedule_name="X", time_zone="UTC")).status_code == 404
        for path in ("", "rotations/add/", f"rotations/{row.pk}/", f"rotations/{row.pk}/remove/"):
            assert client.post(f"/oncall/schedules/{schedule.slug}/{path}", given()).status_code in (403, 404)
    assert Schedule.objects.count() == 1 and schedule.rotations.count() == 1
