"""The words of an e-mail: plain text and the same as simple HTML, both with the reason and the way to the preferences."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from notifications.models import Notice


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes into the outbox."""

    subject: str
    text: str
    html: str


def of_notice(notice: Notice, user: User, quote: str) -> Letter:
    """The mail about one notice. quote: all that was written."""
    context = {**_frame(user), "notice": notice, "quote": quote, "url": absolute(notice.url)}
    return Letter(_subject(notice), _text("letter", context), render_to_string("notifications/letter.html", context))


def of_digest(notices: Sequence[Notice], user: User, left_out: int) -> Letter:
    """One mail about many notices, oldest first, gathered by record. left_out: how many more there are."""
    records: dict[str, list[Notice]] = {}
    for notice in notices:
        records.setdefault(notice.title, []).append(notice)
    amount = len(notices) + left_out
    subject = ngettext("Digest: %(n)d notification", "Digest: %(n)d notifications", amount) % {"n": amount}
    groups = [{"title": title, "url": absolute(rows[0].url), "rows": rows} for title, rows in records.items()]
    context = {**_frame(user), "groups": groups, "left_out": left_out, "subject": subject, "url": absolute(reverse("notifications:list"))}
    return Letter(subject, _text("digest", context), render_to_string("notifications/digest.html", context))


def absolute(path: str) -> str:
    """The address of a page of this installation, as a mail needs it."""
    return f"{settings.EVENKEEL_BASE_URL}{path}"


def _frame(user: User) -> dict[str, object]:
    return {"user": user, "preferences_url": absolute(reverse("notifications:preferences"))}


def _text(name: str, context: dict[str, object]) -> str:
    return render_to_string(f"notifications/{name}.txt", context).strip() + "\n"


def _subject(notice: Notice) -> str:
    """The same for every mail about a record, so that mail clients show one conversation."""
    key, _space, summary = notice.title.partition(" ")
    return f"[{key}] {summary}" if summary else notice.title or _("Notification")
