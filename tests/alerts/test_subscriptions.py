"""Amazon SNS: whose message it is, and the subscription that confirms itself."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from django.db import connection
from django.test import Client

from accounts.models import User
from alerts.actions import intake, integrations, subscriptions
from alerts.adapters import sns
from alerts.models import Alert, InboxRow, Integration, Subscription
from common import clock, egress
from journal.models import Entry

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
HOST = "https://sns.eu-west-1.amazonaws.com"
LINK = f"{HOST}/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:1:ops&Token=t"


def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key()).serial_number(1)
    signed = made.not_valid_before(start).not_valid_after(start + timedelta(days=900)).sign(KEY, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


PEM = certificate()


def message(version: str = "1", **other: str) -> dict[str, str]:
    """A confirmation as Amazon signs it; `other` is changed before it is signed."""
    found = {
        "Type": "SubscriptionConfirmation", "MessageId": "m1", "Token": "t", "TopicArn": "arn:aws:sns:eu-west-1:1:ops", "Message": "You have chosen to subscribe.",
        "SubscribeURL": LINK, "Timestamp": "2026-11-20T10:00:00.000Z", "SignatureVersion": version, "SigningCertURL": f"{HOST}/SimpleNotificationService-1.pem", **other,
    }  # fmt: skip
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    return {**found, "Signature": base64.b64encode(KEY.sign(sns.canonical(found), padding.PKCS1v15(), algorithm)).decode()}


class Amazon:
    """The other end: gives its certificate, and answers the link."""

    def __init__(self, status: int = 200) -> None:
        self.status, self.asked = status, list[str]()

    def __call__(self, request: egress.Request) -> egress.Answer:
        self.asked.append(request.url)
        return egress.Answer(200, PEM, {}) if request.url.endswith(".pem") else egress.Answer(self.status, b"<ok/>", {})


@pytest.fixture
def integration(house: None) -> Integration:
    subscriptions._certificates.clear()
    return integrations.create(actor=None, name="CloudWatch", adapter="cloudwatch")


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_message_of_amazon_bears_its_signature(version: str) -> None:
    sns.check(message(version), PEM)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"Token": "other"}, "does not fit"),
        ({"SubscribeURL": f"{HOST}/?Token=other"}, "does not fit"),
        ({"SignatureVersion": "2"}, "does not fit"),
        ({"SignatureVersion": "3"}, "not known here"),
        ({"Signature": "no base64!"}, "cannot be read"),
        ({"Type": "Other"}, "no type"),
    ],
)
def test_a_changed_message_is_not_amazons(change: dict[str, str], why: str) -> None:
    with pytest.raises(sns.Untrusted, match=why):
        sns.check({**message(), **change}, PEM)


def test_a_notification_is_signed_with_its_subject_when_it_has_one() -> None:
    given = {"Type": "Notification", "MessageId": "m", "Message": "a", "Timestamp": "t", "TopicArn": "x"}
    assert sns.canonical(given) == b"Message\na\nMessageId\nm\nTimestamp\nt\nTopicArn\nx\nType\nNotification\n"
    assert sns.canonical({**given, "Subject": "s"}) == b"Message\na\nMessageId\nm\nSubject\ns\nTimestamp\nt\nTopicArn\nx\nType\nNotification\n"


@pytest.mark.parametrize(
    ("address", "is_amazons"),
    [
        (f"{HOST}/x.pem", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/x.pem", True),
        ("http://sns.eu-west-1.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com.evil.example/x.pem", False),
        ("https://evil.example/sns.eu-west-1.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com@evil.example/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com:8443/x.pem", False),
        ("https://user@sns.eu-west-1.amazonaws.com/x.pem", False),
        ("https://sns.eu_west.amazonaws.com\n/x.pem", False),
        ("https://[::1", False),
        (None, False),
    ],
)
def test_only_amazons_own_addresses_are_followed(address: Any, is_amazons: bool) -> None:
    assert sns.is_amazons(address) is is_amazons


def test_a_subscription_confirms_itself(integration: Integration) -> None:
    assert subscriptions.ask(integration, message())
    assert subscriptions.ask(integration, message())
    amazon = Amazon()
    assert subscriptions.confirm_due(amazon) == 1
    assert amazon.asked == [f"{HOST}/SimpleNotificationService-1.pem", LINK]
    row = Subscription.objects.get()
    assert (row.status, row.topic) == ("confirmed", "arn:aws:sns:eu-west-1:1:ops")
    assert Entry.objects.filter(event="integration.subscribed").count() == 1
    assert subscriptions.confirm_due(amazon) == 0


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (lambda: {**message(), "Token": "forged"}, "does not fit"),
        (lambda: message(SigningCertURL="https://evil.example/x.pem"), "does not lie with Amazon"),
        (lambda: message(SubscribeURL="https://10.0.0.1/"), "does not lead to Amazon"),
    ],
)
def test_what_is_not_amazons_is_refused_and_no_link_is_followed(integration: Integration, given: Callable[[], dict[str, str]], why: str) -> None:
    subscriptions.ask(integration, given())
    amazon = Amazon()
    subscriptions.confirm_due(amazon)
    row = Subscription.objects.get()
    assert row.status == "refused"
    assert why in row.reason
    assert all(url.startswith(HOST) and url.endswith(".pem") for url in amazon.asked)
    assert Entry.objects.filter(event="integration.subscription_refused").count() == 1


def test_amazon_is_asked_again_later_and_not_for_ever(integration: Integration) -> None:
    subscriptions.ask(integration, message())
    amazon = Amazon(status=500)
    at = clock.now()
    assert subscriptions.confirm_due(amazon) == 1
    assert subscriptions.confirm_due(amazon) == 0
    assert Subscription.objects.get().status == "pending"
    for day in range(1, subscriptions.LAST_ATTEMPT + 1):
        with clock.shifted(at + timedelta(days=day)):
            subscriptions.confirm_due(amazon)
    assert (Subscription.objects.get().status, Subscription.objects.get().reason) == ("refused", "Amazon answered 500.")
    assert len([url for url in amazon.asked if url.endswith(".pem")]) == 1


def test_other_messages_ask_for_nothing(integration: Integration) -> None:
    assert not subscriptions.ask(integration, {"Type": "Notification", "MessageId": "m"})
    assert not subscriptions.ask(integration, {"Type": "SubscriptionConfirmation"})
    assert not subscriptions.ask(integration, None)
    assert not Subscription.objects.exists()


def test_the_intake_asks_for_the_confirmation(integration: Integration) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO alerts_inbox (integration_id, body) VALUES (%s, %s)", [integration.pk, orjson.dumps(message())])
    assert intake.process_inbox() == 1
    assert "asks to confirm the subscription" in str(InboxRow.objects.get().outcome)
    assert Subscription.objects.get().status == "pending"
    assert not Alert.objects.exists()


def test_an_admin_sees_what_to_copy_and_what_came_of_it(integration: Integration, admin: User, sign_in: Callable[[User], Client]) -> None:
    subscriptions.ask(integration, message())
    subscriptions.confirm_due(Amazon())
    page = sign_in(admin).get(f"/admin/alerts/integration/{integration.pk}/change/").content.decode()
    assert f"--notification-endpoint {integration.webhook_url}" in page
    assert "arn:aws:sns:eu-west-1:1:ops: Confirmed" in page
