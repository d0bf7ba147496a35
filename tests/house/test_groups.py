"""Tests that share something slow, such as a running product, run on one worker, one after the other."""

import os

import pytest


@pytest.mark.xdist_group("house")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="runs in one process")
def test_the_groups_of_tests_are_seen(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith("@house"), "This pytest and this pytest-xdist do not go together: see pyproject.toml."
