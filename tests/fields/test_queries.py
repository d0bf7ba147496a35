"""Custom fields of every type in the query language (FRM-04)."""

import pytest

from accounts.models import User
from fields.models import Definition
from incidents.models import Incident
from tickets import queries
from tickets.actions import editing


@pytest.mark.parametrize(
    ("field_type", "value", "finds", "misses"),
    [
        ("paragraph", "The rack\nis dark", "extra ~ dark", "extra ~ light"),
        ("datetime", "2026-11-10T09:30:00+00:00", "extra >= 2026-11-10", "extra > 2026-11-11"),
        ("datetime", "2026-11-10T09:30:00+00:00", "extra = 2026-11-10", "extra = 2026-11-11"),
        ("datetime", "2026-11-10T09:30:00+00:00", 'extra = "2026-11-10 09:30"', 'extra < "2026-11-10 09:30"'),
        ("choices", ["north", "south"], "extra = SOUTH", "extra = west"),
        ("choices", ["north", "south"], "extra in (west, north)", "extra not in (west, north)"),
        ("choice", "old", "extra = old", "extra != old"),
        ("person", "hanna.agent@example.com", "extra = currentUser()", "extra = jonas.requester@example.com"),
        ("person", "hanna.agent@example.com", 'extra = "Hanna Agent"', "extra is EMPTY"),
    ],
)
def test_a_query_finds_by_type(agent: User, requester: User, incident: Incident, field_type: str, value: object, finds: str, misses: str) -> None:
    row = Definition.objects.create(
        applies_to="incident", key="extra", label="Extra", field_type=field_type, options=["north", "south", "west", "old"]
    )
    editing.edit(incident, actor=agent, custom={"extra": value})
    Definition.objects.filter(pk=row.pk).update(options=["north", "south", "west"], retired_options=["old"])
    assert [ticket.key for ticket in queries.search(agent, finds)[0]] == [incident.key]
    assert not queries.search(agent, misses)[0].exists()
