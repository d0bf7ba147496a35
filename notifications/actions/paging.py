"""Paging people: each page is a row, each message of it is a row of the outbox, and both are written with the decision that asked for them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, doorbell, errors
from journal import actions as journal
from notifications import events, letters, quiet
from notifications.models import ContactMethod, Message, Page, PersonalRule, QuietHours
from notifications.models.paging import ASKING

URGENT_FIRST = {PersonalRule.IMPORTANT: 20, PersonalRule.DEFAULT: 10}
NEWS_KEY = "news:"  # what a message with news begins its key with
BETWEEN_TESTS = timedelta(seconds=30)
Rules = Mapping[int, Sequence[tuple[int, ContactMethod | None]]]
BANNER = "app"


def page(
    users: Iterable[User],
    *,
    key: str,
    subject_type: str,
    subject_id: int,
    title: str,
    text: str = "",
    url: str = "",
    urgency: str = PersonalRule.IMPORTANT,
    reason: str = "",
    event: str = "page",
    topic: str = "",
    at: datetime | None = None,
) -> list[Page]:
    """Pages people inside the caller's transaction; the same key again pages nobody twice. Answers the pages of this key.

    Each person's own rules say by which verified contact methods and after how many minutes; without a rule every verified contact method is used at
    once, and without any the account's own e-mail address. Who cannot be reached at all gets a page that says so (Page.UNREACHABLE), so that the
    caller goes on at once. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A page belongs to the transaction of what asked for it.")
    instant = at or clock.now()
    people = sorted({user.pk: user for user in users if user.is_active}.values(), key=lambda user: user.pk)
    known = {row.user_id: row for row in Page.objects.filter(key__in=[f"{key}:{user.pk}" for user in people])}
    fresh = [
        Page(
            user=user, key=f"{key}:{user.pk}", subject_type=subject_type, subject_id=subject_id, event=event, urgency=urgency, title=title[:250],
            text=text, url=url, reason=reason[:300], topic=topic[:120], created_at=instant,
        )
        for user in people
        if user.pk not in known
    ]  # fmt: skip
    _send(fresh, urgency, event, instant)
    return sorted([*known.values(), *fresh], key=lambda row: row.pk)


def _send(fresh: Sequence[Page], urgency: str, event: str, at: datetime) -> None:
    """Writes new pages and their messages."""
    if not fresh:
        return
    ids = [row.user_id for row in fresh]
    rules, quiet_hours = _rules(ids, urgency, event), {row.user_id: row for row in QuietHours.objects.filter(user__in=ids)}
    for row in fresh:
        if not _reaches(rules.get(row.user_id, ()), event) and not settings.EMAIL_IS_CONFIGURED:
            row.state = Page.UNREACHABLE
    Page.objects.bulk_create(fresh)
    messages = [message for row in fresh if row.state == Page.OPEN for message in _messages(row, rules, quiet_hours.get(row.user_id), at)]
    Message.objects.bulk_create(messages)
    for row in fresh:
        doorbell.announce("page", row.user_id, "page.sent")
    if messages:
        doorbell.ring("notifications.send_due", queue="critical")


def _reaches(steps: Sequence[tuple[int, ContactMethod | None]], event: str) -> bool:
    """Whether anything wakes the person: the banner alone does so only while Evenkeel is open, which is enough for a test."""
    return any(contact is not None and (contact.channel != BANNER or event == "test") for _delay, contact in steps)


def _rules(ids: Collection[int], urgency: str, event: str) -> Rules:
    """Person → delay in minutes and contact method, for those who have a verified one. Beside the banner alone goes the account's e-mail."""
    found: dict[int, list[tuple[int, ContactMethod | None]]] = {}
    wanted = PersonalRule.objects.filter(user__in=ids, event=event, urgency=urgency, contact__verified_at__isnull=False)
    for rule in wanted.select_related("contact").order_by("delay_minutes", "id"):
        found.setdefault(rule.user_id, []).append((rule.delay_minutes, rule.contact))
    for contact in ContactMethod.objects.filter(user__in=set(ids) - set(found), verified_at__isnull=False).order_by("id"):
        found.setdefault(contact.user_id, []).append((0, contact))
    for steps in found.values() if event != "test" and settings.EMAIL_IS_CONFIGURED else ():
        if not _reaches(steps, event):
            steps.append((0, None))
    return found


def _messages(row: Page, rules: Rules, hours: QuietHours | None, at: datetime) -> list[Message]:
    """The messages of one page, in the order in which they are due."""
    begin = _begin(hours, row.user.time_zone, row.urgency, at)
    steps = rules.get(row.user_id) or [(0, None)]
    return [
        Message(
            channel=contact.channel if contact else Message.EMAIL, recipient=row.user, address=contact.address if contact else row.user.email,
            subject=row.title, body=row.text, page=row, contact=contact, order=URGENT_FIRST[row.urgency], subject_type=row.subject_type,
            subject_id=row.subject_id, idempotency_key=f"page:{row.pk}:{number}", due_at=begin + timedelta(minutes=delay),
        )
        for number, (delay, contact) in enumerate(steps)
    ]  # fmt: skip


def _begin(hours: QuietHours | None, zone: str, urgency: str, at: datetime) -> datetime:
    """From when a message may leave."""
    return quiet.ends_at(hours, zone, at) if hours and not (urgency == PersonalRule.IMPORTANT and hours.lets_important) else at


def tell(pages: Iterable[Page], event: str, *, title: str, key: str, at: datetime, but: Any = None) -> int:
    """News for people who were paged, such as that somebody else has it. Answers how many messages were queued."""
    asked = [page for page in pages if page.event in ASKING and page.user_id != getattr(but, "pk", None)]
    return news({page.user_id: (page.urgency, page.url) for page in asked}, event, title=title, key=key, at=at)


def news(people: Mapping[int, tuple[str, str]], event: str, *, title: str, key: str, at: datetime) -> int:
    """News by each person's own rules for this event; who has no such rule hears nothing (ONC-08). people: id → urgency and path.

    The same key again tells nobody twice. Answers how many messages were queued. Belongs to the caller's transaction.
    """
    if not people:
        return 0
    rules = PersonalRule.objects.filter(user__in=people, event=event, contact__verified_at__isnull=False).select_related("contact", "user")
    found = [rule for rule in rules if rule.urgency == people[rule.user_id][0] and rule.user.is_active]
    hours = {row.user_id: row for row in QuietHours.objects.filter(user__in=people)} if found else {}
    made = []
    for rule in found:
        urgency, path = people[rule.user_id]
        begin = _begin(hours.get(rule.user_id), rule.user.time_zone, urgency, at)
        made.append(
            Message(
                channel=rule.contact.channel, recipient=rule.user, address=rule.contact.address, contact=rule.contact, subject=title[:250],
                body=letters.absolute(path) if path else "", order=5, idempotency_key=f"{NEWS_KEY}{event}:{key}:{rule.pk}"[:120],
                due_at=begin + timedelta(minutes=rule.delay_minutes),
            )
        )  # fmt: skip
    Message.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def acknowledge(subject_type: str, subject_id: int, *, actor: Any, via: str = "app", at: datetime | None = None) -> int:
    """Somebody answered: no message about this subject leaves any more. Answers how many pages were open. Belongs to the caller's transaction."""
    instant = at or clock.now()
    answered = {"state": Page.ACKNOWLEDGED, "acknowledged_at": instant, "acknowledged_by": actor, "acknowledged_via": via}
    return _finish(_open(subject_type, subject_id), answered, "acknowledged", instant, actor)


def end(subject_type: str, subject_ids: Collection[int], *, at: datetime | None = None) -> int:
    """Nothing is to be done any more: what did not leave does not leave. Answers how many pages were not ended. Belongs to the caller's transaction."""
    instant = at or clock.now()
    rows = Page.objects.filter(subject_type=subject_type, subject_id__in=subject_ids, ended_at__isnull=True)
    return _finish(rows, {"state": Page.ENDED, "ended_at": instant}, "ended", instant)


def _open(subject_type: str, subject_id: int) -> Any:
    return Page.objects.filter(subject_type=subject_type, subject_id=subject_id, state__in=(Page.OPEN, Page.UNREACHABLE))


@transaction.atomic
def _finish(rows: Any, columns: Mapping[str, Any], outcome: str, at: datetime, actor: Any = None) -> int:
    """Changes pages and withdraws their waiting messages; one that a worker holds right now goes out."""
    pages = list(rows.select_for_update().order_by("pk"))
    if not pages:
        return 0
    ids = [row.pk for row in pages]
    Page.objects.filter(pk__in=ids).update(**columns)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    Message.objects.filter(free, page__in=ids, state=Message.QUEUED).update(state=Message.WITHDRAWN, outcome=outcome)
    for user in {row.user_id for row in pages}:
        doorbell.announce("page", user, f"page.{outcome}")
    has_rules = PersonalRule.objects.filter(user__in={row.user_id for row in pages}, event__in=("acknowledged", "closed")).exists()
    for row in pages if has_rules else ():
        words = {"title": row.title, "name": actor.name if actor is not None else "Evenkeel"}
        said = _("%(name)s acknowledged: %(title)s") if outcome == "acknowledged" else _("Over: %(title)s")
        tell([row], "acknowledged" if outcome == "acknowledged" else "closed", title=said % words, key=str(row.pk), at=at, but=actor)
    return len(pages)


@transaction.atomic
def test_page(user: User, *, actor: User) -> Page:
    """A page to oneself that asks for nothing: every verified contact method at once."""
    at = clock.now()
    tests = Page.objects.filter(user=user, subject_type="user", event="test")
    if tests.filter(created_at__gt=at - BETWEEN_TESTS).exists():
        raise errors.Conflict(_("A test page just left. Wait half a minute before the next one."))
    tests.filter(state=Page.OPEN).update(state=Page.ENDED, ended_at=at)
    number = tests.count()
    (made,) = page(
        [User.objects.get(pk=user.pk)], key=f"test:{user.pk}:{number}", subject_type="user", subject_id=user.pk, title=_("Evenkeel: a test page"), event="test", at=at,
        text=_("This is how a page reaches you. Nothing is wrong, and nothing has to be done."), reason=_("You asked for it."),
    )  # fmt: skip
    journal.record(events.TEST_PAGE, made.user, actor=actor, at=at)
    return made


def would_reach(users: Iterable[User], *, urgency: str, at: datetime, event: str = "page") -> dict[int, list[tuple[datetime, str, str]]]:
    """By person: when which message of a page would leave: instant, channel, and the name of the contact method. Nothing is written."""
    people = list(users)
    ids = [user.pk for user in people]
    rules = _rules(ids, urgency, event)
    hours_of = {row.user_id: row for row in QuietHours.objects.filter(user__in=ids)}
    found: dict[int, list[tuple[datetime, str, str]]] = {}
    for user in people:
        row = Page(user=user, urgency=urgency, title="", event=event, created_at=at)
        steps = _messages(row, rules, hours_of.get(user.pk), at) if rules.get(user.pk) or settings.EMAIL_IS_CONFIGURED else []
        found[user.pk] = [(one.due_at, one.channel, one.contact.name if one.contact else one.address) for one in steps]
    return found
