"""A small log made up in the format of the real one: each state, reopening, reassignment, missing values, disorder."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from importers.servicenow import log
from importers.servicenow.log import Reading

LOG = Path(__file__).parent / "incidents.csv"


@pytest.fixture
def reading(house: None) -> Reading:
    """The small log, read."""
    return log.read(LOG, ZoneInfo("UTC"))
