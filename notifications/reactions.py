"""Messages that follow from what happens to accounts."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from journal.handlers import on
from journal.models import Entry
from notifications.actions import outbox


@on("user.password_reset_asked")
def send_password_reset(entry: Entry) -> None:
    """Sends the link for a new password, once for each time it was asked for."""
    user = User.objects.get(pk=entry.subject_id)
    path = reverse("accounts:password_reset_confirm", args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)])
    context = {"user": user, "reset_url": f"{settings.EVENKEEL_BASE_URL}{path}"}
    outbox.queue_email(
        actor=None,
        recipient=user,
        subject=render_to_string("accounts/password_reset_subject.txt", context),
        body=render_to_string("accounts/password_reset_email.txt", context),
        idempotency_key=f"password-reset:{entry.pk}",
    )
