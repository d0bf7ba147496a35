"""A person answers a page, whichever way the answer came."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from notifications import answers, queries, quiet
from notifications.actions import paging
from notifications.models import Message, Page

OWN = "user"  # a test page is about its own person


@transaction.atomic
def acknowledge(page: Page, *, actor: User, via: str, message: Message | None = None) -> Page:
    """The person has it: everybody's paging for the subject stops. Doing it again changes nothing.

    Raises Refused when he may not act on the subject any more or was deactivated, Conflict when the subject is closed.
    """
    if not actor.is_active:
        raise errors.Refused(_("Your account is deactivated, so this page is not yours any more. Whoever is on call now has it."))
    if message is not None:
        acted(message)
    if Page.objects.filter(pk=page.pk, state__in=(Page.OPEN, Page.UNREACHABLE)).exists():
        if page.subject_type != OWN:
            try:
                answers.give(actor, page.subject_type, page.subject_id, answers.ACKNOWLEDGE, via)
            except ObjectDoesNotExist:  # what it was about is gone
                paging.end(page.subject_type, [page.subject_id])
        paging.acknowledge(page.subject_type, page.subject_id, actor=actor, via=via)
    return Page.objects.get(pk=page.pk)


@transaction.atomic
def acknowledge_all(pages: Sequence[Page], *, actor: User, via: str, message: Message | None = None) -> list[Page]:
    """The same for several, such as those that one message told of."""
    return [acknowledge(page, actor=actor, via=via, message=message) for page in pages]


def acted(message: Message) -> None:
    """The receipt: the person acted through this message, so it was delivered too."""
    at = clock.now()
    row = Message.objects.filter(pk=message.pk)
    row.filter(delivered_at__isnull=True).update(delivered_at=at)
    row.filter(acted_at__isnull=True).update(acted_at=at)


def told_of(message: Message) -> list[Page]:
    """The pages of which one message told, its own first."""
    first: list[Any] = [message.page] if message.page is not None else []
    return first + list(Page.objects.filter(messages__bundle=message).order_by("pk"))


@transaction.atomic
def seen(pages: Sequence[Page], *, actor: User) -> None:
    """The banner showed them to their person."""
    shown = Message.objects.filter(page__in=[page.pk for page in pages], channel="app", recipient=actor, delivered_at__isnull=True)
    if pages and shown.exists():
        shown.update(delivered_at=clock.now())


def is_quiet(user: User) -> bool:
    """Whether the person's quiet hours hold now."""
    hours = queries.quiet_hours_of(user)
    at = clock.now()
    return hours is not None and quiet.ends_at(hours, user.time_zone, at) > at
