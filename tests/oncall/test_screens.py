"""The screens of on-call through HTTP: the page, the dialogs, the answers (ONC-03, ONC-04, ONC-13)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Team, User
from common import clock
from notifications.models import ContactMethod
from oncall import queries, timeline
from oncall.actions import cover, schedules
from oncall.models import Absence, CoverRequest, Override, Schedule
from tests.oncall.conftest import NOON

SignIn = Callable[[User], Client]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _tuesday() -> Any:
    with clock.shifted(NOON):
        yield


def form(schedule: Schedule, **columns: str) -> dict[str, str]:
    return {"schedule": schedule.slug, "starts_at": "2026-11-24T14:00", "ends_at": "2026-11-24T18:00", **columns}


def test_the_page_says_who_is_on_call_until_when_and_who_is_next(schedule: Schedule, resolver: User, sign_in: SignIn) -> None:
    page = sign_in(resolver).get("/oncall/").content.decode()
    assert "Priya Lead" in page and "until Mon 30 Nov 09:00" in page and "Next" in page and "Daniel Resolver" in page
    assert "all covered for the next 14 days" in page and "week 48" in page and "That is you" not in page


@pytest.mark.parametrize(
    "query",
    [
        "span=day",
        "span=2weeks",
        "span=month",
        "span=month&from=2026-12-31",
        "from=nonsense",
        "from=2026-99-99",
        "team=none",
        "from=0001-01-01",
        "part=rota",
    ],
)
def test_every_view_opens(schedule: Schedule, agent: User, sign_in: SignIn, query: str) -> None:
    assert sign_in(agent).get(f"/oncall/?{query}").status_code == 200


def test_the_page_without_a_schedule(agent: User, sign_in: SignIn) -> None:
    assert "No schedules yet" in sign_in(agent).get("/oncall/").content.decode()


def test_a_hole_is_named_in_the_head_line(schedule: Schedule, lead: User, agent: User, sign_in: SignIn) -> None:
    rotation = schedule.rotations.get()
    schedules.change_rotation(rotation, replace(schedules.plan_of(rotation), ends_on=(NOON + 12 * DAY).date()), actor=lead)
    page = sign_in(agent).get("/oncall/").content.decode()
    assert "Payments platform, 2d 3h gap on 6 Dec" in page


def test_an_override_by_the_dialog_and_its_undo(schedule: Schedule, resolver: User, sign_in: SignIn) -> None:
    client = sign_in(resolver)
    opened = client.get(f"/oncall/overrides/add/?schedule={schedule.slug}&begin=2026-11-24T14:00:00Z&end=2026-11-24T18:00:00Z").content.decode()
    assert 'value="2026-11-24T14:00"' in opened and "Lead" not in opened.split("</form>")[0].split("id_user")[-1]
    answer = client.post("/oncall/overrides/add/", form(schedule, user=resolver.email))
    made = Override.objects.get()
    assert answer.status_code == 204 and queries.people_on_call(schedule, NOON + 3 * HOUR) == [resolver]
    assert f"/oncall/overrides/{made.pk}/cancel/" in answer["HX-Trigger"]
    assert client.post(f"/oncall/overrides/{made.pk}/cancel/").status_code == 204
    assert queries.people_on_call(schedule, NOON + 3 * HOUR) == queries.people_on_call(schedule, NOON)


@pytest.mark.parametrize(
    ("columns", "words"),
    [({"ends_at": "2026-11-24T13:00"}, "must end after it starts"), ({"ends_at": "soon"}, "valid date"), ({"schedule": "none"}, "valid choice")],
)
def test_a_wrong_override_is_told_in_the_dialog(schedule: Schedule, resolver: User, sign_in: SignIn, columns: dict[str, str], words: str) -> None:
    answer = sign_in(resolver).post("/oncall/overrides/add/", form(schedule, user=resolver.email) | columns)
    assert answer.status_code == 422 and words in answer.content.decode() and not Override.objects.exists()


def test_cover_is_asked_and_taken_on_the_screen(schedule: Schedule, lead: User, resolver: User, sign_in: SignIn) -> None:
    assert sign_in(lead).post("/oncall/cover/ask/", form(schedule)).status_code == 204
    request, client = CoverRequest.objects.get(), sign_in(resolver)
    assert "asks to hand over Tue 24 Nov 14:00" in client.get("/oncall/").content.decode()
    assert client.post(f"/oncall/cover/{request.pk}/accept/").status_code == 204
    assert "asks to hand over" not in client.get("/oncall/?part=requests", headers={"HX-Request": "true"}).content.decode()
    assert queries.people_on_call(schedule, NOON + 3 * HOUR) == [resolver]
    assert client.post(f"/oncall/cover/{request.pk}/withdraw/").status_code == 403
    assert client.post(f"/oncall/cover/{request.pk}/explode/").status_code == 404


def test_my_shifts_and_the_words_under_the_name(schedule: Schedule, lead: User, agent: User, sign_in: SignIn) -> None:
    page = sign_in(lead).get("/oncall/shifts/").content.decode()
    assert "Mon 23 Nov 09:00 – Mon 30 Nov 09:00" in page and "On call until Mon 09:00 UTC" in page
    assert "You are not on call" in sign_in(agent).get("/oncall/shifts/").content.decode()
    assert timeline.badge(agent) == ""


def test_shifts_join_over_an_override_of_ones_own(schedule: Schedule, lead: User) -> None:
    cover.add_override(schedule, lead, NOON + HOUR, NOON + 2 * HOUR, actor=lead)
    found = timeline.shifts_of(lead, NOON, NOON + DAY)
    assert [(one["begin"], one["end"], one["is_override"]) for one in found] == [(NOON, NOON + DAY, True)]


def test_the_outsider_and_the_requester_find_nothing(schedule: Schedule, outsider: User, requester: User, sign_in: SignIn) -> None:
    for user in (outsider, requester):
        assert {sign_in(user).get(path).status_code for path in ("/oncall/", "/oncall/shifts/", "/oncall/overrides/add/", "/oncall/cover/ask/")} == {
            404
        }


def test_who_is_away_or_cannot_be_reached_is_named(schedule: Schedule, lead: User, resolver: User, sign_in: SignIn) -> None:
    Absence.objects.create(user=resolver, starts_at=NOON, ends_at=NOON + 7 * DAY)
    ContactMethod.objects.create(user=lead, channel="sms", name="Phone", address="+47", verified_at=NOON)
    page = sign_in(resolver).get("/oncall/").content.decode()
    assert "Daniel Resolver is away while on call in Payments primary: Mon 30 Nov 09:00 – Tue 1 Dec 12:00" in page
    assert "No verified way to be paged, so only the app and e-mail reach them: Daniel Resolver" in page


def test_who_left_the_team_but_not_its_rotation_is_named(schedule: Schedule, resolver: User, team: Team, sign_in: SignIn) -> None:
    said = "Daniel Resolver is on call in Payments primary, but not in its team"
    assert said not in sign_in(resolver).get("/oncall/").content.decode()
    Membership.objects.filter(user=resolver, team=team).delete()
    assert said in sign_in(resolver).get("/oncall/").content.decode()


def test_the_page_costs_the_same_for_more_schedules(
    schedule: Schedule, lead: User, agent: User, other_team: Team, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(agent)
    client.get("/oncall/")
    with django_assert_max_num_queries(60) as few:
        client.get("/oncall/?team=payments")
    for number in range(3):
        schedules.create(actor=None, team=other_team, name=f"Other {number}", rotations=[schedules.Plan("All", [lead], (NOON - DAY).date(), time(9))])
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/oncall/?team=payments")
