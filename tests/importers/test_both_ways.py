"""What is worked out in memory equals what the product's own actions do, to the last column and journal entry."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from importers.actions import house as houses
from importers.actions import registers, servicenow
from importers.models import ImportedRecord
from importers.servicenow import log
from importers.servicenow.log import Reading
from tests.importers.pictures import picture
from tickets.actions import auditing

REAL = Path(settings.EVENKEEL_SAMPLES) / "itsm" / "servicenow_incident_event_log.zip"


def both_ways(reading: Reading) -> None:
    histories = list(reading.histories.values())
    house = houses.read(registers.prepare(histories, actor=None))
    assert house.is_plain
    for history in histories:
        servicenow.import_history(history, house, actor=None)
    in_memory = {history.number: picture(history.number) for history in histories}
    in_memory_unmapped = dict(house.unmapped)
    ImportedRecord.objects.all().delete()
    house.is_plain = False
    house.unmapped.clear()
    for history in histories:
        servicenow.import_history(history, house, actor=None)
    for history in histories:
        assert in_memory[history.number] == picture(history.number), history.number
    assert in_memory_unmapped == dict(house.unmapped)
    assert auditing.audit() == 0


def test_the_small_log(reading: Reading) -> None:
    assert len(reading.histories) == 11
    both_ways(reading)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_file(), reason=f"no {REAL} (EVENKEEL_SAMPLES)")
def test_the_first_of_the_real_log(house: None) -> None:
    reading = log.read(REAL, ZoneInfo("UTC"), limit=60)
    assert len(reading.histories) == 60
    both_ways(reading)
