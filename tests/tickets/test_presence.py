"""INC-25: who has a record open and who is writing, told to the desk alone, kept nowhere but in Redis."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from accounts.models import User
from common import doorbell, presence
from incidents import actions
from incidents.models import Incident
from services.models import Service

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def nobody(incident: Incident) -> Iterator[None]:
    """Ids come again in other tests: nobody is there at the start and at the end."""
    doorbell.live_redis().delete(f"evenkeel:here:ticket:{incident.pk}")
    yield
    doorbell.live_redis().delete(f"evenkeel:here:ticket:{incident.pk}")


def beat(client: Client, incident: Incident, state: str = "viewing", page: str = "page1") -> Any:
    return client.post(f"/tickets/{incident.key}/here/", {"page": page, "state": state})


def told(client: Client, incident: Incident) -> str:
    return str(client.get(f"/tickets/{incident.key}/here/", headers=HTMX).content.decode())


def test_others_are_told_and_oneself_is_not(sign_in: SignIn, agent: User, resolver: User, incident: Incident) -> None:
    """INC-25."""
    first, second = sign_in(agent), sign_in(resolver)
    assert beat(first, incident).json() == {"mark": ""}
    assert beat(second, incident, "reply").json() == {"mark": f"{agent.pk}v"}
    assert "Daniel Resolver is writing a reply" in told(first, incident)
    assert "Hanna Agent is viewing" in told(second, incident)
    assert "Daniel" not in told(second, incident)


def test_writing_in_one_window_counts_more_than_looking_in_another(sign_in: SignIn, agent: User, resolver: User, incident: Incident) -> None:
    """INC-25."""
    other = sign_in(resolver)
    beat(other, incident, "note", "page1")
    beat(other, incident, "viewing", "page2")
    assert "is writing a note" in told(sign_in(agent), incident)
    beat(other, incident, "gone", "page1")
    assert "is viewing" in told(sign_in(agent), incident)
    beat(other, incident, "gone", "page2")
    assert "Daniel" not in told(sign_in(agent), incident)


def test_it_lapses_after_30_seconds(sign_in: SignIn, agent: User, resolver: User, incident: Incident, monkeypatch: pytest.MonkeyPatch) -> None:
    """INC-25: whoever does not say good-bye is gone after half a minute, and so is the key."""
    beat(sign_in(resolver), incident)
    assert 0 < int(doorbell.live_redis().ttl(f"evenkeel:here:ticket:{incident.pk}")) <= presence.SECONDS
    later = time.time() + presence.SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert "Daniel" not in told(sign_in(agent), incident)
    assert doorbell.live_redis().hgetall(f"evenkeel:here:ticket:{incident.pk}") == {}


@pytest.mark.parametrize("who", ["outsider", "requester"])
def test_requesters_are_neither_told_nor_shown(request: pytest.FixtureRequest, sign_in: SignIn, agent: User, incident: Incident, who: str) -> None:
    """INC-25: also the reporter of the ticket."""
    client = sign_in(request.getfixturevalue(who))
    beat(sign_in(agent), incident)
    assert client.get(f"/tickets/{incident.key}/here/").status_code == 404
    assert beat(client, incident).status_code == 404
    assert presence.here("ticket", incident.pk) == {agent.pk: "viewing"}


def test_a_restricted_ticket_tells_only_who_may_see_it(person: Callable[..., User], sign_in: SignIn, agent: User, service: Service) -> None:
    """INC-25, INC-28."""
    secret = actions.create(actor=agent, summary="Layoffs leak", service=service, urgency=1, is_restricted=True)
    stranger = sign_in(person("Stella Stranger", "resolver"))
    beat(sign_in(agent), secret)
    assert stranger.get(f"/tickets/{secret.key}/here/").status_code == 404
    assert beat(stranger, secret).status_code == 404


@pytest.mark.parametrize("is_restricted", [False, True])
def test_the_stream_rings_when_somebody_comes_but_not_for_restricted_tickets(
    sign_in: SignIn, agent: User, incident: Incident, is_restricted: bool, django_capture_on_commit_callbacks: Any
) -> None:
    """INC-25, INC-28: the message holds no name; each page asks with its own rights."""
    with transaction.atomic():
        type(incident).objects.filter(pk=incident.pk).update(is_restricted=is_restricted)
    client = sign_in(agent)
    with django_capture_on_commit_callbacks() as rung:
        beat(client, incident)
    assert [getattr(bell, "hint", ("", b""))[1] for bell in rung] == (
        [] if is_restricted else [b'{"subject":"here","id":%d,"event":"here.changed"}' % incident.pk]
    )
    with django_capture_on_commit_callbacks() as again:
        beat(client, incident)
    assert again == []


def test_without_redis_nobody_is_there_and_nothing_fails(sign_in: SignIn, agent: User, incident: Incident) -> None:
    """INC-25."""
    known = settings.REDIS_URL
    try:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        doorbell.live_redis.cache_clear()
        client = sign_in(agent)
        assert beat(client, incident).json() == {"mark": ""}
        assert "is viewing" not in told(client, incident)
    finally:
        settings.REDIS_URL = known
        doorbell.live_redis.cache_clear()
        doorbell._deaf_until.clear()


@pytest.mark.parametrize("values", [{"page": "../x"}, {"page": ""}, {"page": "page1", "state": "root"}, {"page": "A" * 40}])
def test_odd_heartbeats_are_refused(sign_in: SignIn, agent: User, incident: Incident, values: dict[str, str]) -> None:
    """INC-25."""
    assert sign_in(agent).post(f"/tickets/{incident.key}/here/", values).status_code == 422
    assert presence.here("ticket", incident.pk) == {}


def test_one_record_holds_no_more_than_a_hundred_pages(agent: User, incident: Incident) -> None:
    """INC-25."""
    for number in range(presence.MOST_PAGES + 5):
        presence.beat("ticket", incident.pk, agent.pk, f"page{number}", "viewing")
    assert int(doorbell.live_redis().hlen(f"evenkeel:here:ticket:{incident.pk}")) == presence.MOST_PAGES
