"""Contact methods, personal rules and quiet hours over REST: the person's own, by the same actions as the screens (ONC-08, ONC-12, ONC-14)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from common import clock, errors
from journal.models import Entry
from notifications.actions import contacts, outbox
from notifications.models import ContactMethod, PersonalRule, QuietHours
from tests.notifications.sinks import Provider, provider
from tests.notifications.test_reach import code_in

pytestmark = pytest.mark.django_db
WAYS, RULES, QUIET = "/api/v1/contact-methods/", "/api/v1/personal-rules/", "/api/v1/personal-rules/quiet-hours/"
Api = Callable[..., APIClient]


@pytest.fixture
def other(settings: Any) -> Iterator[Provider]:
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    with provider() as server:
        yield server


def verified(user: User, address: str = "pager@example.com") -> ContactMethod:
    return ContactMethod.objects.create(user=user, channel="email", name="Pager", address=address, verified_at=clock.now())


def test_a_way_is_added_proved_renamed_and_removed(other: Provider, agent: User, api: Api) -> None:
    client = api(agent)
    made = client.post(WAYS, {"channel": "ntfy", "address": f"{other.url}/mine", "secret": "tk_1"})
    assert (made.status_code, made.json()["verified_at"]) == (201, None) and "tk_1" not in made.content.decode()
    way = f"{WAYS}{made.json()['id']}/"
    outbox.send_due()
    assert client.post(f"{way}send-code/").status_code == 409
    wrong = client.post(f"{way}verify/", {"code": "x"})
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["code"])
    assert client.post(f"{way}verify/", {"code": code_in(other.got[0].json["title"])}).json()["verified_at"] is not None
    assert client.patch(way, {"name": "Phone"}).json()["name"] == "Phone"
    assert [row["name"] for row in client.get(WAYS).json()["results"]] == ["Phone"] == [client.get(way).json()["name"]]
    assert client.delete(way).status_code == 204 and client.get(way).status_code == 404
    assert list(Entry.objects.filter(event__startswith="contact.").order_by("id").values_list("event", flat=True)) == [
        "contact.added", "contact.verified", "contact.renamed", "contact.removed",
    ]  # fmt: skip


def test_the_banner_and_the_channels(agent: User, api: Api) -> None:
    client = api(agent)
    for _twice in range(2):
        assert client.post(WAYS, {"channel": "app"}).status_code == 201
    assert ContactMethod.objects.get().is_verified
    channels = {row["name"]: row for row in client.get(f"{WAYS}channels/").json()}
    assert channels["gotify"]["is_secret_required"] and "webpush" not in channels and "sms" not in channels


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channel": "ntfy", "address": "no"}, "address"), ({"channel": "nonsense", "address": "x"}, "channel"), ({"address": "x"}, "channel"),
        ({"channel": "gotify", "address": "https://g.example.com"}, "secret"),
        ({"channel": "ntfy", "address": "https://x/y", "verified_at": "2026"}, "verified_at"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_at_its_field(agent: User, api: Api, body: dict[str, Any], field: str) -> None:
    answer = api(agent).post(WAYS, body)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field]) and not ContactMethod.objects.exists()


def test_rules_are_made_replaced_and_removed(agent: User, api: Api) -> None:
    contact, client = verified(agent), api(agent)
    made = client.post(RULES, {"event": "page", "delay": 5, "contact": contact.pk})
    assert made.json() == {"id": made.json()["id"], "event": "page", "urgency": "important", "delay": 5, "contact": contact.pk}
    rule = f"{RULES}{made.json()['id']}/"
    assert client.put(rule, {"event": "shift_start", "urgency": "default", "contact": contact.pk}).json()["event"] == "shift_start"
    assert PersonalRule.objects.get().delay_minutes == 0
    client.post(RULES, {"event": "page", "contact": contact.pk})
    twice = client.put(rule, {"event": "page", "contact": contact.pk})
    assert (twice.status_code, list(twice.json()["error"]["fields"])) == (400, ["delay"])
    assert client.delete(rule).status_code == 204 and len(client.get(RULES).json()["results"]) == 1


def test_a_rule_names_only_a_verified_way_of_ones_own(agent: User, resolver: User, api: Api) -> None:
    fresh = ContactMethod.objects.create(user=agent, channel="email", name="x", address="x@example.com")
    for number in (verified(resolver).pk, fresh.pk, 10**15):
        answer = api(agent).post(RULES, {"event": "page", "contact": number})
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["contact"])
    for body, field in (({"event": "never"}, "event"), ({"event": "page", "delay": 2000}, "delay"), ({"event": "page", "contact": "x"}, "contact")):
        answer = api(agent).post(RULES, {"contact": fresh.pk, **body})
        assert answer.status_code == 400 and field in answer.json()["error"]["fields"]
    assert not PersonalRule.objects.exists()


def test_quiet_hours(agent: User, api: Api) -> None:
    client = api(agent)
    assert client.get(QUIET).json() == {"from_at": None, "until_at": None, "weekdays": [], "lets_important": True}
    set_ = client.put(QUIET, {"from_at": "22:00", "until_at": "07:00", "weekdays": [4, 0], "lets_important": False})
    assert set_.json() == {"from_at": "22:00", "until_at": "07:00", "weekdays": [0, 4], "lets_important": False} == client.get(QUIET).json()
    for body, field in (
        ({"from_at": "7:00", "until_at": "7:00"}, "until_at"),
        ({"from_at": "25:00", "until_at": "7:00"}, "from_at"),
        ({}, "from_at"),
    ):
        answer = client.put(QUIET, body)
        assert answer.status_code == 400 and field in answer.json()["error"]["fields"]
    assert client.delete(QUIET).status_code == 204 and not QuietHours.objects.exists()


def test_nobody_reaches_the_ways_of_another(agent: User, resolver: User, requester: User, api: Api) -> None:
    way, client = verified(resolver), api(agent)
    rule = contacts.add_rule(actor=resolver, event="page", urgency="important", delay=0, contact=way)
    for answer in (
        client.get(f"{WAYS}{way.pk}/"), client.patch(f"{WAYS}{way.pk}/", {"name": "x"}), client.delete(f"{WAYS}{way.pk}/"),
        client.post(f"{WAYS}{way.pk}/verify/", {"code": "1"}), client.post(f"{WAYS}{way.pk}/send-code/"), client.get(f"{RULES}{rule.pk}/"),
        client.delete(f"{RULES}{rule.pk}/"), api(requester).get(WAYS), api(requester).get(QUIET),
    ):  # fmt: skip
        assert answer.status_code == 404
    for act in (
        lambda: contacts.rename(way, actor=agent, name="x"),
        lambda: contacts.change_rule(rule, actor=agent, event="page", urgency="important", delay=0, contact=way),
    ):
        with pytest.raises(errors.Refused):
            act()
    assert (ContactMethod.objects.get().name, PersonalRule.objects.count()) == ("Pager", 1)
    assert api(resolver, scope="read").patch(f"{WAYS}{way.pk}/", {"name": "x"}).status_code == 403
