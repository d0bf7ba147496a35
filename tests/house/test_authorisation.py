"""Every operation, called by everybody, on his own things and on others': each outcome stands in authorisation.csv (PRM-05, RELIABILITY D1).

A new URL or API operation without a row fails here. `./evenkeel test -n0 -q tests/house/test_authorisation.py --write-authorisation` calls them all
and writes the table (with `-k find` only the rows of such addresses); read what changed in it, line by line, before you commit it. The suite asks
three roles for everything, and of the others some; `--every-cell` asks everything. A POST to a page of the admin that only shows something is left out.

What is everybody's own is a write also for an auditor: the profile, the own tokens and queues, watching, raising an incident for oneself and answering
as its reporter. “noted” is an entry in the journal alone: a line on an alert, or a refused move, which the journal keeps (INC-10).
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.house.authorisation import cases, cast, places, routes
from tests.house.authorisation.calling import EVERYBODY, Caller
from tests.house.authorisation.cases import Case
from tests.house.authorisation.routes import Operation

TABLE = Path(__file__).parent / "authorisation.csv"
HEAD = ["method", "address", "case", "objects", *EVERYBODY]
Row = tuple[str, str, str]


def declared() -> dict[Row, dict[str, str]]:
    """The committed table by method, address and case."""
    lines = [line for line in TABLE.read_text().splitlines() if not line.startswith("#")] if TABLE.exists() else []
    return {(line["method"], line["address"], line["case"]): line for line in csv.DictReader(lines)}


def demanded() -> dict[Row, tuple[Operation, Case]]:
    """What the product can do, as rows."""
    found = {}
    for operation in routes.operations():
        for case in cases.cases_of(operation):
            found[operation.method, operation.route, case.name] = (operation, case)
    return found


DEMANDED, DECLARED = demanded(), declared()


@pytest.fixture(scope="module")
def caller(django_db_setup: None, django_db_blocker: Any) -> Iterator[Caller]:
    """The cast, made once; each call is undone, and in the end so is the cast."""
    with django_db_blocker.unblock(), transaction.atomic():
        connection.cursor().execute("SET LOCAL join_collapse_limit = 1; SET LOCAL jit = off")  # thousands of small reads: plan each as it is written
        yield Caller(cast.build())
        transaction.set_rollback(True)
    connection.close()


@pytest.fixture(scope="module")
def written(request: pytest.FixtureRequest) -> Iterator[dict[Row, list[str]]]:
    """Collects rows when the table is to be written anew."""
    rows: dict[Row, list[str]] = {}
    yield rows
    if request.config.getoption("write_authorisation"):
        head = [f"# {line}" for line in str(__doc__).splitlines() if line] + [LEGEND]
        with TABLE.open("w", newline="") as file:
            file.write("\n".join(head) + "\n")
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(HEAD)
            lines.writerows([*row, *(rows.get(row) or _kept(row))] for row in DEMANDED if row in rows or row in DECLARED)


def _kept(row: Row) -> list[str]:
    return [DECLARED[row][column] for column in HEAD[3:]]


LEGEND = """# A cell is one word, or one for each object in the order of the column “objects”. ok: answered. done: something was written. nothing: answered,
# and nothing was written. noted: nothing but an entry in the journal. login: sent to sign in. A number: the HTTP status."""


def test_no_operation_is_undeclared_and_no_row_is_stale(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("write_authorisation") or set(DEMANDED) == set(DECLARED)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=pytest.mark.xdist_group(f"authorisation-{number % 2}")) for number, row in enumerate(DEMANDED)], ids=" ".join
)
def test_everybody_gets_what_the_table_says(row: Row, caller: Caller, written: dict[Row, list[str]], pytestconfig: pytest.Config) -> None:
    operation, case = DEMANDED[row]
    is_writing, is_short = pytestconfig.getoption("write_authorisation"), not pytestconfig.getoption("every_cell")
    found = {person: caller.cell(operation, case, person, is_short=is_short and not is_writing) for person in EVERYBODY}
    written[row] = [" ".join(places.kinds_of(operation, case)), *(words[0] if len(set(words)) == 1 else " ".join(words) for words in found.values())]
    if not is_writing:
        assert found == {person: _expected(DECLARED.get(row, {}).get(person, ""), words) for person, words in found.items()}


def _expected(cell: str, found: list[str]) -> list[str]:
    """What the table says of each object that was asked for."""
    words = cell.split() * (len(found) if " " not in cell else 1)
    return [word if asked else "" for word, asked in zip(words, found, strict=False)]
