"""The OpenAPI document is made without a warning and names every verb."""

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


@pytest.mark.django_db
def test_the_schema_is_valid_and_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    GENERATOR_STATS.reset()
    generator: Any = SchemaGenerator
    schema = generator().get_schema(request=None, public=True)
    said = capsys.readouterr().err
    assert said == ""
    validate: Any = validate_schema
    validate(schema)
    for verb in ("assign", "resolve", "close", "reopen", "hold", "cancel", "transition", "comment", "attach", "watch"):
        assert f"/api/v1/incidents/{{key}}/{verb}/" in schema["paths"]
    for verb in ("acknowledge", "close", "snooze", "assign", "note", "open-incident", "attach", "detach"):
        assert f"/api/v1/alerts/{{number}}/{verb}/" in schema["paths"]
