"""The small log, imported: every state, counters, who is told, and what a second run does."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import Membership, Team, User
from importers.actions import house as houses
from importers.actions import registers, servicenow
from importers.models import ImportedRecord
from importers.servicenow import log, report, running
from importers.servicenow.log import Reading
from importers.servicenow.running import Outcome
from incidents.models import Incident
from journal.models import Delivery, Entry
from notifications.models import Message
from tests.importers.conftest import LOG
from tickets.models import Goal, HoldReason, SlaClock, Ticket
from workflows.models import Transition

REAL = Path(settings.EVENKEEL_SAMPLES) / "itsm" / "servicenow_incident_event_log.zip"


@pytest.fixture
def outcome(reading: Reading) -> Outcome:
    """The small log, imported."""
    return running.run(reading)


def incident(number: str) -> Incident:
    return Incident.objects.get(imported_from__external_id=number)


def moves(number: str) -> list[str]:
    rows = Entry.objects.filter(subject_type="ticket", subject_id=incident(number).pk, event="ticket.transitioned").order_by("id")
    return [row.data["after"] + (f" ({row.data['reason']})" if row.data["reason"] else "") for row in rows]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2016, 3, day, hour, minute, tzinfo=UTC)


def test_a_plain_incident_has_the_times_and_people_of_the_log(outcome: Outcome) -> None:
    ticket = incident("INC0900001")
    assert (ticket.reported_at, ticket.created_at, ticket.resolved_at, ticket.closed_at) == (at(1, 9), at(1, 9), at(1, 15), at(6, 15))
    assert (ticket.acknowledged_at, ticket.updated_at) == (at(1, 9, 30), at(6, 15))
    assert (str(ticket.reporter), str(ticket.assignee), str(ticket.team), str(ticket.category)) == (
        "Caller 1", "Resolver 12", "Group 70", "Category 4 / Subcategory 9",
    )  # fmt: skip
    assert (ticket.impact, ticket.urgency, ticket.priority, ticket.is_priority_manual, ticket.channel) == (2, 3, 3, False, "phone")
    assert (ticket.summary, str(ticket.resolution)) == ("Category 4, Subcategory 9, Symptom 7 (INC0900001)", "ServiceNow code 6")
    assert moves("INC0900001") == ["In progress", "Resolved", "Closed"]
    closed = Entry.objects.get(event="incident.closed", subject_id=ticket.pk)
    assert (str(closed.actor), closed.at) == ("Updated by 908", at(6, 15))


def test_every_state_that_waits_has_its_reason(outcome: Outcome) -> None:
    assert moves("INC0900002") == [
        "Pending (Awaiting the reporter)", "In progress", "Pending (Awaiting a problem)", "In progress", "Pending (Awaiting a vendor)", "In progress",
        "Pending (Awaiting evidence)", "In progress", "Pending (Awaiting the reporter)", "Resolved", "Closed",
    ]  # fmt: skip
    assert HoldReason.objects.get(slug="evidence").pauses_clocks


def test_where_the_matrix_differs_the_logs_priority_is_set_by_hand(outcome: Outcome) -> None:
    ticket = incident("INC0900002")
    assert (ticket.impact, ticket.urgency, ticket.priority, ticket.is_priority_manual, ticket.priority_reason) == (3, 4, 4, True, "ServiceNow log")
    again = incident("INC0900009")
    assert (again.priority, again.is_priority_manual) == (3, False)
    told = Entry.objects.filter(subject_id=again.pk, event__startswith="ticket.priority").order_by("id").values_list("event", flat=True)
    assert list(told) == [
        "ticket.priority_changed", "ticket.priority_overridden", "ticket.priority_returned", "ticket.priority_changed",
    ]  # fmt: skip


def test_reopenings_start_new_cycles(outcome: Outcome) -> None:
    ticket = incident("INC0900003")
    assert (ticket.reopen_count, ticket.status.key, ticket.priority) == (2, "closed", 1)
    cycles = SlaClock.objects.filter(ticket=ticket, metric="resolution").order_by("cycle")
    assert [(row.state, row.breached_at is not None) for row in cycles] == [("stopped", True), ("stopped", False), ("stopped", False)]


def test_reassignments_count_known_teams_and_people_and_unknown_ones_stay(outcome: Outcome) -> None:
    ticket = incident("INC0900004")
    assert (ticket.reassignment_count, str(ticket.team), str(ticket.assignee)) == (3, "Group 31", "Resolver 15")
    assert set(Membership.objects.filter(team=Team.objects.get(name="Group 24")).values_list("user__name", flat=True)) == {
        "Resolver 12",
        "Resolver 14",
    }


def test_what_is_missing_stays_empty_and_a_category_says_so(outcome: Outcome) -> None:
    ticket = incident("INC0900005")
    assert (ticket.reporter, ticket.team, ticket.impact, ticket.channel, ticket.priority) == (None, None, None, "agent", 1)
    assert (str(ticket.category), str(ticket.resolution)) == ("Not given (ServiceNow)", "Not given (ServiceNow)")


def test_what_finds_no_place_is_counted(outcome: Outcome) -> None:
    assert (outcome.made, outcome.failed) == (11, {})
    assert dict(outcome.unmapped) == {
        "contact type “not given”, taken as agent": 1,
        "incidents resolved without a category": 1,
        "state “-100”, the status stays": 1,
        "updates after the closing, left out": 1,
        "closings that the log takes back, kept as resolved": 1,
        "no move from In progress to New, the status stays": 1,
    }
    assert moves("INC0900007") == ["Resolved", "Closed"]
    assert moves("INC0900008") == ["Resolved", "Closed"]
    assert moves("INC0900009") == ["In progress", "Resolved", "In progress", "Resolved", "Closed"]


def test_an_open_incident_waits_and_its_passed_thresholds_are_said_once(outcome: Outcome) -> None:
    ticket = incident("INC0900010")
    assert (ticket.status.key, str(ticket.hold_reason), ticket.is_open) == ("pending", "Awaiting a vendor", True)
    clocks = {row.metric: row for row in SlaClock.objects.filter(ticket=ticket)}
    assert (clocks["resolution"].state, clocks["resolution"].breached_at) == ("paused", None)
    assert (clocks["first_response"].fired_percent, clocks["first_response"].next_threshold_at) == (100, None)


def test_nobody_is_told_and_nobody_can_sign_in(outcome: Outcome) -> None:
    assert (Delivery.objects.count(), Message.objects.count()) == (0, 0)
    people = User.objects.filter(email__endswith="@servicenow-log.example")
    assert people.count() == 9
    assert not any(user.has_usable_password() for user in people)
    assert set(User.objects.get(name="Caller 1").roles.values_list("slug", flat=True)) == {"requester"}


def test_a_second_run_changes_nothing(outcome: Outcome, reading: Reading) -> None:
    def counted() -> list[int]:
        return [model.objects.count() for model in (Ticket, Entry, User, Team, SlaClock, ImportedRecord)]

    before = counted()
    again = running.run(reading)
    assert (again.made, again.known, again.registers, counted()) == (0, 11, {}, before)


def test_a_run_that_stopped_goes_on(reading: Reading) -> None:
    first = Reading({number: history for number, history in reading.histories.items() if number < "INC0900005"})
    assert running.run(first).made == 4
    rest = running.run(reading)
    assert (rest.made, rest.known, Ticket.objects.count()) == (7, 4, 11)


def test_an_incident_that_fails_leaves_the_others(reading: Reading) -> None:
    reading.histories["INC0900003"].steps[-1].at = datetime(2999, 1, 1, tzinfo=UTC)
    outcome = running.run(reading)
    assert (outcome.made, list(outcome.failed)) == (10, ["INC0900003"])
    assert not ImportedRecord.objects.filter(external_id="INC0900003").exists()


def test_a_house_with_rules_of_its_own_takes_the_way_of_the_actions(reading: Reading) -> None:
    Transition.objects.filter(verb="start").update(effects=["take"])
    Goal.objects.filter(query="priority = P3").update(query='priority = P3 and labels = "servicenow"')
    house = houses.read(registers.prepare(reading.histories.values(), actor=None))
    assert not house.is_plain
    ticket = servicenow.import_history(reading.histories["INC0900011"], house, actor=None)
    ticket.refresh_from_db()
    assert str(ticket.assignee) == "Updated by 5"


def test_the_report_compares_with_the_log(outcome: Outcome, reading: Reading) -> None:
    lines = report.text_of(reading, outcome).splitlines()
    assert "Incidents imported now         11   in 0 s" in [line.replace(f"in {outcome.seconds:.0f} s", "in 0 s") for line in lines]
    assert "  ours 3, the log's 2; the same for 10 of 11 incidents" in lines
    assert "  ours 3, the log's 3; the same for 11 of 11 incidents" in lines
    assert [line for line in lines if line.startswith("  all ")] == [
        "  all  log met, we met: 6   log met, we missed: 0   log missed, we met: 1   log missed, we missed: 2   agreed 8 of 9 (88.9 %)"
    ]


def test_the_command_writes_the_report_and_refuses_another_file(house: None, tmp_path: Path) -> None:
    out, file = StringIO(), tmp_path / "report.txt"
    call_command("import_servicenow_log", LOG, "--limit", "2", "--report", file, stdout=out)
    assert ImportedRecord.objects.count() == 2
    assert file.read_text().startswith("Import of a ServiceNow incident event log")
    assert file.read_text() in out.getvalue()
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_servicenow_log", tmp_path / "none.csv", stdout=out)
    with pytest.raises(CommandError, match="no time zone"):
        call_command("import_servicenow_log", LOG, "--time-zone", "Nowhere/Else", stdout=out)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_file(), reason=f"no {REAL} (EVENKEEL_SAMPLES)")
def test_the_first_200_of_the_real_log(house: None) -> None:
    reading = log.read(REAL, ZoneInfo("UTC"), limit=200)
    outcome = running.run(reading)
    assert (outcome.made, outcome.failed, reading.events) == (200, {}, 1285)
    for number, history in reading.histories.items():
        assert incident(number).reopen_count == history.reopens, number
    again = running.run(reading)
    assert (again.made, again.known) == (0, 200)


@pytest.mark.django_db(transaction=True)
def test_several_processes_share_the_work(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 3)
    outcome = running.run(reading, processes=2)
    assert (outcome.made, outcome.failed, ImportedRecord.objects.count()) == (11, {}, 11)
    assert outcome.unmapped["state “-100”, the status stays"] == 1
