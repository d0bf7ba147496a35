"""Reading a ServiceNow incident event log. Knows nothing of Django.

The format is that of the UCI data set “Incident management process enriched event log” (Amaral, Fantinato, Peres; CC BY 4.0): a CSV of 36 columns, one
row for every update of an incident with all its values after it. `?` is a value that is not known. Instants are day/month/year hour:minute on the
clock of a zone that the file does not name.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from sys import intern
from zoneinfo import ZoneInfo

MISSING = "?"
NEEDED = (
    "number", "incident_state", "reassignment_count", "reopen_count", "made_sla", "caller_id", "opened_by", "opened_at",
    "sys_updated_by", "sys_updated_at", "contact_type", "location", "category", "subcategory", "u_symptom", "cmdb_ci", "impact", "urgency", "priority",
    "assignment_group", "assigned_to", "closed_code",
)  # fmt: skip
# Columns whose missing values the report counts.
WATCHED = ("caller_id", "opened_by", "sys_updated_by", "category", "subcategory", "impact", "urgency", "priority", "assignment_group", "assigned_to")
INSTANT = "%d/%m/%Y %H:%M"


class LogError(Exception):
    """The file is no such log; the message says what is wrong with it."""


@dataclass(slots=True)
class Step:
    """An incident after one update: empty texts are values that the log does not know."""

    at: datetime
    state: str
    by: str
    caller: str
    team: str
    assignee: str
    category: str
    subcategory: str
    impact: str
    urgency: str
    priority: str
    code: str


@dataclass(slots=True)
class History:
    """An incident of the log with its updates in the order of time."""

    number: str
    opened_at: datetime
    opened_by: str
    channel: str
    about: dict[str, str]
    steps: list[Step] = field(default_factory=list)
    made_sla: bool | None = None
    reassignments: int = 0
    reopens: int = 0


@dataclass(slots=True)
class Reading:
    """What reading the file found: the incidents by number, and a count of whatever was missing or mended."""

    histories: dict[str, History] = field(default_factory=dict)
    events: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)


def read(path: Path, zone: ZoneInfo, limit: int | None = None) -> Reading:
    """The first `limit` incidents of a file, a CSV or a ZIP with one. Raises LogError for a file that is none."""
    found = Reading()
    reader = _Reader(found, zone)
    with _opened(path) as lines:
        for row in _rows(lines):
            number = row["number"]
            if limit is not None and number not in found.histories and len(found.histories) >= limit:
                continue
            reader.take(row)
    for history in found.histories.values():
        _put_in_order(history, found.mended)
    found.histories = {number: history for number, history in found.histories.items() if history.steps}
    return found


@contextmanager
def _opened(path: Path) -> Iterator[Iterable[str]]:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
                if len(names) != 1:
                    raise LogError(f"The archive has {len(names)} CSV files instead of one.")
                with archive.open(names[0]) as content:
                    yield io.TextIOWrapper(content, encoding="utf-8-sig", newline="")
        else:
            with path.open(encoding="utf-8-sig", newline="") as plain:
                yield plain
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, csv.Error) as error:
        raise LogError(f"{path} cannot be read: {error}") from error


def _rows(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The rows by column, texts without double spaces and `?` as nothing. Raises LogError when columns are missing."""
    reader = csv.reader(lines)
    header = [name.strip() for name in next(reader, [])]
    lacking = [name for name in NEEDED if name not in header]
    if lacking:
        raise LogError(f"This is no incident event log: it lacks the columns {', '.join(lacking)}.")
    places = {name: header.index(name) for name in NEEDED}
    for cells in reader:
        if cells:
            yield {name: _clean(cells[place]) if place < len(cells) else "" for name, place in places.items()}


def _clean(text: str) -> str:
    words = " ".join(text.replace("\0", "").split())
    return "" if words == MISSING else intern(words[:80])


class _Reader:
    """Turns rows into histories."""

    def __init__(self, found: Reading, zone: ZoneInfo) -> None:
        self.found, self.zone = found, zone

    def take(self, row: dict[str, str]) -> None:
        """One row; without a number it belongs to nobody and is left out."""
        self.found.events += 1
        number = row["number"]
        if not number:
            self.found.mended["rows without a number, left out"] += 1
            return
        for name in WATCHED:
            if not row[name]:
                self.found.missing[name] += 1
        history = self.found.histories.get(number)
        at = self._instant(row["sys_updated_at"])
        if at is None:
            self.found.mended["updates without a time, taken as the time of the one before"] += 1
            at = history.steps[-1].at if history is not None and history.steps else self._instant(row["opened_at"])
        if at is None:
            self.found.mended["rows without any time, left out"] += 1
            return
        if history is None:
            history = self.found.histories[number] = self._opened(row, at)
        history.steps.append(_step(row, at))
        history.made_sla = {"true": True, "false": False}.get(row["made_sla"].lower(), history.made_sla)
        history.reassignments = max(history.reassignments, _whole(row["reassignment_count"]))
        history.reopens = max(history.reopens, _whole(row["reopen_count"]))

    def _opened(self, row: dict[str, str], at: datetime) -> History:
        opened_at = self._instant(row["opened_at"])
        if opened_at is None:
            self.found.mended["incidents without an opening time, opened at their first update"] += 1
        about = {
            "Location": row["location"], "Symptom": row["u_symptom"], "Configuration item": row["cmdb_ci"], "Category": row["category"],
            "Subcategory": row["subcategory"],
        }  # fmt: skip
        return History(row["number"], opened_at or at, row["opened_by"], row["contact_type"], about)

    def _instant(self, text: str) -> datetime | None:
        """An instant in UTC; a local hour that a clock change repeats is the first of the two."""
        try:
            return datetime.strptime(text, INSTANT).replace(tzinfo=self.zone).astimezone(UTC)
        except ValueError:
            return None


def _step(row: dict[str, str], at: datetime) -> Step:
    return Step(
        at=at, state=row["incident_state"], by=row["sys_updated_by"], caller=row["caller_id"],
        team=row["assignment_group"], assignee=row["assigned_to"], category=row["category"], subcategory=row["subcategory"], impact=row["impact"],
        urgency=row["urgency"], priority=row["priority"], code=row["closed_code"],
    )  # fmt: skip


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _put_in_order(history: History, mended: Counter[str]) -> None:
    """Updates by their time, those of the same minute as the file has them; the opening is never after the first of them."""
    times = [step.at for step in history.steps]
    if times != sorted(times):
        mended["incidents with updates out of order, sorted by time"] += 1
        history.steps.sort(key=lambda step: step.at)
    if history.steps and history.opened_at > history.steps[0].at:
        mended["incidents opened after their first update, opened at it instead"] += 1
        history.opened_at = history.steps[0].at
