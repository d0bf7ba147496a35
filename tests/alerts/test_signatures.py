"""A21: who sends is known by a signature where the tool makes one; keys and secrets are changed without a gap."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.test import Client

from accounts.models import IntegrationKey, User
from alerts import adapters, door, ledger, signatures
from alerts.actions import intake, integrations
from alerts.models import Alert, InboxRow, Integration
from alerts.opsgenie import gate
from common import clock, errors
from journal.models import Entry

BODY, SECRET, OTHER, NOW = b'{"title": "Down"}', "sesame-sesame", "another-secret", 1_800_000_000


def mac(secret: str, body: bytes = BODY, digest: str = "sha256") -> str:
    return hmac.new(secret.encode(), body, digest).hexdigest()


def grafana(secret: str, at: int) -> dict[str, str]:
    return {"x-grafana-alerting-timestamp": str(at), "x-grafana-alerting-signature": mac(secret, f"{at}:".encode() + BODY)}


def standard(secret: str, at: int, body: bytes = BODY) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    signature = base64.b64encode(hmac.new(key, f"m1.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    return {"webhook-id": "m1", "webhook-timestamp": str(at), "webhook-signature": f"v0,nonsense v1,{signature}"}


def signed(scheme: str, secret: str, at: int = NOW) -> dict[str, str]:
    """The headers that a tool of this scheme sends."""
    return {
        "github": {"x-hub-signature-256": f"sha256={mac(secret)}"}, "hub": {"x-hub-signature": f"sha256={mac(secret)}"}, "gitlab": {"x-gitlab-token": secret},
        "grafana": grafana(secret, at), "honeycomb": {"x-honeycomb-webhook-token": secret}, "netbox": {"x-hook-signature": mac(secret, digest="sha512")},
        "pagerduty": {"x-pagerduty-signature": f"v1={mac('unknown one')},v1={mac(secret)}"}, "sentry": {"sentry-hook-signature": mac(secret)},
        "standard": standard(secret, at),
    }[scheme]  # fmt: skip


@pytest.mark.parametrize("scheme", signatures.SCHEMES)
def test_a_signature_is_right_wrong_missing_or_by_the_secret_before(scheme: str) -> None:
    secrets = [SECRET, OTHER]
    for number, secret in enumerate(secrets):
        assert signatures.check(scheme, secrets, signed(scheme, secret), BODY, NOW) == number
    wrong: list[dict[str, str]] = [
        {},
        signed(scheme, "wrong"),
        dict.fromkeys(signed(scheme, SECRET), ""),
        dict.fromkeys(signed(scheme, SECRET), "é\x00"),
    ]
    assert [signatures.check(scheme, secrets, headers, BODY, NOW) for headers in wrong] == [None] * 4
    if not scheme.startswith(("gitlab", "honeycomb")):
        assert signatures.check(scheme, secrets, signed(scheme, SECRET), BODY + b" ", NOW) is None
        assert signatures.name_of(scheme, signed(scheme, SECRET), BODY, NOW).startswith("signature:")


@pytest.mark.parametrize("scheme", ["grafana", "standard"])
@pytest.mark.parametrize(("seconds", "is_good"), [(0, True), (299, True), (-299, True), (301, False), (-301, False), (86_400, False)])
def test_a_signature_with_a_time_is_good_for_five_minutes(scheme: str, seconds: int, is_good: bool) -> None:
    assert (signatures.check(scheme, [SECRET], signed(scheme, SECRET, NOW - seconds), BODY, NOW) == 0) is is_good


@pytest.mark.parametrize(
    ("scheme", "headers", "is_good"),
    [
        ("grafana", {"x-grafana-alerting-signature": mac(SECRET)}, True),  # without a time
        ("gitlab", standard(SECRET, NOW), True),
        ("gitlab", {**standard(OTHER, NOW), "x-gitlab-token": SECRET}, False),
        ("standard", standard("whsec_c2VzYW1l", NOW), False),
        ("standard", {"x-hub-signature-256": f"sha256={mac(SECRET)}"}, True),
        ("standard", {**standard(SECRET, NOW), "webhook-timestamp": "soon"}, False),
        ("github", {"x-hub-signature-256": mac(SECRET)}, False),
    ],
)
def test_what_else_signs(scheme: str, headers: dict[str, str], is_good: bool) -> None:
    assert (signatures.check(scheme, [SECRET], headers, BODY, NOW) == 0) is is_good
    assert signatures.check("standard", ["whsec_c2VzYW1l"], standard("whsec_c2VzYW1l", NOW), BODY, NOW) == 0


def test_every_adapter_names_a_scheme_that_is_there() -> None:
    named = {adapter.signing for adapter in adapters.ADAPTERS.values() if adapter.signing}
    assert named == set(signatures.SCHEMES)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door reads its keys for each request."""
    monkeypatch.setattr(ledger, "KEYS_FRESH", 0.0)
    monkeypatch.setattr(ledger, "KEYS_RETRY", 0.0)


@pytest.mark.django_db(transaction=True)
def test_the_door_takes_what_is_signed_and_a_replay_changes_nothing(base: str, clients: Integration, at_once: None) -> None:
    Integration.objects.update(adapter="github")
    clients.refresh_from_db()
    integrations.sign(clients, actor=None, secret=SECRET)
    key = clients.key.reveal()

    def post(headers: dict[str, str], path: str = f"/ingest/{key}") -> httpx.Response:
        return httpx.post(base + path, content=BODY, headers={"Content-Type": "application/json", **headers})

    good = signed("github", SECRET)
    assert [post({}).status_code, post(signed("github", "wrong")).status_code] == [401, 401]
    assert post({"Authorization": f"GenieKey {key}"}, "/v2/alerts").status_code == 401  # the key alone is not enough by another address either
    assert httpx.post(f"{base}/ingest/{key}", content=b"{").status_code == 401
    assert not InboxRow.objects.exists()
    first, again = post(good), post(good)
    assert (first.status_code, again.status_code, first.content == again.content) == (202, 202, True)
    intake.process_inbox()
    assert (InboxRow.objects.count(), Alert.objects.get().count) == (1, 1)
    integrations.sign(clients, actor=None, secret=OTHER)
    assert post({**signed("github", SECRET), "X-GitHub-Delivery": "d2"}).status_code == 202
    door.the_ledger().close()
    door._ledger = None
    clients.refresh_from_db()
    assert clients.former_signing_used_at is not None and clients.unsigned_at is not None
    integrations.end_former_secret(clients, actor=None)
    assert [post(good).status_code, post(signed("github", OTHER)).status_code] == [401, 202]
    integrations.sign(clients, actor=None, secret="")
    assert post({}).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_the_key_before_the_last_rotation_is_taken_until_its_end(base: str, clients: Integration, at_once: None) -> None:
    old = clients.key.reveal()
    integrations.rotate_key(clients, actor=None)
    clients.key.refresh_from_db()
    new = clients.key.reveal()
    assert [httpx.post(f"{base}/ingest/{key}", json={"title": "x"}).status_code for key in (old, new)] == [202, 202]
    assert gate.integration_of(old) == gate.integration_of(new) == clients
    door.the_ledger().close()
    door._ledger = None
    assert IntegrationKey.objects.get(pk=clients.key_id).former_used_at is not None
    IntegrationKey.objects.update(former_until=clock.now() - timedelta(seconds=1))
    assert [httpx.post(f"{base}/ingest/{key}", json={"title": "x"}).status_code for key in (old, new)] == [401, 202]
    assert gate.integration_of(old) is None
    IntegrationKey.objects.update(former_until=clock.now() + timedelta(hours=1))
    clients.key.refresh_from_db()
    integrations.end_former_key(clients, actor=None)
    assert httpx.post(f"{base}/ingest/{old}", json={"title": "x"}).status_code == 401
    integrations.rotate_key(clients, actor=None, hours=0)
    assert [httpx.post(f"{base}/ingest/{key}", json={"title": "x"}).status_code for key in (old, new)] == [401, 401]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("adapter", "secret", "hours", "field"), [("zabbix", SECRET, 24, "secret"), ("github", "short", 24, "secret"), ("github", OTHER, 169, "hours")]
)
def test_a_secret_that_cannot_be_is_refused_and_says_why(house: None, adapter: str, secret: str, hours: int, field: str) -> None:
    made = integrations.create(actor=None, name="Tool", adapter=adapter)
    if field == "hours":
        integrations.sign(made, actor=None, secret=SECRET)
    before = Integration.objects.values_list("signing_cipher", flat=True).get()
    with pytest.raises(errors.Invalid) as refused:
        integrations.sign(made, actor=None, secret=secret, hours=hours)
    assert (refused.value.field, Integration.objects.values_list("signing_cipher", flat=True).get()) == (field, before)
    if adapter == "github" and before:
        made.refresh_from_db()
        made.adapter = "zabbix"
        with pytest.raises(errors.Invalid):
            integrations.change(made, actor=None, fields=["adapter"])


@pytest.mark.django_db
def test_an_admin_asks_for_signatures_and_changes_keys_on_the_page(client: Client, person: Callable[..., User]) -> None:
    made = integrations.create(actor=None, name="GitHub", adapter="github")
    client.force_login(person("Grace Admin", "admin"))
    root, told = f"/alerts/integrations/{made.pk}", {"HX-Request": "true"}
    assert "not asked for" in client.get(f"{root}/").content.decode()
    assert client.post(f"{root}/sign/", {"secret": "short"}, headers=told).status_code == 422
    assert client.post(f"{root}/sign/", {"secret": SECRET}, headers=told).status_code == 204
    assert client.post(f"{root}/sign/", {"secret": OTHER, "hours": "72"}, headers=told).status_code == 204
    assert client.post(f"{root}/rotate/", {"hours": "1"}, headers=told).status_code == 204
    page = client.get(f"{root}/").content.decode()
    assert "The secret before works until" in page and "The one before it works until" in page
    assert SECRET not in page and OTHER not in page and Integration.objects.get().signing_cipher not in page
    for verb in ("end-former-key", "end-former-secret", "unsign"):
        assert client.post(f"{root}/{verb}/", headers=told).status_code == 204
    made = Integration.objects.select_related("key").get()
    assert (made.signing_cipher, made.former_signing_cipher, made.key.former_digest) == ("", "", None)
    written = " ".join(str(entry.data) for entry in Entry.objects.all())
    assert SECRET not in written and OTHER not in written
    for path in ("sign", "rotate"):
        assert client.get(f"{root}/{path}/", headers=told).status_code == 200
    zabbix = integrations.create(actor=None, name="Zabbix", adapter="zabbix")
    assert client.get(f"/alerts/integrations/{zabbix.pk}/sign/", headers=told).status_code == 404


@pytest.mark.django_db
def test_the_admin_takes_a_secret_and_shows_none(client: Client, admin: User) -> None:
    made: Any = integrations.create(actor=None, name="GitHub", adapter="github")
    client.force_login(admin)
    path = f"/admin/alerts/integration/{made.pk}/change/"
    said = {"name": "GitHub", "adapter": "github", "is_enabled": "on", "mapping": "{}", "priority_map": "{}", "reach": "own", "flapping_changes": "6",
            "flapping_minutes": "10", "stale_hours": "24"}  # fmt: skip
    answer = client.post(path, {**said, "signing_secret": SECRET})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/alerts/integration/")
    made.refresh_from_db()
    kept = made.signing_cipher
    assert kept and SECRET not in client.get(path).content.decode()
    assert client.post(path, said).status_code == 302
    made.refresh_from_db()
    assert made.signing_cipher == kept
