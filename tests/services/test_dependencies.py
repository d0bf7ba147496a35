"""The graph of services has no circles."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Team, User
from common import errors
from services import actions, queries
from services.models import Dependency, Service, Tier

Make = Callable[[str], Service]


@pytest.fixture
def make(team: Team) -> Make:
    def service(slug: str) -> Service:
        return actions.create(actor=None, slug=slug, name=slug.title(), tier=Tier.objects.get(pk=2), owner_team=team, aliases=[f"{slug}-alias"])

    return service


def test_a_circle_is_refused_however_long(make: Make) -> None:
    a, b, c = make("a"), make("b"), make("c")
    actions.add_dependency(a, b, actor=None)
    actions.add_dependency(b, c, actor=None)
    with pytest.raises(errors.Invalid) as refused:
        actions.add_dependency(c, a, actor=None)
    assert refused.value.field == "needs"
    with pytest.raises(errors.Invalid):
        actions.add_dependency(a, a, actor=None)
    assert Dependency.objects.count() == 2


def test_twice_is_one(make: Make) -> None:
    a, b = make("a"), make("b")
    assert actions.add_dependency(a, b, actor=None) == actions.add_dependency(a, b, actor=None)


@pytest.mark.django_db(transaction=True)
def test_two_people_cannot_close_a_circle_together(make: Make) -> None:
    a, b = make("a"), make("b")

    def add(pair: tuple[Service, Service]) -> bool:
        try:
            actions.add_dependency(*pair, actor=None)
            return True
        except errors.Invalid:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, [(a, b), (b, a)])) == [False, True]
    assert Dependency.objects.count() == 1


def test_an_agent_does_not_configure_services(agent: User, make: Make) -> None:
    a, b = make("a"), make("b")
    with pytest.raises(errors.Refused):
        actions.add_dependency(a, b, actor=agent)
    assert not Dependency.objects.exists()


def test_services_are_found_by_what_monitoring_calls_them(make: Make) -> None:
    a, b = make("alpha"), make("beta")
    found = queries.by_names(["ALPHA", "Beta", "beta-ALIAS", " alpha ", "gamma", ""])
    assert found == {"alpha": a, "beta": b, "beta-alias": b}
