"""Calendars from outside become overrides and times away, the same again changes nothing, and a followed one is read every hour (ONC-04, ONC-05)."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Team, User
from common import clock, egress, errors
from journal import actions as journal
from journal.models import Entry
from notifications.models import Notice
from oncall import queries
from oncall.actions import calendars, cover
from oncall.models import Absence, FollowedCalendar, Override, Schedule
from tests.notifications import tls
from tests.notifications.sinks import Provider
from tests.oncall.conftest import NOON
from tests.oncall.ics import calendar, timed
from tests.oncall.test_screens import SignIn

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST, SECOND = ("20261125T080000Z", "20261125T100000Z"), ("20261126T080000Z", "20261126T100000Z")


@pytest.fixture(autouse=True)
def _tuesday() -> Any:
    with clock.shifted(NOON):
        yield


class Secure(Provider):
    """Speaks https."""

    @property
    def url(self) -> str:
        return super().url.replace("http:", "https:")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who has read enough hangs up."""


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Provider]:
    """A calendar server on 127.0.0.1, whose certificate the machine trusts."""
    file = tls.certificate(tmp_path)
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    egress._tls.cache_clear()
    with Secure() as made:
        made.socket = tls.context(file).wrap_socket(made.socket, server_side=True)
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield made
        made.shutdown()
    egress._tls.cache_clear()


def live(schedule: Schedule) -> list[tuple[str, str, str]]:
    rows = Override.objects.filter(schedule=schedule, canceled_at__isnull=True).select_related("user").order_by("starts_at")
    return [(row.user.name if row.user else "", f"{row.starts_at:%d. %H:%M}", row.reason) for row in rows]


def test_an_event_puts_on_call_whom_it_names(schedule: Schedule, lead: User, resolver: User) -> None:
    events = [
        timed("a", *FIRST, "Cover", f"ATTENDEE:mailto:{resolver.email.upper()}", f"ORGANIZER:mailto:{lead.email}"),
        timed("b", *SECOND, "on call: daniel RESOLVER (late)", f"ORGANIZER:mailto:{lead.email}"),
        timed("c", "20261127T080000Z", "20261127T100000Z", f"<{resolver.email}> covers"),
        timed("d", "20261128T080000Z", "20261128T100000Z", "Dentist", f"ORGANIZER:mailto:{lead.email}"),
    ]
    found = calendars.take_in(schedule, calendar(*events), actor=lead)
    assert (len(found.added), found.refused) == (4, [])
    assert [name for name, _begin, _title in live(schedule)] == ["Daniel Resolver"] * 3 + ["Priya Lead"]
    assert queries.people_on_call(schedule, NOON + 20 * HOUR) == [resolver]
    assert Entry.objects.filter(event="override.created").count() == 4


def test_who_is_not_meant_is_named_with_the_reason(schedule: Schedule, lead: User, resolver: User, agent: User, requester: User) -> None:
    gone = User.objects.filter(pk=agent.pk)
    gone.update(is_active=False)
    events = [
        timed("a", *FIRST, "Team lunch"), timed("b", *FIRST, agent.name), timed("c", *FIRST, requester.name),
        timed("d", *FIRST, f"{lead.name} and {resolver.name}"), timed("e", *FIRST, f"{resolver.name}son"),
    ]  # fmt: skip
    found = calendars.take_in(schedule, calendar(*events), actor=lead)
    assert dict(found.refused) == {
        "Team lunch": "it names nobody of Evenkeel by e-mail address or full name",
        agent.name: "it names nobody of Evenkeel by e-mail address or full name",
        requester.name: "Jonas Requester does not work on call",
        f"{lead.name} and {resolver.name}": "it names several people: Priya Lead, Daniel Resolver",
        f"{resolver.name}son": "it names nobody of Evenkeel by e-mail address or full name",
    }
    assert not Override.objects.exists() and not Entry.objects.filter(event="schedule.calendar_taken").exists()


def test_the_same_again_changes_nothing_and_what_changed_or_went_follows(schedule: Schedule, lead: User, resolver: User) -> None:
    content = calendar(timed("a", *FIRST, resolver.name), timed("b", *SECOND, resolver.name))
    for _twice in range(2):
        found = calendars.take_in(schedule, content, actor=lead)
    assert (found.same, found.is_empty, Override.objects.count()) == (2, True, 2)
    assert Entry.objects.filter(event="schedule.calendar_taken").count() == 1
    first = Override.objects.get(feed_uid="a")
    calendars.take_in(schedule, calendar(timed("a", "20261125T090000Z", "20261125T110000Z", lead.name)), actor=lead)
    assert live(schedule) == [("Priya Lead", "25. 09:00", "Priya Lead")]
    first.refresh_from_db()
    assert (first.user, Override.objects.count()) == (lead, 2)
    assert sorted(Entry.objects.filter(event__startswith="override.").values_list("event", flat=True)) == [
        "override.canceled", "override.changed", "override.created", "override.created",
    ]  # fmt: skip
    calendars.take_in(schedule, content, actor=lead)
    assert len(live(schedule)) == 2  # what had gone comes back


def test_what_has_begun_stays_when_it_is_gone_and_the_past_stays_when_it_is_moved(schedule: Schedule, lead: User, resolver: User) -> None:
    calendars.take_in(schedule, calendar(timed("a", *FIRST, resolver.name), timed("b", *SECOND, resolver.name)), actor=lead)
    with clock.shifted(NOON + 21 * HOUR):  # a is under way
        calendars.take_in(schedule, calendar(timed("x", "20261201T080000Z", "20261201T100000Z", lead.name)), actor=lead)
        assert [begin for _name, begin, _title in live(schedule)] == ["25. 08:00", "01. 08:00"]
    with clock.shifted(NOON + 2 * DAY):
        calendars.take_in(schedule, calendar(timed("a", "20261202T080000Z", "20261202T100000Z", resolver.name)), actor=lead)
    assert {(row.starts_at.day, row.feed_uid) for row in Override.objects.filter(canceled_at__isnull=True)} == {(25, ""), (2, "a")}


def test_what_somebody_canceled_by_hand_does_not_come_back(schedule: Schedule, lead: User, resolver: User) -> None:
    content = calendar(timed("a", *FIRST, resolver.name))
    calendars.take_in(schedule, content, actor=lead)
    cover.cancel_override(Override.objects.get(), actor=lead)
    found = calendars.take_in(schedule, content, actor=lead)
    assert found.is_empty and found.refused == [(resolver.name, "it was canceled here")] and live(schedule) == []
    calendars.take_in(schedule, calendar(timed("a", *SECOND, resolver.name)), actor=lead)
    assert len(live(schedule)) == 1  # another time is another matter


def test_whom_a_calendar_puts_on_call_hears_once(schedule: Schedule, lead: User, resolver: User) -> None:
    calendars.take_in(
        schedule, calendar(timed("a", *FIRST, resolver.name), timed("b", *SECOND, resolver.name), timed("c", *SECOND, lead.name)), actor=lead
    )
    journal.deliver_due()
    assert list(Notice.objects.values_list("user__name", "text")) == [("Daniel Resolver", "A calendar puts you on call 2 times: Payments primary")]


def test_only_leads_take_in_overrides_and_everybody_only_his_own_leave(
    schedule: Schedule, lead: User, resolver: User, outsider: User, other_team: Team
) -> None:
    content = calendar(timed("a", *FIRST, resolver.name))
    for act in (calendars.take_in, calendars.preview):
        with pytest.raises(errors.Refused):
            act(schedule, content, actor=resolver)
        with pytest.raises(errors.Refused):
            act(resolver, content, actor=lead)
        with pytest.raises(errors.Refused):
            act(outsider, content, actor=outsider)
    with pytest.raises(errors.Refused):
        calendars.forget(schedule, actor=resolver)
    assert not Override.objects.exists() and not Absence.objects.exists()


def test_leave_warns_the_leads_and_follows_its_calendar(schedule: Schedule, lead: User, resolver: User) -> None:
    User.objects.filter(pk=resolver.pk).update(time_zone="Europe/Oslo")
    resolver.refresh_from_db()
    week = "UID:l|SUMMARY:Leave|DTSTART;VALUE=DATE:20261201|DTEND;VALUE=DATE:20261203"
    calendars.take_in(resolver, calendar(week, timed("m", *FIRST)), actor=resolver)
    row = Absence.objects.get(feed_uid="l")
    assert (row.starts_at.isoformat(), row.ends_at.isoformat(), row.reason) == ("2026-11-30T23:00:00+00:00", "2026-12-02T23:00:00+00:00", "Leave")
    calendars.take_in(resolver, calendar(week.replace("1203", "1205")), actor=resolver)
    assert list(Absence.objects.values_list("feed_uid", "ends_at__day")) == [("l", 4)]
    assert Entry.objects.filter(event="absences.taken", subject_id=resolver.pk).count() == 2
    assert calendars.forget(resolver, actor=resolver) == 1 and not Absence.objects.exists()


# ---------------------------------------------------------------- over HTTP


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("team.ics", content, "text/calendar")


def seen_in(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def test_a_file_is_shown_before_it_is_taken_in(schedule: Schedule, lead: User, resolver: User, sign_in: SignIn) -> None:
    client, url = sign_in(lead), f"/oncall/schedules/{schedule.slug}/calendar/"
    assert b"Whole days are those of UTC" in client.get(url).content
    content = calendar(timed("a", *FIRST, resolver.name), timed("b", *FIRST, "Team lunch"))
    shown = client.post(url, {"file": upload(content)})
    page = shown.content.decode()
    assert (shown.status_code, shown["HX-Retarget"]) == (200, "#calendar-preview")
    assert "Daniel Resolver" in page and "Team lunch, because it names nobody" in page and not Override.objects.exists()
    done = client.post(url, {"file": upload(content), "seen": seen_in(page)})
    assert done.status_code == 204 and "1 new, 0 changed, 0 removed" in done["HX-Trigger"]
    assert live(schedule)[0][0] == "Daniel Resolver"
    other = client.post(url, {"file": upload(calendar(timed("a", *SECOND, resolver.name))), "seen": seen_in(page)})
    assert other.status_code == 200 and live(schedule)[0][1] == "25. 08:00"  # not what was seen: shown anew
    assert client.post(f"{url}forget/").status_code == 204 and live(schedule) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "one of the two"), ({"file": b"nonsense"}, "This is no calendar"), ({"file": b""}, "This is no calendar"), ({"file": calendar()}, "There is no event"),
        ({"file": b"x" * 1_000_001}, "larger than 1 MB"), ({"file": calendar("UID:a|DTSTART;TZID=Mars/X:20261125T080000|DURATION:PT1H")}, "Mars/X"),
        ({"address": "http://example.com/a.ics"}, "begins with https://"), ({"address": "nonsense"}, "begins with https://"),
        ({"address": "https://127.0.0.1/a.ics"}, "may not be called"), ({"address": "https://user:word@example.com/"}, "may not be called"),
        ({"file": calendar(), "address": "https://example.com/a.ics"}, "one of the two"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_at_its_field(schedule: Schedule, lead: User, sign_in: SignIn, given: dict[str, Any], words: str) -> None:
    client = sign_in(lead)
    for url in (f"/oncall/schedules/{schedule.slug}/calendar/", "/oncall/away/"):
        body = {**given, "file": upload(given["file"])} if "file" in given else given
        answer = client.post(url, body)
        page = answer.content.decode()
        assert answer.status_code == 422 and words in page and "form-error" in page and "EVENKEEL_" not in page
    assert not Override.objects.exists() and not Absence.objects.exists() and not FollowedCalendar.objects.exists()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, b"", "answered 404"), (302, b"", "has moved"), (401, b"", "not public"), (500, b"", "answered 500"), (200, b"<html>", "This is no calendar"),
        (200, b"x" * 1_100_000, "larger than 1 MB"),
    ],
)  # fmt: skip
def test_an_address_that_gives_no_calendar_is_said_at_the_address(
    server: Provider, lead: User, sign_in: SignIn, status: int, body: bytes, words: str
) -> None:
    server.reply(status, body)
    answer = sign_in(lead).post("/oncall/away/", {"address": f"{server.url}/leave.ics"})
    assert answer.status_code == 422 and words in answer.content.decode() and "id_address_error" in answer.content.decode()


def test_a_followed_calendar_is_read_every_hour_and_its_owner_hears_once_when_it_fails(server: Provider, resolver: User, sign_in: SignIn) -> None:
    client, address = sign_in(resolver), f"{server.url}/secret-token.ics"
    server.reply(200, calendar(timed("a", *FIRST, "Leave")))
    page = client.post("/oncall/away/", {"address": address.replace("https", "webcal")}).content.decode()
    assert client.post("/oncall/away/", {"address": address, "seen": seen_in(page)}).status_code == 204
    row = FollowedCalendar.objects.get()
    assert "secret" not in f"{row.address}{row.shown}" and Absence.objects.count() == 1
    assert "Followed" in client.get("/oncall/away/").content.decode()
    assert calendars.read_due() == 0
    server.reply(200, calendar(timed("a", *FIRST, "Leave"), timed("b", *SECOND, "More leave")))
    with clock.shifted(NOON + HOUR):
        assert [calendars.read_due() for _twice in range(2)] == [1, 0]
    assert Absence.objects.count() == 2
    server.reply(404, b"")
    for hour in (2, 3, 4):
        with clock.shifted(NOON + hour * HOUR):
            assert calendars.read_due() == 1
            journal.deliver_due()
    row.refresh_from_db()
    assert "answered 404" in row.problem and Absence.objects.count() == 2
    told = Notice.objects.get()
    assert told.user == resolver and "cannot be read: The server answered 404" in told.text and "secret" not in told.text
    assert "answered 404" in client.get("/oncall/shifts/").content.decode()
    server.reply(200, calendar())
    with clock.shifted(NOON + 5 * HOUR):
        calendars.read_due()
    row.refresh_from_db()
    assert row.problem == "" and not Absence.objects.exists()  # an empty calendar is one


def test_who_left_is_not_away_and_a_calendar_of_a_schedule_tells_the_leads(server: Provider, schedule: Schedule, lead: User, admin: User) -> None:
    content = calendar(timed("a", *FIRST, lead.name))
    calendars.follow(admin, f"{server.url}/x", content, actor=admin)
    calendars.follow(schedule, f"{server.url}/y", content, actor=admin)
    User.objects.filter(pk=admin.pk).update(is_active=False)
    server.reply(500, b"")
    with clock.shifted(NOON + HOUR):
        assert calendars.read_due() == 1
        journal.deliver_due()
    assert list(Notice.objects.filter(topic="gaps").values_list("user__name", flat=True)) == ["Priya Lead"]
