"""COPY writes what INSERT writes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from alerts.models import Alert
from common import copying

AT = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)
STRANGE = ["plain", "tab\there", "line\nbreak\r", "back\\slash \\N \\.", 'quote " {brace}', "ümläut — 日本語 🔥", "nbsp\u00a0", ""]


def alert(number: int, **more: Any) -> Alert:
    return Alert(number=number, alias=f"a{number}", message="m", first_occurred_at=AT, last_occurred_at=AT, **more)


@pytest.mark.django_db
@pytest.mark.parametrize("text", STRANGE)
def test_every_value_comes_back_as_it_was(text: str) -> None:
    more: dict[str, Any] = {
        "description": text, "tags": [text, "b,c"], "details": {text: text, "deep": [1, None, True, 2**70, {"x": text}]}, "payload": [text], "starts_at": AT,
    }  # fmt: skip
    rows = [alert(number, **more) for number in range(1, copying.FEW + 1)]
    copying.insert(rows)
    found = list(Alert.objects.order_by("number"))
    assert [row.pk for row in found] == [row.pk for row in rows]
    assert model_to_dict(found[0]) == model_to_dict(rows[0])
    assert found[0].starts_at == AT
    assert not rows[0]._state.adding
    copying.insert([alert(1_000, **more)])
    by_insert = Alert.objects.get(number=1_000)
    assert (by_insert.description, by_insert.tags, by_insert.details) == (found[0].description, found[0].tags, found[0].details)


@pytest.mark.django_db
def test_what_the_table_refuses_is_refused() -> None:
    rows = [alert(number) for number in range(copying.FEW)]
    with pytest.raises(IntegrityError), transaction.atomic():
        copying.insert([*rows, alert(copying.FEW, priority=9)])
    assert copying.insert([]) == []
    assert not Alert.objects.exists()
