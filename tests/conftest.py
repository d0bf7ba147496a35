"""The cast and the builders. Everything is made by the product's own actions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import Client
from rest_framework.test import APIClient

from accounts import actions as accounts
from accounts.models import ApiToken, Membership, Organisation, Team, User
from incidents import actions as incidents
from incidents.models import Incident
from operations import actions as operations
from services import actions as services
from services.models import Service, Tier
from tests import template
from tickets.models import Category, HoldReason, ResolutionCode

PASSWORD = "long enough for a test 7"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The test database is a copy of the one that is migrated already, where there is such a one."""
    connection.settings_dict["TEST"]["TEMPLATE"] = template.made() or None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database starts with what every installation has, and has it again when a transactional test emptied the tables."""
    with django_db_blocker.unblock():
        operations.install_defaults()
    post_migrate.connect(lambda **_told: operations.install_defaults(), sender=apps.get_app_config("operations"), weak=False)


@pytest.fixture
def house(db: None) -> None:
    """The defaults of an installation are there."""


@pytest.fixture
def person(house: None) -> Callable[..., User]:
    """Makes a person with roles: person("Ann Berg", "agent")."""

    def make(name: str, *roles: str, **columns: Any) -> User:
        email = f"{name.lower().replace(' ', '.')}@example.com"
        return accounts.create_user(actor=None, email=email, name=name, password=PASSWORD, roles=roles, **columns)

    return make


@pytest.fixture
def team(house: None) -> Team:
    """Payments platform."""
    return Team.objects.create(slug="payments", name="Payments platform")


@pytest.fixture
def other_team(house: None) -> Team:
    """Warehouse systems."""
    return Team.objects.create(slug="warehouse", name="Warehouse systems")


@pytest.fixture
def agent(person: Callable[..., User], team: Team) -> User:
    """Hanna, service desk."""
    user = person("Hanna Agent", "agent")
    Membership.objects.create(team=team, user=user)
    return user


@pytest.fixture
def resolver(person: Callable[..., User], team: Team) -> User:
    """Daniel, second level: resolves and does not close."""
    user = person("Daniel Resolver", "resolver")
    Membership.objects.create(team=team, user=user)
    return user


@pytest.fixture
def lead(person: Callable[..., User], team: Team) -> User:
    """Priya, leads the team."""
    user = person("Priya Lead", "team-lead")
    Membership.objects.create(team=team, user=user, is_lead=True)
    return user


@pytest.fixture
def admin(person: Callable[..., User]) -> User:
    """Grace, configures."""
    return person("Grace Admin", "admin", is_staff=True, is_superuser=True)


@pytest.fixture
def auditor(person: Callable[..., User]) -> User:
    """Henrik, reads everything and changes nothing."""
    return person("Henrik Auditor", "auditor")


@pytest.fixture
def collaborator(person: Callable[..., User]) -> User:
    """Lea, reads and adds internal notes."""
    return person("Lea Collaborator", "collaborator")


@pytest.fixture
def requester(person: Callable[..., User]) -> User:
    """Jonas of the first organisation."""
    return person("Jonas Requester", "requester", organisation=Organisation.objects.get_or_create(name="Meridian")[0])


@pytest.fixture
def other_requester(person: Callable[..., User]) -> User:
    """Matteo of the second organisation."""
    return person("Matteo Requester", "requester", organisation=Organisation.objects.get_or_create(name="Baltic")[0])


@pytest.fixture
def outsider(person: Callable[..., User]) -> User:
    """Signs in and holds no role."""
    return person("Otto Outsider")


@pytest.fixture
def service(team: Team) -> Service:
    """Payments gateway, tier 1."""
    return services.create(
        actor=None, slug="payments-gateway", name="Payments gateway", tier=Tier.objects.get(pk=1), owner_team=team, aliases=["pay-gw"]
    )


@pytest.fixture
def small_service(other_team: Team) -> Service:
    """Wiki, tier 4."""
    return services.create(actor=None, slug="wiki", name="Wiki", tier=Tier.objects.get(pk=4), owner_team=other_team)


@pytest.fixture
def category(house: None) -> Category:
    """Application / Timeouts."""
    return Category.objects.get(name="Timeouts")


@pytest.fixture
def fixed(house: None) -> ResolutionCode:
    """The resolution code “Fixed”."""
    return ResolutionCode.objects.get(slug="fixed")


@pytest.fixture
def vendor(house: None) -> HoldReason:
    """The on-hold reason “Awaiting a vendor”."""
    return HoldReason.objects.get(slug="vendor")


@pytest.fixture
def incident(agent: User, service: Service, requester: User) -> Incident:
    """A critical incident on the payments gateway, reported by Jonas."""
    return incidents.create(actor=agent, summary="Gateway returns 502", service=service, urgency=1, reporter=requester)


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A browser session of a person."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """An API client with a token of a person: api(agent), api(agent, scope="read")."""

    def make(user: User, scope: str = ApiToken.WRITE) -> APIClient:
        _token, secret = accounts.create_token(actor=user, name="test", scope=scope)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return make
