"""Loaded before the settings: a run without a database says at once what to do."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests import template


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of tests that keep a committed table."""
    parser.addoption("--write-authorisation", action="store_true", default=False, help="write tests/house/authorisation.csv anew")
    parser.addoption("--every-cell", action="store_true", default=False, help="call every cell of the authorisation table")


def pytest_configure(config: pytest.Config) -> None:
    """Refuses to run without servers."""
    if not os.environ.get("DATABASE_URL"):
        raise pytest.UsageError("There is no database: run the tests with ./evenkeel test, or set DATABASE_URL and REDIS_URL.")
    # Without a seed the suite tries the same examples each time, however slow the machine is; `./evenkeel prove` gives a seed and tries others.
    is_same = config.getoption("hypothesis_seed", None) is None
    settings.register_profile("suite", deadline=None, derandomize=is_same, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("suite")
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        template.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last one puts out the light."""
    if template.LOCK in os.environ and not hasattr(config, "workerinput"):
        template.end()
