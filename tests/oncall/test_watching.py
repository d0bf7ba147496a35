"""What people hear of their time on call, and what their leads hear of holes (ONC-04, ONC-13)."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from accounts.models import Team, User
from common import clock, errors
from journal import actions as journal
from journal.models import Entry
from notifications.actions import contacts
from notifications.models import ContactMethod, Message, Notice
from oncall import telling
from oncall.actions import cover, schedules, watching
from oncall.models import Absence, Schedule
from tests.oncall.conftest import NOON
from tests.oncall.test_screens import SignIn

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


@pytest.fixture(autouse=True)
def _tuesday() -> Any:
    with clock.shifted(NOON):
        yield


def heard() -> list[tuple[str, str, str]]:
    """Runs what is waiting; who heard of what in which words."""
    journal.deliver_due()
    return [(row.user.name.split()[0], row.topic, row.text) for row in Notice.objects.select_related("user").order_by("pk")]


def test_the_first_look_tells_nobody_and_a_hand_over_tells_both(schedule: Schedule, lead: User, resolver: User) -> None:
    assert watching.tell_hand_overs() == 0
    watching.write_note(schedule, "The **queue** of Oslo is slow.", actor=lead)
    with clock.shifted(NOON + 6 * DAY):  # Monday 30 November, 12:00: Daniel since 9:00
        assert [watching.tell_hand_overs() for _time in range(2)] == [1, 0]
        told = heard()
    assert sorted(told) == [
        ("Daniel", "on_call", "You are on call now, until Mon 7 Dec 09:00: Payments primary"),
        ("Priya", "on_call", "Your time on call is over: Payments primary"),
    ]
    assert (
        Notice.objects.get(user=resolver).quote == "Priya Lead: The **queue** of Oslo is slow."
        and Message.objects.filter(recipient=resolver).exists()
    )


def test_after_an_outage_only_what_holds_now_is_told(schedule: Schedule, lead: User) -> None:
    watching.tell_hand_overs()
    with clock.shifted(NOON + 14 * DAY):
        assert watching.tell_hand_overs() == 0 and heard() == []


def test_an_override_is_a_hand_over_and_whom_others_put_on_call_hears_at_once(schedule: Schedule, lead: User, resolver: User) -> None:
    watching.tell_hand_overs()
    cover.add_override(schedule, resolver, NOON, NOON + HOUR, actor=lead, reason="Dentist")
    assert heard() == [("Daniel", "cover", "You are on call Tue 24 Nov 12:00 – Tue 24 Nov 13:00: Payments primary")]
    assert Notice.objects.get().quote == "Dentist"
    watching.tell_hand_overs()
    assert [line[1] for line in heard()[1:]] == ["on_call", "on_call"]


def test_who_asks_for_cover_and_who_answers_hear_of_each_other(schedule: Schedule, lead: User, resolver: User) -> None:
    request = cover.ask(schedule, NOON + HOUR, NOON + 2 * HOUR, actor=lead)
    assert heard() == [("Daniel", "cover", "Priya Lead asks you to take over Tue 24 Nov 13:00 – Tue 24 Nov 14:00: Payments primary")]
    cover.accept(request, actor=resolver)
    assert ("Priya", "cover", "Daniel Resolver takes over Tue 24 Nov 13:00 – Tue 24 Nov 14:00: Payments primary") in heard()
    assert not Notice.objects.filter(user=resolver, text__contains="You are on call").exists()


def test_leads_hear_once_a_day_of_holes_absences_doubles_and_the_unreachable(team: Team, schedule: Schedule, lead: User, resolver: User) -> None:
    plan = schedules.Plan("Days", [lead], date(2026, 11, 23), time(9), unit="daily", ends_on=date(2026, 11, 30))
    schedules.create(actor=lead, team=team, name="Payments second", rotations=[plan])
    Absence.objects.create(user=resolver, starts_at=NOON + 7 * DAY, ends_at=NOON + 8 * DAY)
    assert [watching.warn_leads() for _time in range(2)] == [2, 0]
    told = {entry.data["name"]: entry.data["text"] for entry in Entry.objects.filter(event="schedule.warned")}
    assert "nobody is on call Mon 30 Nov 09:00" in told["Payments second"]
    assert "Daniel Resolver is away while on call Tue 1 Dec 12:00 – Wed 2 Dec 12:00" in told["Payments primary"]
    assert "Priya Lead is also on call in Payments second Tue 24 Nov 12:00 – Mon 30 Nov 09:00" in told["Payments primary"]
    assert "Priya Lead has no verified way to be paged" in told["Payments primary"]
    assert {line[:2] for line in heard()} == {("Priya", "gaps")}
    with clock.shifted(NOON + DAY):
        assert watching.warn_leads() == 2


def test_a_schedule_in_order_warns_nobody(schedule: Schedule, lead: User, resolver: User) -> None:
    for user in (lead, resolver):
        ContactMethod.objects.create(user=user, channel="sms", name="Phone", address="+4712345678", verified_at=NOON)
    assert watching.warn_leads() == 0


def test_notes_are_of_the_team_and_not_empty(schedule: Schedule, lead: User, outsider: User, sign_in: SignIn) -> None:
    for text in ("  ", "x" * 4001):
        with pytest.raises(errors.Invalid) as refused:
            watching.write_note(schedule, text, actor=lead)
        assert refused.value.field == "body"
    with pytest.raises(errors.Refused):
        watching.write_note(schedule, "x", actor=outsider)
    client = sign_in(lead)
    assert client.post(f"/oncall/schedules/{schedule.slug}/note/", {"body": ""}).status_code == 422
    assert client.post(f"/oncall/schedules/{schedule.slug}/note/", {"body": "Restart of node 3 is **due**"}).status_code == 204
    page = client.get("/oncall/?team=payments").content.decode()
    assert "Restart of node 3 is <strong>due</strong>" in page


def test_who_made_rules_for_his_shifts_hears_by_them_and_not_by_mail_too(schedule: Schedule, lead: User, resolver: User) -> None:
    """ONC-08, ONC-13: shift_start and shift_end, of either urgency, once; who has no rule hears as before."""
    for user, event, urgency in ((resolver, "shift_start", "important"), (resolver, "shift_start", "default"), (lead, "shift_start", "important")):
        contact, _is_new = ContactMethod.objects.get_or_create(
            user=user, channel="ntfy", name="Phone", address=f"https://n.example.com/{user.pk}", verified_at=NOON
        )
        contacts.add_rule(actor=user, event=event, urgency=urgency, delay=0, contact=contact)
    watching.tell_hand_overs()
    with clock.shifted(NOON + 6 * DAY):
        watching.tell_hand_overs()
        heard()
        telling.hand_over(Entry.objects.get(event="schedule.handed_over"))  # delivered twice: nobody hears twice
    words = "You are on call now, until Mon 7 Dec 09:00: Payments primary"
    assert list(Message.objects.filter(recipient=resolver).values_list("channel", "subject")) == [("ntfy", words)] * 2
    assert list(Message.objects.filter(recipient=lead).values_list("channel", flat=True)) == ["email"]  # his rule is of the start
    assert Notice.objects.count() == 2
    with clock.shifted(NOON + 13 * DAY):
        watching.tell_hand_overs()
        heard()
    assert list(Message.objects.filter(recipient=lead).order_by("pk").values_list("channel", flat=True)) == ["email", "ntfy"]
    assert list(Message.objects.filter(recipient=resolver).order_by("pk").values_list("channel", flat=True)) == ["ntfy", "ntfy", "email"]


def test_a_rule_by_an_unverified_way_is_none(schedule: Schedule, resolver: User) -> None:
    contact = ContactMethod.objects.create(user=resolver, channel="ntfy", name="Phone", address="https://n.example.com/x", verified_at=NOON)
    contacts.add_rule(actor=resolver, event="shift_start", urgency="default", delay=5, contact=contact)
    ContactMethod.objects.update(verified_at=None)
    watching.tell_hand_overs()
    with clock.shifted(NOON + 6 * DAY):
        watching.tell_hand_overs()
        heard()
    assert list(Message.objects.filter(recipient=resolver).values_list("channel", flat=True)) == ["email"]
