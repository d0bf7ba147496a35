"""Files for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(value: Any) -> Any:
    """The value, or with an apostrophe before what a spreadsheet would run (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def as_csv(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV (RFC 4180) that spreadsheets read as UTF-8, without formulas."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([safe(value) for value in row] for row in rows)
    return "\ufeff" + buffer.getvalue()
