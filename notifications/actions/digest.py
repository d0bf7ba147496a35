"""The digest: one e-mail for what came together since the last one."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from common import clock
from notifications import letters, queries
from notifications.actions import outbox
from notifications.models import Notice

PEOPLE = 200
LISTED = 100


def send_digests() -> int:
    """Queues the digests that are due; answers how many people were looked at."""
    at = clock.now()
    people = list(Notice.objects.filter(digest_at__lte=at).order_by("user_id").values_list("user_id", flat=True).distinct()[:PEOPLE])
    for pk in people:
        _send(pk, at)
    return len(people)


@transaction.atomic
def _send(user_id: int, at: datetime) -> None:
    """What the person read meanwhile, or may not see any more, is left out; nothing left, no mail. A person whom another worker serves is skipped."""
    user = User.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=user_id).first()
    if user is None:
        return
    rows = list(queries.notices_for(user, is_unread=True).filter(digest_at__lte=at).order_by("id")) if user.is_active else []
    Notice.objects.filter(user=user, digest_at__lte=at).update(digest_at=None)
    if not rows:
        return
    letter = letters.of_digest(rows[:LISTED], user, max(0, len(rows) - LISTED))
    outbox.queue_email(
        actor=None, recipient=user, subject=letter.subject, body=letter.text, html=letter.html, idempotency_key=f"digest:{user.pk}:{rows[-1].pk}"
    )
