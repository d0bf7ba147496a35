"""The separate timestamps: validated order, edits audited with before and after (INC-12)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from common import clock, errors
from incidents import actions, moments
from incidents.models import Incident
from journal import actions as journal
from journal.models import Entry
from tickets.actions import editing, lifecycle
from tickets.models import Category, ResolutionCode

HTMX = {"HX-Request": "true"}


def ago(incident: Incident, minutes: int) -> datetime:
    return incident.created_at - timedelta(minutes=minutes)


def test_instants_are_kept_and_the_journal_says_before_and_after(agent: User, incident: Incident) -> None:
    actions.retime(incident, actor=agent, impact_started_at=ago(incident, 30), detected_at=ago(incident, 20), reported_at=ago(incident, 10))
    actions.retime(incident, actor=agent, detected_at=ago(incident, 25))
    stored = Incident.objects.get()
    assert (stored.impact_started_at, stored.detected_at, stored.reported_at) == (ago(incident, 30), ago(incident, 25), ago(incident, 10))
    entry = Entry.objects.filter(event="incident.retimed").latest("id")
    assert entry.data["changes"] == {"detected_at": [ago(incident, 20).isoformat(), ago(incident, 25).isoformat()]}
    assert "detected" in entry.sentence and "→" in entry.sentence
    assert actions.retime(incident, actor=agent, detected_at=None).detected_at is None


@pytest.mark.parametrize("pair", list(zip(moments.NAMES[:5], moments.NAMES[1:5], strict=False)))
def test_the_wrong_order_is_refused(agent: User, incident: Incident, pair: tuple[str, str]) -> None:
    earlier, later = pair
    wanted: dict[str, Any] = {"reported_at": ago(incident, 30), earlier: ago(incident, 5), later: ago(incident, 6)}
    with pytest.raises(errors.Invalid, match="cannot be before"):
        actions.retime(incident, actor=agent, **wanted)
    assert Incident.objects.get().reported_at == incident.reported_at
    assert not Entry.objects.filter(event="incident.retimed").exists()


def test_resolved_and_recovered_come_after_mitigated_in_any_order(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    actions.retime(incident, actor=agent, reported_at=ago(incident, 60), acknowledged_at=ago(incident, 50), mitigated_at=ago(incident, 40))
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    for resolved, recovered in ((30, 20), (20, 30)):
        row = actions.retime(incident, actor=agent, resolved_at=ago(incident, resolved), recovered_at=ago(incident, recovered))
        assert (row.resolved_at, row.recovered_at) == (ago(incident, resolved), ago(incident, recovered))
    for name in ("resolved_at", "recovered_at"):
        with pytest.raises(errors.Invalid):
            wrong: dict[str, Any] = {name: ago(incident, 45)}
            actions.retime(incident, actor=agent, **wrong)


def test_what_cannot_be_given(agent: User, incident: Incident) -> None:
    wrong: list[dict[str, Any]] = [
        {"resolved_at": ago(incident, 1)}, {"reported_at": None}, {"detected_at": incident.created_at + timedelta(days=1)},
    ]  # fmt: skip
    for wanted in wrong:
        with pytest.raises(errors.Invalid) as refused:
            actions.retime(incident, actor=agent, **wanted)
        assert refused.value.field == next(iter(wanted))


def test_who_may_not(auditor: User, agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    with pytest.raises(errors.Refused):
        actions.retime(incident, actor=auditor, detected_at=ago(incident, 5))
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    lifecycle.close(incident, actor=agent)
    with pytest.raises(errors.Conflict, match="closed"):
        actions.retime(incident, actor=agent, detected_at=ago(incident, 5))


@pytest.mark.django_db(transaction=True)
def test_the_first_hand_acknowledges_and_watching_mitigates(house: None, agent: User, incident: Incident) -> None:
    editing.assign(incident, actor=agent, assignee=agent)
    lifecycle.transition(incident, "start", actor=agent)
    with clock.shifted(incident.created_at + timedelta(minutes=5)):
        lifecycle.transition(incident, "monitor", actor=agent)
    journal.deliver_due()
    with clock.shifted(incident.created_at + timedelta(minutes=6)):
        journal.deliver_due()
    assigned = Entry.objects.get(event="ticket.assigned")
    row = Incident.objects.get()
    assert (row.acknowledged_at, row.mitigated_at) == (assigned.at, incident.created_at + timedelta(minutes=5))


def test_in_the_dialog(sign_in: Callable[[User], Client], agent: User, incident: Incident) -> None:
    client, url = sign_in(agent), f"/incidents/{incident.key}/retime/"
    page = client.get(url, headers=HTMX).content.decode()
    assert "Impact started" in page and "resolved_at" not in page
    reported = incident.reported_at.astimezone(agent.zone if hasattr(agent, "zone") else None)
    values = {"version": str(incident.version), "detected_at": "2000-06-01T10:00:00", "reported_at": ""}
    assert client.post(url, values, headers=HTMX).status_code == 422
    kept = client.get(url, headers=HTMX).context["form"]["reported_at"].value().strftime("%Y-%m-%dT%H:%M:%S")
    assert reported is not None
    assert client.post(url, {**values, "reported_at": kept}, headers=HTMX).status_code == 204
    row = Incident.objects.get()
    assert row.detected_at is not None and row.detected_at.year == 2000
    assert row.reported_at == incident.reported_at
    assert client.post(url, {**values, "reported_at": kept, "detected_at": ""}, headers=HTMX).status_code == 422
    assert "Detected" in client.get(f"{incident.get_absolute_url()}?part=fields", headers=HTMX).content.decode()


def test_over_rest(api: Callable[..., APIClient], agent: User, incident: Incident) -> None:
    client, url = api(agent), f"/api/v1/incidents/{incident.key}/"
    changed = client.post(f"{url}retime/", {"detected_at": ago(incident, 3).isoformat(), "version": 1})
    assert (changed.status_code, changed.data["version"]) == (200, 2)
    assert client.post(f"{url}retime/", {"detected_at": None, "version": 1}).status_code == 409
    assert client.post(f"{url}retime/", {"closed_at": ago(incident, 3).isoformat()}).status_code == 400
    assert client.post(f"{url}retime/", {"acknowledged_at": ago(incident, 9).isoformat()}).data["error"]["fields"].keys() == {"acknowledged_at"}


def test_a_new_incident_keeps_the_order_too(agent: User) -> None:
    at = clock.now()
    early, late = at - timedelta(hours=2), at - timedelta(hours=1)
    for wrong in ({"impact_started_at": late, "detected_at": early}, {"detected_at": late, "reported_at": early}):
        with pytest.raises(errors.Invalid, match="cannot be before"):
            actions.create(actor=agent, summary="Out of order", **wrong)  # type: ignore[arg-type]
    assert not Incident.objects.exists()
    assert actions.create(actor=agent, summary="In order", impact_started_at=early, detected_at=late).detected_at == late
