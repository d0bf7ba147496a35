"""What comes back from providers: replies, keys, buttons, receipts. Who proved to be the provider is believed about numbers and chats, nothing else."""

import re
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from common import clock, errors
from notifications import links, queries
from notifications.actions import answering, failover
from notifications.models import ContactMethod, Message, Page
from notifications.models.paging import ASKING

WORDS = re.compile(r"^\s*(?:ack(?:nowledge)?|ok|yes|1)?\s*(all|\d+)?\s*[.!]?\s*$", re.IGNORECASE)
RECENT = timedelta(days=2)


def by_text(channel: str, address: str, text: str) -> str:
    """An SMS or chat reply: "ack 47", "ack" for the only open page, "ack all". Answers what to say back, in one sentence."""
    told = _told(channel, address)
    found = WORDS.match(text)
    if not told:
        return str(_("No page was sent to this number lately."))
    if found is None or not text.strip():
        return str(_("Reply ACK and the number of the page, such as ACK %(n)d.") % {"n": told[0].page_id or 0})
    which = (found.group(1) or "").lower()
    still = {row.page_id: row for row in told if row.page is not None and row.page.state == Page.OPEN}
    if which.isdecimal():
        row = next((row for row in told if row.page_id == int(which)), None)
        return _answer([row], channel) if row is not None else str(_("Page %(n)s was not sent to this number.") % {"n": which})
    if which == "all" or len(still) == 1:
        return _answer(list(still.values()), channel) if still else str(_("Nothing is open."))
    if not still:
        return str(_("Nothing is open."))
    return str(_("%(n)d pages are open. Reply ACK ALL, or ACK %(first)d for the newest.") % {"n": len(still), "first": next(iter(still)) or 0})


def by_key(page: int, channel: str, address: str) -> str:
    """A key that was pressed in a call, or a button in a chat: the page, and who says so. Answers what to say back."""
    row = next((row for row in _told(channel, address) if row.page_id == page), None)
    return _answer([row], channel) if row is not None else str(_("This page was not sent to you."))


def by_link(named: links.Ticket) -> str:
    """A button that brings the signed link of a page with it. Answers what to say back."""
    row = queries.message_of(named.message)
    return _answer([row], row.channel) if row is not None else str(_("It is over. Nothing has to be done."))


def _told(channel: str, address: str) -> list[Message]:
    """The pages that went to a verified contact lately, newest first."""
    contacts = ContactMethod.objects.filter(channel=channel, address=address, verified_at__isnull=False)
    since = clock.now() - RECENT
    rows = Message.objects.filter(contact__in=contacts, state=Message.SENT, sent_at__gt=since, page__event__in=ASKING)
    return list(rows.select_related("page__user", "page__acknowledged_by").order_by("-id")[:50])


@transaction.atomic
def _answer(rows: list[Message], channel: str) -> str:
    said = ""
    for row in rows:
        page = row.page
        if page is None:
            continue
        if page.state not in (Page.OPEN, Page.UNREACHABLE):
            answering.acted(row)
            by = page.acknowledged_by.name if page.acknowledged_by is not None else ""
            said = _("%(by)s has it already.") % {"by": by} if page.state == Page.ACKNOWLEDGED and by else _("It is over. Nothing has to be done.")
            continue
        try:
            answering.acknowledge_all(answering.told_of(row), actor=page.user, via=channel, message=row)
            said = _("Acknowledged: %(title)s") % {"title": page.title[:80]}
        except errors.DomainError as error:
            said = error.message
    return str(said)


@transaction.atomic
def receipt(channel: str, provider_id: str, *, is_delivered: bool, why: str = "") -> bool:
    """A provider says what became of a message. Late, twice and out of order changes nothing (RELIABILITY B10): who delivered cannot fail any more.

    Answers whether the message is known. What was not delivered goes on by the person's next way.
    """
    row = Message.objects.select_for_update().filter(channel=channel, provider_id=provider_id).first() if provider_id else None
    if row is None:
        return False
    if row.delivered_at is not None or row.state == Message.FAILED:
        return True
    at = clock.now()
    if is_delivered:
        Message.objects.filter(pk=row.pk).update(delivered_at=at)
    else:
        Message.objects.filter(pk=row.pk).update(state=Message.FAILED, outcome=(why or "not delivered")[:200])
        failover.go_on(row, at=at)
    return True
