"""How well alerts are grouped: reduction and purity on the labelled stream of 45,544 alerts (AIT), where it is at hand. `./evenkeel bench --grouping`.

Reduction: alerts for each group. Purity: the share of alerts that stand in a group whose most frequent phase (or event) is theirs. Grouping knows neither
phase nor event. The upper bound is what grouping by exactly the same words and host reaches: the stream's labels go by time, not by text.
"""

import csv
import io
import time
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from alerts import grouping
from alerts.grouping import FIELDS, TEXT, Board, Rule

STREAM = Path(settings.EVENKEEL_SAMPLES) / "alerts" / "labelled_alert_stream.zip"
DEFAULT = Rule(1, TEXT, ("service",), 10, 0.7)
UPPER_BOUND = "the same words and host, 10 min (upper bound of purity)"
RULES = {
    "as shipped: alike messages of a service, 10 min, 70 %": DEFAULT,
    UPPER_BOUND: Rule(1, FIELDS, ("service", "message"), 10),
    "likeness 50 %": Rule(1, TEXT, ("service",), 10, 0.5),
    "30 min": Rule(1, TEXT, ("service",), 30, 0.7),
    "by service alone, 10 min": Rule(1, FIELDS, ("service",), 10),
}


@dataclass(slots=True)
class Row:
    """An alert of the stream; host stands for its service."""

    key: str
    service_name: str
    source: str
    message: str
    first_occurred_at: datetime
    phase: str
    event: str
    service_id: int | None = None
    integration_id: int | None = 1
    team_id: int | None = None
    entity: str = ""
    priority: int = 3
    tags: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    group_key: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a rule makes of the stream. attacks: purity by phase of the alerts that are no false positives."""

    groups: int
    reduction: float
    by_phase: float
    by_event: float
    attacks: float
    rate: float


def rows() -> list[Row]:
    """The stream in order of time."""
    with zipfile.ZipFile(STREAM) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    lines = sorted(csv.DictReader(io.StringIO(text)), key=lambda line: int(line["time"]))
    return [
        Row(f"ALR-{number}", line["host"], line["name"].partition(":")[0], line["name"][:130], datetime.fromtimestamp(int(line["time"]), UTC),
            line["time_label"], line["event_label"])
        for number, line in enumerate(lines)
    ]  # fmt: skip


def measured(stream: list[Row], rule: Rule) -> Result:
    """One rule over the whole stream."""
    board, members, started = Board(), {}, time.perf_counter()
    for row in stream:
        look = grouping.wanted(row, [rule])
        if look is not None:
            group = board.place(row, look).group
            members.setdefault(id(group), (group, []))[1].append(row)
    seconds = time.perf_counter() - started
    found: list[list[Row]] = [inside for _group, inside in members.values()]
    attacks = [(row.phase, _most(one.phase for one in inside)) for inside in found for row in inside if row.phase != "false_positive"]
    return Result(
        len(found), len(stream) / len(found), _purity(found, "phase"), _purity(found, "event"), sum(own == most for own, most in attacks) / len(attacks),
        len(stream) / seconds,
    )  # fmt: skip


def _purity(groups: list[list[Row]], name: str) -> float:
    return sum(Counter(getattr(row, name) for row in group).most_common(1)[0][1] for group in groups) / sum(map(len, groups))


def _most(values: Iterable[str]) -> str:
    return Counter(values).most_common(1)[0][0]


def main() -> int:
    """Prints a line for each rule."""
    if not STREAM.is_file():
        print(f"  grouping: no {STREAM} (EVENKEEL_SAMPLES)")
        return 0
    stream = rows()
    print(
        f"\n  grouping of {len(stream):,} labelled alerts{'':<20}{'groups':>8}{'alerts each':>13}{'phase':>8}{'event':>8}{'attacks':>9}{'alerts/s':>10}"
    )
    for name, rule in RULES.items():
        got = measured(stream, rule)
        pure = f"{got.by_phase:>8.3f}{got.by_event:>8.3f}{got.attacks:>9.3f}"
        print(f"  {name:<56}{got.groups:>8,}{got.reduction:>13.1f}{pure}{got.rate:>10,.0f}")
    return 0
