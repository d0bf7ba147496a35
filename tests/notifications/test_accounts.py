"""ONC-09: the accounts of providers in the admin: errors at the field, secrets encrypted and never shown."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client

from accounts.models import User
from journal.models import Entry
from notifications.models import ChannelAccount

pytestmark = pytest.mark.django_db
ADD = "/admin/notifications/channelaccount/add/"
TWILIO = {"way": "sms/twilio_sms", "user": "AC1", "secret": "very-secret-token", "sender": "+15005550006", "is_enabled": "on"}


@pytest.fixture
def grace(admin: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(admin)


def accounts() -> QuerySet[ChannelAccount]:
    """Without our own keys for Web Push, which every installation has."""
    return ChannelAccount.objects.exclude(channel="webpush", user__startswith="B")


def problems(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def test_a_secret_is_stored_encrypted_and_never_shown(grace: Client) -> None:
    assert grace.post(ADD, TWILIO).status_code == 302
    account = accounts().get()
    assert (account.channel, account.provider, account.opened().secret) == ("sms", "twilio_sms", "very-secret-token")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(a::text, ',') FROM notifications_channelaccount a")
        assert "very-secret-token" not in cursor.fetchone()[0]
    page = grace.get(f"/admin/notifications/channelaccount/{account.pk}/change/").content
    assert b"very-secret-token" not in page
    entry = Entry.objects.get(event="register.added", subject_type="notifications.channelaccount", subject_id=account.pk)
    assert "very-secret" not in str(entry.data)


def test_an_empty_secret_keeps_the_stored_one(grace: Client) -> None:
    grace.post(ADD, TWILIO)
    account = accounts().get()
    grace.post(f"/admin/notifications/channelaccount/{account.pk}/change/", {**TWILIO, "secret": "", "sender": "+15005550001"})
    account.refresh_from_db()
    assert (account.sender, account.opened().secret) == ("+15005550001", "very-secret-token")
    grace.post(f"/admin/notifications/channelaccount/{account.pk}/change/", {**TWILIO, "secret": "rotated"})
    account.refresh_from_db()
    assert account.opened().secret == "rotated"


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"sender": ""}, "sender", "This provider needs it: From number."), ({"secret": ""}, "secret", "This provider needs it: Auth token."),
        ({"user": ""}, "user", "Account SID"), ({"url": "ftp://x"}, "url", "https://"), ({"way": "sms/gateway_sms"}, "url", "Address of the gateway"),
        ({"way": "voice/vonage_voice"}, "secret", "BEGIN PRIVATE KEY"), ({"way": "nonsense"}, "way", "Select a valid choice"),
        ({"way": "webpush/webpush", "secret": "***"}, "secret", "base64url"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_at_its_field(grace: Client, given: dict[str, str], field: str, words: str) -> None:
    response = grace.post(ADD, {**TWILIO, **given})
    assert response.status_code == 200
    assert words in " ".join(problems(response)[field])
    assert not accounts().exists()


def test_one_account_of_a_channel_is_in_use(grace: Client) -> None:
    grace.post(ADD, TWILIO)
    assert "Take it out of use first" in problems(grace.post(ADD, TWILIO))["is_enabled"][0]
    assert grace.post(ADD, {**TWILIO, "is_enabled": ""}).status_code == 302
