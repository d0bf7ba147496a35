"""Whatever the query: an answer or a QueryError, and never a row that the asker may not see. `./evenkeel prove queries` runs it long."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.test import APIClient

from tests.tickets import query_cast
from tests.tickets.query_cast import Cast
from tests.tickets.query_strategies import queries as strings
from tickets import queries

pytestmark = pytest.mark.django_db

COUNT = int(os.environ.get("EVENKEEL_FUZZ_COUNT", "1000"))
ASKERS = ["manager", "agent", "collaborator", "jonas", "matteo", "outsider"]


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield query_cast.build()
        transaction.set_rollback(True)


def test_no_string_breaks_the_api_or_shows_a_foreign_row(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    clients, seen = {}, {}
    for name in ASKERS:
        clients[name] = APIClient()
        clients[name].force_authenticate(cast.people[name])
        seen[name] = set(queries.tickets_for(cast.people[name]).values_list("key", flat=True))
    told: Counter[str] = Counter()

    @settings(
        max_examples=COUNT, deadline=None, database=None, phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strings)
    def ask(text: str) -> None:
        text = re.sub(r"\{([a-o])\}", lambda letter: cast.key(letter[1]), text)
        name = ASKERS[sum(told.values()) % len(ASKERS)]
        answer = clients[name].get("/api/v1/tickets/", {"jql": text.encode("utf-8", "replace").decode()})
        told[str(answer.status_code)] += 1
        assert answer.status_code in (200, 400), (name, text, answer.content)
        if answer.status_code == 200:
            assert {row["key"] for row in answer.json()["results"]} <= seen[name], (name, text)
            return
        error = answer.json()["error"]
        assert error["message"], text
        assert 1 <= error["position"] <= len(text) + 1, (text, error)

    ask()
    with capsys.disabled():
        print(f"\n{sum(told.values())} queries: {told['200']} answered, {told['400']} refused with a place, 0 failed")
