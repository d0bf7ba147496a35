"""Reads of notices and of how people want to hear of things."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from accounts.models import User
from journal.models import Entry
from notifications import subjects, topics
from notifications.channels import webhook
from notifications.channels.base import Account
from notifications.models import ChannelAccount, ContactMethod, Message, Notice, Page, PersonalRule, Preferences, QuietHours
from notifications.models.paging import ASKING

MORNING = 8


def notices_for(user: User, *, is_unread: bool = False) -> QuerySet[Notice]:
    """The person's notices about records that he may see today."""
    seen = Q(pk__in=[])
    for name in subjects.types():
        for is_internal in (False, True):
            records = subjects.visible(user, name, is_internal=is_internal).order_by().values("pk")
            seen |= Q(subject_type=name, is_internal=is_internal, subject_id__in=records)
    rows = Notice.objects.filter(seen, user=user)
    return rows.filter(read_at__isnull=True) if is_unread else rows


def has_left(entries: Iterable[Entry], reader: int | None) -> bool:
    """Whether this person was sent a message about these entries, or is being sent one right now."""
    return Message.objects.filter(entry__in=entries, recipient_id=reader).exclude(state=Message.WITHDRAWN).exists()


def notice_for(user: User, pk: int) -> Notice:
    """One of the person's notices. Raises Http404 for anybody else's, and for a record that he may not see any more."""
    notice = notices_for(user).filter(pk=pk).first()
    if notice is None:
        raise Http404
    return notice


def preferences_of(user: User) -> Preferences:
    """The person's preferences; the defaults, which are not stored, while there are none."""
    return Preferences.objects.filter(user=user).first() or Preferences(user=user)


def preferences_by_user(user_ids: Iterable[int]) -> dict[int, Preferences]:
    """Preferences by person; who keeps the defaults is missing."""
    return Preferences.objects.in_bulk(list(user_ids))


def gets_mail_at_once(user: User, topic: str) -> bool:
    """Whether an e-mail goes out at once when something of this topic happens."""
    return preferences_of(user).way(topic) == topics.EMAIL


def next_digest(rhythm: str, time_zone: str, at: datetime) -> datetime:
    """The next full hour, or the next morning in the person's zone."""
    if rhythm == topics.HOURLY:
        return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    local = at.astimezone(ZoneInfo(time_zone))
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)


def page_of(pk: int) -> Page | None:
    """A page with its person and who answered it."""
    return Page.objects.select_related("user", "acknowledged_by").filter(pk=pk).first()


def message_of(pk: int) -> Message | None:
    """A message with its page."""
    return Message.objects.select_related("page").filter(pk=pk).first()


def contacts_of(user: User) -> list[ContactMethod]:
    """The person's contact methods, oldest first."""
    return list(ContactMethod.objects.filter(user=user).order_by("id"))


def contact_for(user: User, pk: int) -> ContactMethod:
    """One of the person's own. Raises Http404 for anybody else's."""
    row = ContactMethod.objects.filter(user=user, pk=pk).first()
    if row is None:
        raise Http404
    return row


def rules_of(user: User) -> list[PersonalRule]:
    """The person's own rules in the order in which they are followed."""
    return list(PersonalRule.objects.filter(user=user).select_related("contact").order_by("event", "-urgency", "delay_minutes", "id"))


def rule_for(user: User, pk: int) -> PersonalRule:
    """One of the person's own. Raises Http404 for anybody else's."""
    row = PersonalRule.objects.filter(user=user, pk=pk).first()
    if row is None:
        raise Http404
    return row


def quiet_hours_of(user: User) -> QuietHours | None:
    """The person's quiet hours, when he has some."""
    return QuietHours.objects.filter(user=user).first()


def latest_pages(user: User, amount: int = 4) -> list[Page]:
    """The newest pages to a person, with their messages in the order in which they left, to see what came of each."""
    messages = Message.objects.select_related("contact").order_by("due_at", "id")
    return list(
        Page.objects.filter(user=user).select_related("acknowledged_by").prefetch_related(Prefetch("messages", messages)).order_by("-id")[:amount]
    )


def open_pages(user: User, amount: int = 5) -> list[Page]:
    """What waits for this person's answer, newest first; of several pages of one subject the newest, whose answer answers all."""
    rows = Page.objects.filter(user=user, state__in=(Page.OPEN, Page.UNREACHABLE), event__in=ASKING).order_by("-id")[: amount * 10]
    newest: dict[tuple[str, int | None], Page] = {}
    for row in rows:
        newest.setdefault((row.subject_type, row.subject_id), row)
    return list(newest.values())[:amount]


def open_page_for(user: User, pk: int) -> Page:
    """One of the person's pages. Raises Http404 for anybody else's."""
    row = Page.objects.filter(user=user, pk=pk).first()
    if row is None:
        raise Http404
    return row


def banner_message(page: Page) -> Message | None:
    """The page's message to the banner, when the person's rules name it."""
    return Message.objects.filter(page=page, channel="app").first()


def push_key() -> str:
    """The public key that browsers subscribe with; empty while Web Push is switched off."""
    return ChannelAccount.objects.filter(channel="webpush", is_enabled=True).values_list("user", flat=True).first() or ""


def account_of(channel: str, provider: str) -> Account | None:
    """The account in use of a channel, with its secrets in plain, when it is this provider's."""
    row = ChannelAccount.objects.filter(channel=channel, provider=provider, is_enabled=True).first()
    return row.opened() if row is not None else None


def was_sent(page: int, channel: str, address: str) -> bool:
    """Whether a page went to a verified contact."""
    return Message.objects.filter(page=page, channel=channel, address=address, contact__verified_at__isnull=False).exists()


def webhook_secret(address: str) -> str:
    """What signs the messages to a webhook of a policy; empty when that is the secret of the channel account, which is not shown again."""
    account = ChannelAccount.objects.filter(channel="webhook", is_enabled=True).exclude(secret_cipher="").exists()
    return "" if account else webhook.own_secret(address)
