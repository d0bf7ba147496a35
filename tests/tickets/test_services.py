"""Several affected services, one primary; the worst tier gives the impact (INC-04)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from common import errors
from incidents import actions
from incidents.models import Incident
from journal.models import Entry
from services import actions as estate
from services.models import Service, Tier
from tickets import queries, records
from tickets.actions import editing
from tickets.models import AffectedService, SlaClock, Ticket

HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop(other_team: Team) -> Service:
    """Web shop, tier 2."""
    return estate.create(actor=None, slug="shop", name="Web shop", tier=Tier.objects.get(pk=2), owner_team=other_team)


@pytest.fixture
def small(agent: User, small_service: Service) -> Incident:
    """A calm incident on the wiki."""
    return actions.create(actor=agent, summary="Wiki slow", service=small_service, urgency=1)


def names(ticket: Ticket) -> list[str]:
    return [service.slug for service in records.services_of(Ticket.objects.get(pk=ticket.pk))]


def test_a_worse_service_raises_impact_priority_and_the_promise(agent: User, small: Incident, small_service: Service, service: Service) -> None:
    before = small.priority
    changed = editing.edit(small, actor=agent, services=[small_service, service])
    assert (changed.impact, changed.is_impact_given) == (1, False)
    assert changed.priority < before
    assert names(small) == ["wiki", "payments-gateway"]
    assert SlaClock.objects.get(ticket=small, metric="resolution").due_at == small.created_at + timedelta(hours=4)
    assert {"ticket.edited", "ticket.priority_changed"} <= set(Entry.objects.filter(subject_id=small.pk).values_list("event", flat=True))
    back = editing.edit(small, actor=agent, services=[small_service])
    assert (back.impact, back.priority) == (4, before)


def test_an_impact_that_somebody_gave_stays(agent: User, small: Incident, small_service: Service, service: Service) -> None:
    editing.edit(small, actor=agent, impact=3)
    assert editing.edit(small, actor=agent, services=[small_service, service]).impact == 3
    assert editing.edit(small, actor=agent, impact=None).impact == 1


def test_the_first_is_the_primary_one(agent: User, small: Incident, small_service: Service, service: Service, shop: Service) -> None:
    editing.edit(small, actor=agent, services=[service, small_service, shop, service])
    assert names(small) == ["payments-gateway", "shop", "wiki"]
    editing.edit(small, actor=agent, service=shop)
    assert names(small) == ["shop", "wiki"]
    editing.edit(small, actor=agent, service=None)
    assert names(small) == ["wiki"]
    assert not AffectedService.objects.exists()


def test_the_same_services_change_nothing(agent: User, small: Incident, small_service: Service, service: Service) -> None:
    first = editing.edit(small, actor=agent, services=[small_service, service])
    assert editing.edit(small, actor=agent, services=[small_service, service]).version == first.version


def test_the_auditor_changes_nothing(auditor: User, small: Incident, service: Service) -> None:
    with pytest.raises(errors.Refused):
        editing.edit(small, actor=auditor, services=[service])
    assert names(small) == ["wiki"]


def test_a_service_shows_what_hits_it_beside(agent: User, small: Incident, small_service: Service, service: Service, shop: Service) -> None:
    editing.edit(small, actor=agent, services=[small_service, shop])
    assert [ticket.key for ticket in queries.open_of_service(agent, shop)] == [small.key]
    counts = queries.open_counts_by_service(agent, [shop.pk, small_service.pk, service.pk])
    assert {pk: amount for pk, (amount, _worst) in counts.items()} == {shop.pk: 1, small_service.pk: 1}


def test_in_the_dialog(sign_in: Callable[[User], Client], agent: User, small: Incident, service: Service, shop: Service) -> None:
    client, url = sign_in(agent), f"/tickets/{small.key}/services/"
    assert 'value="wiki" checked' in client.get(url, headers=HTMX).content.decode()
    found = client.get(f"{url}?q=shop&services=wiki&primary=wiki", headers=HTMX).content.decode()
    assert ("Web shop" in found, "Wiki" in found, "Payments" in found) == (True, True, False)
    values = {"services": ["wiki", "shop"], "primary": "shop", "version": str(small.version)}
    assert client.post(url, values, headers=HTMX).status_code == 204
    assert names(small) == ["shop", "wiki"]
    stale = client.post(url, {"services": [service.slug], "version": str(small.version)}, headers=HTMX)
    assert (stale.status_code, names(small)) == (409, ["shop", "wiki"])
    assert "Web shop" in client.get(f"{small.get_absolute_url()}?part=fields", headers=HTMX).content.decode()


def test_over_rest(api: Callable[..., APIClient], agent: User, small_service: Service, service: Service) -> None:
    client, url = api(agent), "/api/v1/incidents/"
    made = client.post(url, {"summary": "Both", "services": ["wiki", "payments-gateway"]})
    assert (made.status_code, made.data["service"], made.data["services"], made.data["impact"]) == (201, "wiki", ["wiki", "payments-gateway"], 1)
    record = f"{url}{made.data['key']}/"
    changed = client.patch(record, {"services": ["wiki", "payments-gateway"], "service": "payments-gateway"})
    assert changed.data["services"] == ["payments-gateway", "wiki"]
    assert client.patch(record, {"services": []}).data["services"] == []
    assert client.patch(record, {"services": ["nope"]}).status_code == 400
