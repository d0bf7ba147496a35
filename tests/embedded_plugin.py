"""Loaded before the settings: a run without a database says at once what to do."""

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of tests that keep a committed table."""
    parser.addoption("--write-authorisation", action="store_true", default=False, help="write tests/house/authorisation.csv anew")
    parser.addoption("--every-cell", action="store_true", default=False, help="call every cell of the authorisation table")


def pytest_configure(config: pytest.Config) -> None:
    """Refuses to run without servers."""
    if not os.environ.get("DATABASE_URL"):
        raise pytest.UsageError("There is no database: run the tests with ./evenkeel test, or set DATABASE_URL and REDIS_URL.")
