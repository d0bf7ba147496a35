"""The signed links of reporters: made, and read again."""

from datetime import timedelta

from django.core import signing
from django.urls import reverse

from common import clock
from tickets.models import ReporterLink

SALT = "tickets.reporter-link"
VALID_FOR = timedelta(days=14)


class Gone(Exception):
    """The link was good once: it is too old, or the ticket has another reporter now."""


def path_of(link: ReporterLink) -> str:
    """The address of the reporter's page."""
    return reverse("tickets:reporter", args=[signing.dumps(link.pk, salt=SALT)])


def read(token: str) -> ReporterLink | None:
    """The link of a token; None for one that was never given out. Raises Gone for one that is over."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    link = ReporterLink.objects.select_related("user", "ticket__status", "ticket__reporter").filter(pk=pk).first()
    if link is None or clock.now() >= link.expires_at or not link.user.is_active or link.ticket.reporter_id != link.user_id:
        raise Gone
    return link
