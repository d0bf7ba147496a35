"""Reading a log: what is missing and what is mended."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from importers.servicenow import log
from tests.importers.conftest import LOG

OSLO = ZoneInfo("Europe/Oslo")


def test_incidents_and_events_are_counted() -> None:
    found = log.read(LOG, ZoneInfo("UTC"))
    assert (len(found.histories), found.events) == (11, 53)
    assert dict(found.mended) == {
        "updates without a time, taken as the time of the one before": 1,
        "incidents with updates out of order, sorted by time": 1,
        "incidents opened after their first update, opened at it instead": 1,
    }
    assert found.missing["assignment_group"] == 4
    assert (found.missing["priority"], found.missing["opened_by"]) == (3, 3)


def test_updates_stand_in_the_order_of_time() -> None:
    history = log.read(LOG, ZoneInfo("UTC")).histories["INC0900006"]
    assert [step.state for step in history.steps] == ["New", "Active", "Resolved", "Closed"]
    assert history.opened_at == history.steps[0].at == datetime(2016, 3, 6, 10, 0, tzinfo=UTC)


def test_times_are_those_of_the_given_zone_and_double_spaces_go() -> None:
    history = log.read(LOG, OSLO).histories["INC0900001"]
    assert history.opened_at == datetime(2016, 3, 1, 8, 0, tzinfo=UTC)
    assert history.opened_by == "Opened by 3"


def test_a_limit_takes_the_first_incidents_whole() -> None:
    found = log.read(LOG, ZoneInfo("UTC"), limit=2)
    assert [(number, len(history.steps)) for number, history in found.histories.items()] == [("INC0900001", 4), ("INC0900002", 9)]


def test_an_archive_with_one_table_is_read(tmp_path: Path) -> None:
    archive = tmp_path / "log.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(LOG, "incident_event_log.csv")
    assert log.read(archive, ZoneInfo("UTC")).events == 53


@pytest.mark.parametrize(
    ("content", "message"), [(b"number,state\n1,New\n", "lacks the columns"), (b"\xff\xfe\x00", "cannot be read"), (b"", "lacks the columns")]
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(content)
    with pytest.raises(log.LogError, match=message):
        log.read(wrong, ZoneInfo("UTC"))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(log.LogError, match="cannot be read"):
        log.read(tmp_path / "none.csv", ZoneInfo("UTC"))


def test_rows_that_say_nothing_are_counted_and_left_out(tmp_path: Path) -> None:
    header, first = LOG.read_text().splitlines()[:2]
    file = tmp_path / "odd.csv"
    file.write_text("\n".join([header, first.replace("INC0900001", "?"), first.replace("1/3/2016", "31/2/2016"), "INC7,New", ""]))
    found = log.read(file, ZoneInfo("UTC"))
    assert (found.histories, found.events) == ({}, 3)
    assert found.mended["rows without a number, left out"] == 1
    assert found.mended["rows without any time, left out"] == 2
