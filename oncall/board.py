"""What apps above show on the screen of who is on call: how a team is called, and what it has in hand. on-call knows neither alerts nor incidents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User


@dataclass(frozen=True, slots=True)
class InHand:
    """What a team works on now, in a few words, and where it stands. is_urgent: it colours the card."""

    words: str
    url: str
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """The app that takes calls. call_url: name of the page that calls a team, `?team=` chooses it; it needs `right`. in_hand: (reader, team ids) → team id → InHand."""

    call_url: str
    right: str
    in_hand: Callable[[User, Sequence[int]], Mapping[int, InHand]]


_desks: list[Desk] = []


def register(desk: Desk) -> None:
    """Sets the app that takes calls; registering again replaces it."""
    _desks[:] = [desk]


def call_url(user: User) -> str:
    """Where this person calls a team; empty when he may not."""
    return next((reverse(desk.call_url) for desk in _desks if user.has_right(desk.right)), "")


def in_hand(user: User, teams: Sequence[int]) -> Mapping[int, InHand]:
    """What these teams work on, as far as this person may see it."""
    return next((desk.in_hand(user, teams) for desk in _desks), {})
