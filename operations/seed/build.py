"""Builds the demonstration company once, through the same actions that people use, with the clock moved through the last 90 days.

Nobody is told: entries are written, reactions are not. The same seed gives the same company on every machine.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
from django.db import connection, transaction
from django.utils.text import slugify

from accounts import actions as accounts
from accounts.models import Membership, Organisation, Team, User
from alerts.actions import intake, integrations
from alerts.actions import lifecycle as lifecycle_of_alerts
from alerts.models import Alert, Integration
from common import clock
from incidents import actions as incidents
from journal import actions as journal
from journal import registers
from operations import actions as operations
from operations.seed import company, monitoring, noise, rosters, stories, volumes
from services import actions as services
from services.models import Service, Tier
from tickets.actions import clocks, conversation, editing, lifecycle
from tickets.models import Category, HoldReason, ResolutionCode, Ticket

TICKETS = 400
OPEN = 48
DAYS = 90
SEED = 20261122


@dataclass
class Cast:
    """Who and what the stories are told with."""

    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    members: dict[int, list[User]] = field(default_factory=dict)
    desk: list[User] = field(default_factory=list)
    requesters: list[User] = field(default_factory=list)
    categories: dict[tuple[str, str], Category] = field(default_factory=dict)
    resolutions: list[ResolutionCode] = field(default_factory=list)
    hold_reasons: dict[str, HoldReason] = field(default_factory=dict)


def email_of(name: str) -> str:
    """The address of a person of the company: first name, dot, last name."""
    return f"{slugify(name).replace('-', '.')}@{company.DOMAIN}"


def build(password: str, *, tickets: int = TICKETS, progress: Callable[[str], None] = lambda line: None) -> bool:
    """Builds the company unless somebody is there already; answers whether it did. Everybody gets this password."""
    if User.objects.exists():
        return False
    chance = random.Random(SEED)
    at = clock.now()
    with transaction.atomic(), journal.muted():
        with clock.shifted(at - timedelta(days=DAYS + 1)):
            operations.install_defaults(time_zone="Europe/Oslo")
            cast = _people(password)
            _estate(cast)
        rosters.write(cast.teams, cast.members, cast.people, at)
        progress("people, teams and services")
        _tickets(cast, chance, at, tickets)
        progress(f"{tickets} tickets")
        with clock.shifted(at):
            while clocks.sweep():
                pass
        _alerts(cast, at)
        volumes.write(chance, at)
        progress("alerts, through the real pipeline")
    return True


def _people(password: str) -> Cast:
    cast = Cast()
    organisations = {name: registers.save(Organisation(name=name), changed=[], is_new=True, actor=None) for name in company.ORGANISATIONS}
    for slug, name, description in company.TEAMS:
        cast.teams[slug] = Team(slug=slug, name=name, description=description)
        registers.save(cast.teams[slug], changed=[], is_new=True, actor=None)
    hashed = User(email="nobody")
    hashed.set_password(password)
    for number, (name, roles, teams, zone) in enumerate(company.PEOPLE):
        user = accounts.create_user(
            actor=None, email=email_of(name), name=name, roles=roles, time_zone=zone, avatar_hue=number % 8 + 1,
            organisation=organisations[company.OUTSIDE.get(name, company.ORGANISATIONS[0])], is_staff="admin" in roles, is_superuser="admin" in roles,
        )  # fmt: skip
        cast.people[name] = user
        for position, slug in enumerate(teams):
            Membership.objects.create(team=cast.teams[slug], user=user, is_lead="team-lead" in roles and position == 0)
            if "collaborator" not in roles:
                cast.members.setdefault(cast.teams[slug].pk, []).append(user)
        if "requester" in roles:
            cast.requesters.append(user)
        if teams == ["service-desk"]:
            cast.desk.append(user)
    User.objects.update(password=hashed.password)
    cast.categories = {
        (row.parent.name, row.name): row for row in Category.objects.filter(parent__isnull=False).select_related("parent") if row.parent
    }
    cast.resolutions = list(ResolutionCode.objects.all())
    cast.hold_reasons = {reason.slug: reason for reason in HoldReason.objects.all()}
    return cast


def _estate(cast: Cast) -> None:
    tiers = {tier.level: tier for tier in Tier.objects.all()}
    for slug, name, level, owner, description, aliases in company.SERVICES:
        team = cast.teams[owner]
        service = services.create(
            actor=None, slug=slug, name=name, tier=tiers[level], owner_team=team, description=description, aliases=aliases,
            repository_url=f"https://git.{company.DOMAIN}/{owner}/{slug}", runbook_url=f"https://wiki.{company.DOMAIN}/runbooks/{slug}",
        )  # fmt: skip
        members = cast.members[team.pk]
        service.responders.set(members[:3])
        service.stakeholders.set(cast.requesters[level : level + 3])
        service.change_approvers.set([members[0], cast.people["Ingrid Solheim"], cast.people["Katarina Horvat"]])
        cast.services[slug] = service
    for slug, needs in company.DEPENDENCIES:
        services.add_dependency(cast.services[slug], cast.services[needs], actor=None)
    for name, adapter, service_slug in company.INTEGRATIONS:
        integrations.create(actor=None, name=name, adapter=adapter, service=cast.services[service_slug] if service_slug else None)


def _tickets(cast: Cast, chance: random.Random, at: datetime, amount: int) -> None:
    plots = [(slug, *story) for slug, told in stories.STORIES.items() for story in told]
    open_count = min(OPEN, amount // 4)
    done = sorted((chance.uniform(0.4, DAYS) for _number in range(amount - open_count)), reverse=True)
    for age in done:
        _tell(cast, chance, chance.choice(plots), at - timedelta(days=age), at, is_open=False)
    chance.shuffle(plots)
    ages = sorted((chance.expovariate(1 / 7.0) for _number in range(open_count)), reverse=True)
    for number, age in enumerate(ages):
        _tell(cast, chance, plots[number % len(plots)], at - timedelta(hours=min(age, 60) + 0.1), at, is_open=True)


def _tell(cast: Cast, chance: random.Random, plot: tuple[str, str, str, str, int], began: datetime, end: datetime, *, is_open: bool) -> None:
    """One ticket from its report to where it stands now."""
    slug, summary, category, subcategory, urgency = plot
    service = cast.services[slug]
    step = _Steps(chance, began, end)
    words = {"slug": slug, "hour": began.hour, "count": chance.randint(2, 40)}
    reporter = chance.choice(cast.requesters)
    if service.tier_id == 1 and (is_open or urgency > 1):
        urgency = min(4, urgency + (2 if urgency == 1 else 1))
    with clock.shifted(began):
        ticket: Ticket = incidents.create(
            actor=chance.choice(cast.desk), summary=summary, description=chance.choice(stories.DETAILS).format(**words), service=service,
            urgency=urgency, reporter=reporter, channel=chance.choice(["portal", "portal", "email", "phone", "agent"]), category=cast.categories[category, subcategory],
            must_fill=False,
        )  # fmt: skip
    solver = chance.choice(cast.members[service.owner_team_id])
    if is_open and chance.random() < 0.25:
        return
    with step.later(2, 25):
        lifecycle.transition(ticket, "triage", actor=chance.choice(cast.desk))
    if not is_open and chance.random() < 0.04:
        with step.later(5, 30):
            lifecycle.cancel(ticket, actor=chance.choice(cast.desk), reason=chance.choice(stories.CANCEL_REASONS))
        return
    _work(cast, chance, ticket, solver, step, words, is_open=is_open)


def _work(cast: Cast, chance: random.Random, ticket: Ticket, solver: User, step: "_Steps", words: dict[str, object], *, is_open: bool) -> None:
    if is_open and chance.random() < 0.15:
        return
    with step.later(1, 12):
        editing.assign(ticket, actor=chance.choice(cast.desk), assignee=solver)
    with step.later(2, 18):
        conversation.comment(ticket, actor=solver, body=chance.choice(stories.REPLIES).format(**words), is_internal=False)
        lifecycle.transition(ticket, "start", actor=solver)
    for _number in range(chance.randint(0, 3)):
        with step.later(5, 60):
            conversation.comment(ticket, actor=solver, body=chance.choice(stories.NOTES).format(**words), is_internal=True)
    if chance.random() < 0.3:
        with step.later(10, 60):
            slug, words_given = chance.choice(stories.PENDING_REASONS)
            lifecycle.hold(ticket, actor=solver, hold_reason=cast.hold_reasons[slug], reason=words_given)
        if is_open:
            return
        with step.later(30, 400):
            conversation.comment(ticket, actor=ticket.reporter, body=chance.choice(stories.ANSWERS).format(**words), is_internal=False)
            lifecycle.transition(ticket, "start", actor=solver)
    if is_open:
        return
    with step.later(20, 240):
        lifecycle.resolve(ticket, actor=solver, resolution=chance.choice(cast.resolutions))
    if chance.random() < 0.85:
        with step.later(60, 2000):
            lifecycle.close(ticket, actor=chance.choice(cast.desk))


def _alerts(cast: Cast, at: datetime) -> None:
    """Puts what monitoring says into the inbox and lets the pipeline read it; then two people of the team react."""
    source = Integration.objects.get(name="Prometheus, Oslo DC1")
    noise.write(source, cast.members, cast.people["Priya Raman"], at)
    with connection.cursor() as cursor:
        for line, body in zip(monitoring.FIRING, monitoring.webhooks(at), strict=True):
            raw = orjson.dumps(body)
            minutes, times = line[4], line[5]
            for number in range(times):
                received_at = at - timedelta(minutes=minutes * (1 - number / times))
                cursor.execute("INSERT INTO alerts_inbox (integration_id, body, received_at) VALUES (%s, %s, %s)", [source.pk, raw, received_at])
    with clock.shifted(at):
        intake.process_inbox()
        outage = Alert.objects.filter(incident__isnull=False).select_related("incident").order_by("number").first()
        if outage is None or outage.incident is None:
            return
        priya = cast.people["Priya Raman"]
        for alert in Alert.objects.filter(service__slug="payments-db"):
            lifecycle_of_alerts.attach(alert, actor=priya, incident=outage.incident)
        lifecycle_of_alerts.acknowledge(outage, actor=priya)
        editing.assign(outage.incident, actor=priya, assignee=priya)
        lifecycle.transition(outage.incident, "start", actor=priya)
        note = "payments-db is healthy, but pgbouncer-02 rejects clients with `no more connections allowed (max_client_conn)`."
        conversation.comment(outage.incident, actor=cast.people["Mei-Ling Chen"], body=note, is_internal=True)


class _Steps:
    """Moves the clock forward through a story, never past its end."""

    def __init__(self, chance: random.Random, began: datetime, end: datetime) -> None:
        self.chance, self.at, self.end = chance, began, end

    def later(self, least: int, most: int):  # type: ignore[no-untyped-def]  # a context manager of clock
        self.at = min(self.at + timedelta(minutes=self.chance.uniform(least, most)), self.end - timedelta(seconds=30))
        return clock.shifted(self.at)
