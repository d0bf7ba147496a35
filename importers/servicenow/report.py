"""The report of an import."""

from importers.servicenow.log import Reading
from importers.servicenow.running import Outcome


def text_of(reading: Reading, outcome: Outcome) -> str:
    return f"{outcome} {reading.events} {reading.missing} {reading.mended}"
