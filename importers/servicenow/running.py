"""The whole import: registers first, then incident after incident, each in its own transaction, several at a time."""

import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

from django.db import Error, connections

from common import errors
from importers.actions import house as houses
from importers.actions import registers, servicenow
from importers.actions.house import House
from importers.models import ImportedRecord
from importers.servicenow import mapping
from importers.servicenow.log import History, Reading

CHUNK = 50
PROGRESS_EVERY = 1000
WATCH_SECONDS = 1.0


@dataclass(slots=True)
class Outcome:
    """What a run did: incidents made and known from before, those that failed with the reason, and what found no place here."""

    made: int = 0
    known: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    unmapped: Counter[str] = field(default_factory=Counter)
    registers: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


Progress = Callable[[str], object]


def run(reading: Reading, *, processes: int = 1, progress: Progress = lambda line: None) -> Outcome:
    """Imports the incidents that are not here yet. Raises Conflict when the workflow lacks a status that the log needs."""
    begun = time.monotonic()
    done = set(ImportedRecord.objects.filter(source=mapping.SOURCE).values_list("external_id", flat=True))
    waiting = [history for number, history in reading.histories.items() if number not in done]
    outcome = Outcome(known=len(reading.histories) - len(waiting))
    if waiting:
        house = houses.read(registers.prepare(waiting, actor=None))
        outcome.registers = house.registers.made
        progress(", ".join(f"{count} {name} made" for name, count in outcome.registers.items()))
        for part in _parts(waiting, house, processes):
            _add(outcome, part)
            if (outcome.made // CHUNK) % (PROGRESS_EVERY // CHUNK) == 0:
                progress(f"{outcome.made} of {len(waiting)} incidents, {time.monotonic() - begun:.0f} s")
    outcome.seconds = time.monotonic() - begun
    return outcome


def _add(outcome: Outcome, part: Outcome) -> None:
    outcome.made += part.made
    outcome.failed |= part.failed
    outcome.unmapped += part.unmapped


def _parts(waiting: Sequence[History], house: House, processes: int) -> Iterator[Outcome]:
    """The outcomes of all chunks, in this process or in several; those inherit the house and open connections of their own."""
    chunks = [waiting[start : start + CHUNK] for start in range(0, len(waiting), CHUNK)]
    if processes == 1 or len(chunks) == 1:
        for chunk in chunks:
            yield _import(chunk, house)
        return
    connections.close_all()
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(house, os.getpid())) as pool:
        for future in as_completed([pool.submit(_import_here, chunk) for chunk in chunks]):
            yield future.result()


_house: list[House] = []


def _begin(house: House, parent: int) -> None:
    """What a new process keeps for all its chunks. It ends with the one that started it, also when that was killed."""
    _house[:] = [house]
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def _import_here(chunk: Sequence[History]) -> Outcome:
    return _import(chunk, _house[0])


def _import(chunk: Sequence[History], house: House) -> Outcome:
    """One incident that fails leaves the others alone."""
    house.unmapped.clear()
    outcome = Outcome()
    for history in chunk:
        try:
            servicenow.import_history(history, house, actor=None)
        except (errors.DomainError, Error) as error:
            outcome.failed[history.number] = str(error).strip().splitlines()[0]
        else:
            outcome.made += 1
    outcome.unmapped = Counter(house.unmapped)
    return outcome
