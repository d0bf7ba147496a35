"""Form fields that several apps share."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from common import wording
from common.query import moments


class LengthField(forms.CharField):
    """Seconds, typed and shown as people write a length of time: 15m, 4h, 2d 4h 30m. shortest, longest: in seconds. Empty, where it may be, is None."""

    def __init__(self, *, shortest: int = 60, longest: int = 366 * 86_400, **kwargs: Any) -> None:
        self.shortest, self.longest = shortest, longest
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return wording.distance(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it is another length, however it was typed."""
        try:
            return bool(self.clean(data) != initial)
        except forms.ValidationError:
            return True

    def clean(self, value: Any) -> int | None:
        """The seconds. Anything else names the remedy."""
        text = super().clean(value)
        if not text:
            return None
        try:
            seconds = _seconds(text)
        except ValueError:
            seconds = -1
        if not self.shortest <= seconds <= self.longest:
            most, least = wording.distance(self.longest), wording.distance(self.shortest)
            raise forms.ValidationError(
                _("Write a length of time from %(least)s to %(most)s, such as 15m, 4h or 2d 4h 30m.") % {"least": least, "most": most}
            )
        return seconds


def _seconds(text: str) -> int:
    """The seconds of a length that may end in some, as wording.distance writes it. Raises ValueError."""
    found = re.fullmatch(r"(.*?)(\d{1,9})\s*s", text.strip())
    if found is None:
        return int(moments.duration(text).total_seconds())
    return int(found[2]) + (int(moments.duration(found[1]).total_seconds()) if found[1].strip() else 0)
