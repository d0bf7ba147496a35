"""Fifteen tickets for the tests of the query language, made by the product's own actions, each called by a letter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import actions as accounts
from accounts.models import Membership, Organisation, Team, User
from common import clock
from fields.models import Definition
from incidents import actions as incidents
from services import actions as services
from services.models import Service, Tier
from tickets.actions import conversation, editing, lifecycle, links
from tickets.models import Category, HoldReason, ResolutionCode, Ticket

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Cast:
    """Who asks, and the letter of each ticket."""

    people: dict[str, User]
    letters: dict[str, str]

    def key(self, letter: str) -> str:
        return next(key for key, known in self.letters.items() if known == letter)

    def text(self, query: str) -> str:
        """A query in which {a} stands for the key of ticket a."""
        return query.format(**{letter: key for key, letter in self.letters.items()}) if "{" in query else query

    def rows(self, tickets: Any) -> str:
        return "".join(sorted(self.letters[key] for key in tickets.values_list("key", flat=True)))


def _person(name: str, role: str | None, **columns: Any) -> User:
    email = f"{name.lower().replace(' ', '.')}@example.com"
    roles = [role] if role else []
    return accounts.create_user(actor=None, email=email, name=name, password="long enough for a test 7", roles=roles, **columns)


class Builder:
    """Makes the cast."""

    def __init__(self) -> None:
        self.payments = Team.objects.create(slug="payments", name="Payments platform")
        self.warehouse = Team.objects.create(slug="warehouse", name="Warehouse systems")
        meridian, baltic = (Organisation.objects.create(name=name) for name in ("Meridian", "Baltic"))
        self.people = {
            "manager": _person("Mona Manager", "incident-manager"),
            "agent": _person("Hanna Agent", "agent"),
            "resolver": _person("Daniel Resolver", "resolver"),
            "jonas": _person("Jonas Requester", "requester", organisation=meridian),
            "matteo": _person("Matteo Requester", "requester", organisation=baltic),
            "outsider": _person("Otto Outsider", None),
            "collaborator": _person("Lea Collaborator", "collaborator"),
        }
        for name in ("agent", "resolver"):
            Membership.objects.create(team=self.payments, user=self.people[name])
        self.gateway = self._service("payments-gateway", "Payments gateway", 1, self.payments, ["pay-gw"])
        self.wiki = self._service("wiki", "Wiki", 4, self.warehouse, [])
        self.tickets: dict[str, Ticket] = {}

    def _service(self, slug: str, name: str, tier: int, team: Team, aliases: list[str]) -> Service:
        return services.create(actor=None, slug=slug, name=name, tier=Tier.objects.get(pk=tier), owner_team=team, aliases=aliases)

    def raised(self, letter: str, ago: timedelta, summary: str, **columns: Any) -> None:
        with clock.shifted(NOW - ago):
            self.tickets[letter] = incidents.create(actor=self.people["manager"], summary=summary, **columns)

    def did(self, letter: str, ago: timedelta, deed: Callable[..., Any], *args: Any, by: str = "manager", **values: Any) -> None:
        with clock.shifted(NOW - ago):
            deed(self.tickets[letter], *args, actor=self.people[by], **values)


def _definitions() -> None:
    for key, label, field_type, options in (
        ("cost-centre", "Cost centre", "text", []), ("seats", "Seats affected", "number", []), ("outage-on", "Outage day", "date", []),
        ("region", "Region", "choice", ["North", "South East"]), ("7", "VIP", "checkbox", []), ("priority2", "Priority", "text", []),
    ):  # fmt: skip
        Definition.objects.create(applies_to="incident", key=key, label=label, field_type=field_type, options=options)


def build() -> Cast:
    """Makes everything and answers who is who."""
    _definitions()
    cast = Builder()
    _raise(cast)
    _live(cast)
    return Cast(cast.people, {ticket.key: letter for letter, ticket in cast.tickets.items()})


def _raise(cast: Builder) -> None:
    people, gateway, wiki = cast.people, cast.gateway, cast.wiki
    jonas, matteo = people["jonas"], people["matteo"]
    timeouts, vpn = Category.objects.get(name="Timeouts"), Category.objects.get(name="VPN")
    network = Category.objects.get(name="Network")
    cast.raised("j", 40 * DAY, "Printer on floor 3", impact=4, urgency=4, reporter=matteo)
    cast.raised("k", 30 * DAY, "VPN drops every hour", impact=2, urgency=2, category=vpn, team=cast.payments, assignee=people["agent"])
    cast.raised("g", 20 * DAY, "Wiki search is slow", service=wiki, urgency=4, reporter=jonas, category=timeouts)
    cast.raised("f", 10 * DAY, "Gateway certificate expires", service=gateway, urgency=4, assignee=people["resolver"], category=timeouts)
    cast.raised("h", 5 * DAY, "Salary letter lost", impact=3, urgency=3, team=cast.warehouse, is_restricted=True)
    cast.raised("l", 3 * DAY, "Gateway logs are full", service=gateway, urgency=4, category=network)
    cast.raised("e", 2 * DAY, "Wiki cannot be edited", service=wiki, urgency=2, assignee=people["agent"])
    cast.raised("d", DAY, "Wiki page not found", service=wiki, urgency=3, reporter=jonas, channel="portal", reported_at=NOW - 2 * DAY)
    cast.raised("m", DAY, "Refund failed twice", service=gateway, urgency=1, description="A node hangs")
    cast.raised("n", 6 * HOUR, 'It\'s "quoted" 100%', service=wiki, urgency=1)
    cast.raised("c", 3.5 * HOUR, "All card payments are down", service=gateway, urgency=1, assignee=people["resolver"], channel="alert")
    cast.raised("b", 2 * HOUR, "Refunds are slow", service=gateway, urgency=3, reporter=matteo)
    custom = {"seats": 2.5, "region": "South East", "7": False}
    cast.raised("i", HOUR, "New laptop wanted", urgency=3, assignee=people["manager"], channel="api", labels=["vip"], custom=custom)
    cast.raised(
        "a", 10 * HOUR / 60, "Gateway returns 502", service=gateway, urgency=1, reporter=jonas, assignee=people["agent"],
        labels=["payments", "urgent"], category=timeouts, channel="phone", description="Card payments fail in the shop",
    )  # fmt: skip
    custom = {"cost-centre": "CC-100 West", "seats": 12, "outage-on": "2026-11-10", "region": "North", "7": True, "priority2": "low"}
    cast.raised("o", 0 * HOUR, "Chair is broken", impact=4, urgency=4, reporter=jonas, custom=custom)


def _live(cast: Builder) -> None:
    codes = {code.slug: code for code in ResolutionCode.objects.all()}
    timeouts = Category.objects.get(name="Timeouts")
    cast.did("j", 39 * DAY, lifecycle.cancel, reason="Not ours")
    cast.did("k", 29 * DAY, editing.assign, team=cast.warehouse)
    cast.did("k", 28 * DAY, editing.edit, urgency=3)
    cast.did("g", 16 * DAY, lifecycle.resolve, resolution=codes["workaround"])
    cast.did("g", 15 * DAY, lifecycle.close)
    cast.did("f", 8 * DAY, lifecycle.resolve, resolution=codes["fixed"])
    cast.did("l", 2 * DAY, lifecycle.resolve, resolution=codes["fixed"], category=timeouts)
    cast.did("l", DAY, lifecycle.reopen)
    cast.did("e", DAY, lifecycle.hold, hold_reason=HoldReason.objects.filter(pauses_clocks=True)[0], reason="Vendor")
    cast.did("m", 20 * HOUR, conversation.comment, body="Restarted the node", is_internal=False)
    cast.did("m", 19 * HOUR, conversation.comment, body="The password is swordfish", is_internal=True)
    cast.did("a", 5 * HOUR / 60, conversation.comment, body="Fraud suspected at the merchant", is_internal=True)
    cast.did("d", 20 * HOUR, conversation.comment, body="Please clear the cache", is_internal=False)
    cast.did("n", 5 * HOUR, conversation.attach, upload=SimpleUploadedFile("log.txt", b"log"), is_internal=True)
    cast.did("n", 5 * HOUR, conversation.watch, by="agent")
    cast.did("m", 18 * HOUR, links.link, target=cast.tickets["a"], relation="blocks")
    cast.did("h", 4 * HOUR, links.link, target=cast.tickets["n"], relation="causes")
    cast.did("b", HOUR, links.link, target=cast.tickets["i"], relation="relates")
    Ticket.objects.filter(pk=cast.tickets["c"].pk).update(major_state="declared")
    Ticket.objects.filter(pk=cast.tickets["m"].pk).update(major_state="candidate")
