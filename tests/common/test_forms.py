"""Form fields that several apps share."""

import pytest
from django import forms

from common import wording
from common.forms import LengthField


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("90 s", 90),
        ("15m", 900),
        ("1m 30s", 90),
        ("1m30s", 90),
        ("2d 4h 30m", 189_000),
        ("1d 5s", 86_405),
        ("0m", 0),
        ("0s", 0),
        ("", None),
    ],
)
def test_a_length_is_read_as_it_is_written(text: str, seconds: int | None) -> None:
    field = LengthField(shortest=0, required=False)
    assert field.clean(text) == seconds
    if seconds is not None:
        assert field.clean(wording.distance(seconds)) == seconds


@pytest.mark.parametrize("text", ["banana", "s", "5", "10 5s", "-30s", "29s", "9999999999s", "30s 1m"])
def test_another_length_names_the_remedy(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="from 30s to"):
        LengthField(shortest=30).clean(text)
