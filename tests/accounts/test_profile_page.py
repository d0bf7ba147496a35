"""The profile page."""

from collections.abc import Callable

from django.test import Client

from accounts.models import User


def test_everybody_opens_the_own_profile_and_keeps_it(sign_in: Callable[[User], Client], agent: User, requester: User) -> None:
    for person in (agent, requester):
        client = sign_in(person)
        assert client.get("/profile/").status_code == 200
        form = {"name": person.name, "time_zone": "Europe/Oslo", "theme": "dark", "avatar_hue": "3", "away_until": "2030-01-02T08:00"}
        assert client.post("/profile/", form).status_code == 302
        stored = User.objects.get(pk=person.pk)
        assert (stored.theme, stored.has_shortcuts, stored.away_until is not None) == ("dark", False, True)
        assert client.get("/profile/").status_code == 200
