"""What the tests of notifications share."""

from collections.abc import Callable

import pytest

from accounts.models import User
from incidents.models import Incident
from journal import actions as journal
from journal.models import Delivery
from notifications.models import Notice
from tickets.actions import editing


def deliver() -> None:
    """Lets every reaction hear of everything; none of them may fail."""
    journal.deliver_due()
    assert not Delivery.objects.exclude(state=Delivery.DONE).values_list("handler", "last_error")


def told(user: User) -> list[tuple[str, str]]:
    """Topic and reason of what a person was told, oldest first."""
    return list(Notice.objects.filter(user=user).order_by("id").values_list("topic", "reason"))


@pytest.fixture
def assigned(incident: Incident, agent: User, resolver: User) -> Incident:
    """Hanna gave the incident to Daniel; nobody was told yet."""
    editing.assign(incident, actor=agent, assignee=resolver)
    Delivery.objects.update(state=Delivery.DONE)
    return incident


@pytest.fixture
def everybody(person: Callable[..., User]) -> list[User]:
    """Three more people of the desk."""
    return [person(name, "agent") for name in ("Ada One", "Bea Two", "Cem Three")]
