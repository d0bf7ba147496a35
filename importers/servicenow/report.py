"""The report of an import: what came, what found no place, and our figures against the log's own."""

from collections import Counter
from collections.abc import Iterator, Mapping

from importers.actions.registers import KIND
from importers.models import ImportedRecord
from importers.servicenow import mapping
from importers.servicenow.log import History, Reading
from importers.servicenow.running import Outcome
from tickets import goals
from tickets.models import SlaClock
from tickets.models.clocks import RESOLUTION

SHOWN = 20
WORDS = {True: "met", False: "missed"}


def text_of(reading: Reading, outcome: Outcome) -> str:
    """The report as lines of text; our figures are read from the tickets, so a second run reports the same comparison."""
    return "\n".join([*_counts(reading, outcome), *_gaps(reading, outcome), *_compared(reading.histories)])


def _counts(reading: Reading, outcome: Outcome) -> Iterator[str]:
    told = list(reading.histories.values())
    people = {name for history in told for step in history.steps for name in (step.caller, step.by, step.assignee)} | {h.opened_by for h in told}
    yield "Import of a ServiceNow incident event log"
    yield ""
    yield f"Incidents in the file    {len(told):>8}"
    yield f"Events in the file       {reading.events:>8}"
    yield f"People named             {len(people - {''}):>8}"
    yield f"Groups named             {len({step.team for history in told for step in history.steps} - {''}):>8}"
    yield f"Incidents imported now   {outcome.made:>8}   in {outcome.seconds:.0f} s"
    yield f"Imported before          {outcome.known:>8}"
    yield f"Could not be imported    {len(outcome.failed):>8}"
    for name, count in outcome.registers.items():
        yield f"New {name:<20} {count:>8}"


def _gaps(reading: Reading, outcome: Outcome) -> Iterator[str]:
    yield from _table("Values that the log does not know (?), events by column; what was known before stays", reading.missing)
    yield from _table("Mended while reading", reading.mended)
    yield from _table("Found no place here (incidents imported now)", outcome.unmapped)
    if outcome.failed:
        yield from ("", "Could not be imported")
        yield from (f"  {number}: {why}" for number, why in list(outcome.failed.items())[:SHOWN])


def _table(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    yield from ("", title)
    yield from (f"  {count:>8}  {name}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    if not counts:
        yield "         none"


def _compared(histories: Mapping[str, History]) -> Iterator[str]:
    """Our counters and clocks against what the log says of the same incidents."""
    records = ImportedRecord.objects.filter(source=mapping.SOURCE)
    columns = ("external_id", "ticket_id", "ticket__reassignment_count", "ticket__reopen_count", "ticket__priority", "ticket__is_open")
    rows = [row for row in records.values_list(*columns) if row[0] in histories]
    yield from _counters("Reassignments", [(row[2], histories[row[0]].reassignments) for row in rows])
    yield "  The log counts changes of the group, also from an unknown one; we count every change of a known team or person to another one."
    yield from _counters("Reopenings", [(row[3], histories[row[0]].reopens) for row in rows])
    missed = set(
        SlaClock.objects.filter(metric=RESOLUTION, breached_at__isnull=False, ticket__imported_from__source=mapping.SOURCE).values_list(
            "ticket_id", flat=True
        )
    )
    made = [(row[4], row[1] not in missed, told) for row in rows if not row[5] and (told := histories[row[0]].made_sla) is not None]
    yield from _confusion(made)


def _counters(title: str, pairs: list[tuple[int, int]]) -> Iterator[str]:
    equal = sum(ours == theirs for ours, theirs in pairs)
    yield from ("", title)
    yield f"  ours {sum(ours for ours, _theirs in pairs)}, the log's {sum(theirs for _ours, theirs in pairs)}; the same for {equal} of {len(pairs)} incidents"


def _confusion(made: list[tuple[int, bool, bool]]) -> Iterator[str]:
    """(priority, ours, the log's) of every incident that is done, as tables."""
    yield from ("", "Our resolution clocks against the log's made_sla (its last value)")
    yield "  Assumed: the log names neither its calendar nor its targets nor its pauses, so the goals of this house are tried as they are:"
    for goal in goals.goals_of(KIND):
        if goal.metric.slug == RESOLUTION:
            yield f"    {goal.query or 'all'}: {goal.target_seconds / 3600:g} h in “{goal.calendar}”"
    yield "  The clock pauses where the on-hold reason says so; an incident missed its goal when one of its cycles did. Open ones are left out."
    yield from _square("all", [(ours, theirs) for _priority, ours, theirs in made])
    for level in sorted({priority for priority, _ours, _theirs in made}):
        yield from _square(f"P{level}", [(ours, theirs) for priority, ours, theirs in made if priority == level])


def _square(title: str, pairs: list[tuple[bool, bool]]) -> Iterator[str]:
    counts = Counter(pairs)
    agreed = counts[True, True] + counts[False, False]
    cells = "   ".join(f"log {WORDS[theirs]}, we {WORDS[ours]}: {counts[ours, theirs]}" for theirs in (True, False) for ours in (True, False))
    yield f"  {title:<4} {cells}   agreed {agreed} of {len(pairs)} ({100 * agreed / max(1, len(pairs)):.1f} %)"
