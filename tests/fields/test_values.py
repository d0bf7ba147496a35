"""What custom fields take, keep and tell (FRM-04)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from common import clock, errors
from fields import values
from fields.models import Definition
from incidents import actions as incidents
from incidents.models import Incident
from journal.models import Entry
from tickets.actions import editing
from tickets.models import Ticket


def define(key: str, field_type: str = "text", **columns: Any) -> Definition:
    return Definition.objects.create(applies_to="incident", key=key, label=key.title(), field_type=field_type, **columns)


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("text", "Rack 7", "Rack 7"),
        ("paragraph", "one\r\ntwo", "one\ntwo"),
        ("number", 2.5, 2.5),
        ("date", "2026-02-28", "2026-02-28"),
        ("datetime", "2026-11-28T09:00:00+01:00", "2026-11-28T08:00:00+00:00"),
        ("datetime", datetime(2026, 11, 28, 8, tzinfo=UTC), "2026-11-28T08:00:00+00:00"),
        ("choice", "b", "b"),
        ("choices", ["c", "a"], ["a", "c"]),
        ("checkbox", False, False),
        ("url", "https://example.com/x", "https://example.com/x"),
    ],
)
def test_each_type_stores_its_value(agent: User, incident: Incident, kind: str, given: object, stored: object) -> None:
    """FRM-04: typed."""
    define("extra", kind, options=["a", "b", "c"])
    assert editing.edit(incident, actor=agent, custom={"extra": given}).custom == {"extra": stored}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", 7), ("text", "x" * 1001), ("text", "a\0b"), ("paragraph", "x" * 20_001), ("number", "7"), ("number", float("nan")), ("number", True),
        ("date", "2026-02-30"), ("date", 7), ("datetime", "2026-11-28"), ("datetime", "soon"), ("choice", "z"), ("choice", ["a"]), ("choices", "a"),
        ("choices", ["a", "z"]), ("choices", [["a"]]), ("checkbox", 1), ("checkbox", "true"), ("url", "javascript:alert(1)"), ("url", "https://"),
        ("url", "http://["), ("person", "nobody@example.com"), ("person", 1), ("person", {"id": 1}),
    ],
)  # fmt: skip
def test_a_wrong_value_names_the_field_and_changes_nothing(agent: User, incident: Incident, kind: str, given: object) -> None:
    define("extra", kind, options=["a"])
    with pytest.raises(errors.Invalid) as refused:
        editing.edit(incident, actor=agent, custom={"extra": given})
    assert refused.value.field == "custom.extra"
    assert Ticket.objects.get(pk=incident.pk).custom == {}


def test_a_person_is_kept_by_id_and_told_by_address(agent: User, incident: Incident, requester: User) -> None:
    row = define("approver", "person")
    edited = editing.edit(incident, actor=agent, custom={"approver": requester.email.upper()})
    assert edited.custom == {"approver": requester.pk}
    assert values.told([row], edited.custom) == {"approver": requester.email}


def test_what_is_not_named_stays_and_none_empties(agent: User, incident: Incident) -> None:
    define("one")
    define("two")
    editing.edit(incident, actor=agent, custom={"one": "1", "two": "2"})
    assert editing.edit(incident, actor=agent, custom={"one": None}).custom == {"two": "2"}


def test_the_timeline_names_the_fields_and_an_unchanged_value_says_nothing(agent: User, incident: Incident) -> None:
    define("rack")
    editing.edit(incident, actor=agent, custom={"rack": "7"})
    version = editing.edit(incident, actor=agent, custom={"rack": "7"}).version
    told = Entry.objects.filter(subject_id=incident.pk, event="ticket.edited")
    assert [entry.sentence for entry in told] == ["Hanna Agent changed Rack"] and version == 2


def test_a_retired_field_keeps_its_value_and_takes_no_other(agent: User, incident: Incident) -> None:
    row = define("rack")
    editing.edit(incident, actor=agent, custom={"rack": "7"})
    Definition.objects.filter(pk=row.pk).update(retired_at=clock.now())
    define("room")
    assert editing.edit(incident, actor=agent, custom={"room": "B", "rack": "7"}).custom == {"rack": "7", "room": "B"}
    with pytest.raises(errors.Invalid):
        editing.edit(incident, actor=agent, custom={"rack": "8"})


def test_a_retired_option_stays_where_it_is_and_is_offered_no_more(agent: User, incident: Incident, requester: User) -> None:
    row = define("regions", "choices", options=["north", "south"])
    editing.edit(incident, actor=agent, custom={"regions": ["south"]})
    Definition.objects.filter(pk=row.pk).update(options=["north"], retired_options=["south"])
    assert editing.edit(incident, actor=agent, custom={"regions": ["north", "south"]}).custom == {"regions": ["north", "south"]}
    other = incidents.create(actor=agent, summary="Another", urgency=3, reporter=requester)
    with pytest.raises(errors.Invalid):
        editing.edit(other, actor=agent, custom={"regions": ["south"]})


def test_a_new_record_takes_the_defaults_unless_somebody_empties_them(agent: User, house: None) -> None:
    define("region", "choice", options=["north", "south"], default="north")
    define("seats", "number", default="3")
    define("is-vip", "checkbox", default="yes")
    assert incidents.create(actor=agent, summary="One", urgency=3).custom == {"region": "north", "seats": 3, "is-vip": True}
    assert incidents.create(actor=agent, summary="Two", urgency=3, custom={"region": None, "seats": 4}).custom == {"seats": 4, "is-vip": True}


def test_a_required_field_is_asked_of_people_and_not_of_alerts(agent: User, requester: User, house: None) -> None:
    define("region", is_required=True)
    with pytest.raises(errors.Invalid) as refused:
        incidents.create(actor=agent, summary="One", urgency=3)
    assert refused.value.field == "custom.region" and not Ticket.objects.exists()
    made = incidents.create(actor=None, summary="From an alert", urgency=3, channel="alert")
    assert made.custom == {}
    given = incidents.create(actor=requester, summary="Two", urgency=3, reporter=requester, custom={"region": "x"})
    with pytest.raises(errors.Invalid):
        editing.edit(given, actor=agent, custom={"region": None})


def test_an_unknown_key_is_refused(agent: User, incident: Incident) -> None:
    with pytest.raises(errors.Invalid) as refused:
        editing.edit(incident, actor=agent, custom={"forged": "x"})
    assert refused.value.field == "custom.forged"


def test_an_admin_cannot_set_a_default_that_does_not_fit(sign_in: Callable[[User], Any], admin: User) -> None:
    body = {"applies_to": "incident", "key": "seats", "label": "Seats", "field_type": "number", "default": "many", "position": "0"}
    page = sign_in(admin).post("/admin/fields/definition/add/", body)
    assert page.status_code == 200 and "write a number" in page.content.decode() and not Definition.objects.exists()
    sign_in(admin).post("/admin/fields/definition/add/", {**body, "default": "3"})
    assert Definition.objects.get().default == "3"
