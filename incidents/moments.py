"""The instants of an incident and their order (INC-12). Metrics read these and nothing else. Knows nothing of Django."""

from collections.abc import Mapping
from datetime import datetime

# Whatever was over early may be resolved on paper before or after everything runs as before, so resolved and recovered share a place.
ORDER: list[tuple[str, ...]] = [
    ("impact_started_at",), ("detected_at",), ("reported_at",), ("acknowledged_at",), ("mitigated_at",), ("resolved_at", "recovered_at"), ("closed_at",),
]  # fmt: skip
NAMES = [name for place in ORDER for name in place]


def first_disorder(instants: Mapping[str, datetime | None]) -> tuple[str, str] | None:
    """(the earlier name, the later name) of the first pair that stands in the wrong order; None when all is well. Unknown instants are passed over."""
    known = [(place, name, at) for place, names in enumerate(ORDER) for name in names if (at := instants.get(name)) is not None]
    for index, (place, name, at) in enumerate(known):
        for before_place, before_name, before_at in known[:index]:
            if before_place < place and before_at > at:
                return before_name, name
    return None
