"""The people and the things of the authorisation table, made once by the product's own actions."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts import actions as accounts
from accounts.models import ApiToken, IntegrationKey, Membership, Organisation, Team, User
from alerts.actions import alert_rules, heartbeats, integration_rules, integrations, maintaining, searching
from alerts.models import Alert, AlertGroup, Correlation, InboxRow, NoiseMark
from common import clock
from fields.models import Definition
from incidents import actions as incidents
from journal.models import Entry
from notifications import links as links_of_pages
from notifications.models import ContactMethod, Notice, Page, PersonalRule
from oncall.actions import cover, policies, rules, schedules
from services import actions as services
from services.models import Tier
from tickets import invitations
from tickets.actions import bulk, confirmation, conversation, lifecycle, links, prioritising, tasks
from tickets.models import Category, HoldReason, Queue, ResolutionCode, Ticket
from workflows import actions as workflows
from workflows.models import Workflow

ANONYMOUS = "anonymous"
ROLES = ("requester", "collaborator", "resolver", "agent", "incident-manager", "team-lead", "admin", "auditor")
TICKET_KINDS = ("own", "team", "foreign", "restricted")
PASSWORD = "long enough for a test 7"
SECRET = "zanzibar-secret"
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63105030f80f00020401608dbcbb710000000049454e44ae426082"
)
SECRET_FILE = "zanzibar-plan.txt"


@dataclass
class Thing:
    """An object that an operation acts on, with the ids of its parts."""

    ticket: Ticket
    parts: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """Who is there and what there is. things: by state, then by kind; an own one also by role."""

    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    things: dict[tuple[str, str, str], Thing] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def thing(self, role: str, kind: str, state: str) -> Thing:
        """The ticket that stands in this relation to the person of a role. A stranger owns none: he gets a foreign one."""
        if kind == "own":
            return self.things[state, kind, "requester" if role == ANONYMOUS else role]
        return self.things[state, kind, ""]


def build() -> World:
    """The whole cast; call it inside a transaction that is rolled back."""
    world = World()
    _people(world)
    world.more["category"] = Category.objects.filter(kind="incident", parent__isnull=False, retired_at=None).order_by("id")[0]
    world.more["other category"] = Category.objects.filter(kind="incident", parent__isnull=False, retired_at=None).order_by("id")[1]
    Definition.objects.create(applies_to="incident", key="region", label="Region")
    world.more["fixed"] = ResolutionCode.objects.get(slug="fixed")
    world.more["vendor"] = HoldReason.objects.get(slug="vendor")
    tier = Tier.objects.get(pk=3)
    world.more["service"] = services.create(actor=None, slug="wiki", name="Wiki", tier=tier, owner_team=world.teams["warehouse"])
    world.more["hub"] = _ticket(world, world.people["stranger"], "warehouse")
    world.more["hidden hub"] = _ticket(world, world.people["stranger"], "warehouse", is_restricted=True)
    for state in ("open", "working", "resolved"):
        for role in ROLES:
            world.things[state, "own", role] = _thing(world, state, world.people[role], "warehouse")
        world.things[state, "team", ""] = _thing(world, state, world.people["colleague"], "payments")
        world.things[state, "foreign", ""] = _thing(world, state, world.people["customer"], "warehouse")
        world.things[state, "restricted", ""] = _thing(world, state, world.people["customer"], "warehouse", is_restricted=True)
    for role in (*ROLES, "stranger"):
        done = world.thing(role, "own" if role in ROLES else "foreign", "resolved").ticket
        made, _refused = bulk.apply([done], bulk.Change("urgency", 2), actor=world.people[role])
        world.more[f"change {role}"] = made.pk or 0
    _alerts(world)
    _queues(world)
    _tokens(world)
    _schedule(world)
    _pages(world)
    workflows.start_draft(Workflow.objects.get(kind="incident", is_default=True), actor=None)
    return world


def _people(world: World) -> None:
    meridian, baltic = (Organisation.objects.get_or_create(name=name)[0] for name in ("Meridian", "Baltic"))
    world.teams = {slug: Team.objects.create(slug=slug, name=slug.title()) for slug in ("payments", "warehouse")}

    def make(name: str, role: str, organisation: Organisation, **columns: Any) -> User:
        address = f"{name}@example.com"
        world.people[name] = accounts.create_user(
            actor=None, email=address, name=name.title(), password=PASSWORD, roles=[role], organisation=organisation, **columns
        )
        return world.people[name]

    for role in ROLES:
        is_admin = role == "admin"
        user = make(role, role, meridian, is_staff=is_admin, is_superuser=is_admin)
        if role != "requester":
            Membership.objects.create(team=world.teams["payments"], user=user, is_lead=role == "team-lead")
    make("colleague", "requester", meridian)
    make("customer", "requester", baltic)
    Membership.objects.create(team=world.teams["warehouse"], user=make("stranger", "agent", baltic))


def _ticket(world: World, reporter: User, team: str, *, is_restricted: bool = False) -> Ticket:
    return incidents.create(
        actor=None, summary="A fault", description="What happened", service=world.more["service"], team=world.teams[team],
        category=world.more["category"], urgency=3, reporter=reporter, is_restricted=is_restricted,
    )  # fmt: skip


def _thing(world: World, state: str, reporter: User, team: str, *, is_restricted: bool = False) -> Thing:
    """A ticket with a public and an internal comment and file, three steps, a link, and the reporter's own page."""
    agent = world.people["stranger"]
    ticket: Ticket = _ticket(world, reporter, team, is_restricted=is_restricted)
    reply = conversation.comment(ticket, actor=agent, body="We look at it", is_internal=False)
    note = conversation.comment(ticket, actor=agent, body=f"Between us: {SECRET}", is_internal=True)
    file = conversation.attach(ticket, actor=agent, upload=SimpleUploadedFile("form.txt", b"form"), is_internal=False)
    plan = conversation.attach(ticket, actor=agent, upload=SimpleUploadedFile(SECRET_FILE, SECRET.encode()), is_internal=True)
    sketch = conversation.attach(ticket, actor=agent, upload=SimpleUploadedFile("sketch.png", DOT), is_internal=True)
    first, second, third = (tasks.add_task(ticket, actor=None, text=f"{word} {SECRET}") for word in ("Ask", "Wait", "Write"))
    tasks.finish_task(second, actor=None)
    hub = world.more["hidden hub" if is_restricted else "hub"]
    link = links.link(ticket, actor=None, target=hub, relation="relates")
    page = confirmation.invite(ticket, actor=None, entry=1_000_000 + ticket.pk)
    if state == "working":
        ticket = lifecycle.transition(ticket, "start", actor=None)
    if state == "resolved":
        ticket = lifecycle.resolve(ticket, actor=None, resolution=world.more["fixed"], category=world.more["category"])
    if state == "working":
        prioritising.override(ticket, actor=None, priority=1, reason=SECRET)
    token = signing.dumps(page.pk if page else 0, salt=invitations.SALT)
    ticket.refresh_from_db(fields=["version"])
    parts = {
        "key": ticket.key, "comment": reply.pk, "note": note.pk, "attachment": file.pk, "plan": plan.pk, "task": first.pk, "done": second.pk,
        "last": third.pk, "link": link.pk if link else 0, "token": token, "hub": hub.key, "sketch": sketch.pk,
        "entry": Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk, event="comment.added").latest("id").pk,
    }  # fmt: skip
    return Thing(ticket, parts)


UNHEARD = {"field": "message", "operation": "equals", "expectedValue": "unheard of"}


def _alerts(world: World) -> None:
    now = clock.now()
    states = {"free": (Alert.OPEN, None), "acknowledged": (Alert.ACKNOWLEDGED, None), "attached": (Alert.OPEN, world.more["hub"])}
    for number, (name, (status, incident)) in enumerate(states.items(), start=9001):
        world.more[f"alert {name}"] = Alert.objects.create(
            number=number, alias=name, message=name, priority=2, status=status, incident=incident, first_occurred_at=now, last_occurred_at=now,
            acknowledged_at=now if status == Alert.ACKNOWLEDGED else None,
        )  # fmt: skip
    for person in world.people.values():
        NoiseMark.objects.create(alert=world.more["alert free"], user=person, reason=NoiseMark.OTHER, text="known", at=now)
    world.more["alert group"] = AlertGroup.objects.create(mode="text", key="k", kind="k", text="apart", leader="ALR-9009", first_at=now, last_at=now)
    world.more["proposal"] = Correlation.objects.create(
        state="proposed", key="c", kind="c", leader="ALR-9011", title="Both", first_at=now, last_at=now
    )
    pair = AlertGroup.objects.create(mode="text", key="p", kind="p", text="pair", leader="ALR-9011", size=2, first_at=now, last_at=now)
    for number in (9011, 9012):
        world.more["grouped"] = Alert.objects.create(
            number=number, alias=f"pair {number}", message="pair", group=pair, first_occurred_at=now, last_occurred_at=now,
            correlation=world.more["proposal"],
        )  # fmt: skip
    saved = {"name": "Saved", "query": "status: open"}
    world.more["alert search"] = searching.create(actor=world.people["stranger"], values=saved)
    world.more["integration"] = integrations.create(actor=None, name="Prometheus", adapter="generic")
    for secret in ("sesame-sesame", "sesame-again"):
        integrations.sign(world.more["integration"], actor=None, secret=secret)
    integrations.rotate_key(world.more["integration"], actor=None)
    world.more["integration key"] = IntegrationKey.objects.latest("id")
    with connection.cursor() as cursor:
        kept = "INSERT INTO alerts_inbox (integration_id, body, state, reason) VALUES (%s, '{', 'quarantined', 'Broken')"
        cursor.execute(kept, [world.more["integration"].pk])
    wanted = {"name": "All", "action": "create", "values": {"priority": "P3"}}
    world.more["integration rule"] = integration_rules.add(world.more["integration"], actor=None, values=wanted)
    world.more["lookup table"] = alert_rules.save_table(actor=None, name="Hosts", text="host,rack\na,1\n")
    world.more["alert rule"] = alert_rules.add(actor=None, kind="expiry", team=None, values={"does": {"minutes": 60}})
    window = {"name": "Upgrade", "starts_at": now, "ends_at": now + timedelta(hours=1), "conditions": [UNHEARD]}
    world.more["maintenance"] = maintaining.plan(actor=None, team=None, values=window)
    world.more["kept body"] = InboxRow.objects.get(integration=world.more["integration"])


def _schedule(world: World) -> None:
    """A schedule of the roles' own team, in which the lead is on call, has an override and asks for cover."""
    lead, now = world.people["team-lead"], clock.now()
    plan = schedules.Plan("Primary", [lead], (now - timedelta(days=1)).date(), time())
    schedule = schedules.create(actor=None, team=world.teams["payments"], name="Payments primary", rotations=[plan])
    steps = [{"target": "schedule", "schedule": schedule}]
    policies.save(None, actor=None, values={"name": "Gateways first", "team": world.teams["payments"]}, steps=steps)
    world.more["route"], _second = (
        rules.add(world.teams["payments"], actor=None, values={"name": name, "schedule": schedule}) for name in ("One", "Two")
    )
    world.more["cover"] = cover.ask(schedule, now + timedelta(days=1), now + timedelta(days=2), actor=lead)
    world.more["heartbeat"] = heartbeats.create(actor=None, name="backup", team=schedule.team)
    world.more["override"] = cover.add_override(schedule, lead, now + timedelta(days=3), now + timedelta(days=4), actor=None)


def _pages(world: World) -> None:
    """A test page of the stranger, and the link that went to him; of everybody a way to be reached, a rule and an open page."""
    stranger = world.people["stranger"]
    page = Page.objects.create(
        user=stranger, key="cast", subject_type="user", subject_id=stranger.pk, event="test", title="A test page", created_at=clock.now()
    )
    for name, user in world.people.items():
        contact = ContactMethod.objects.create(user=user, channel="email", name="Pager", address=f"pager-{name}@example.com", verified_at=clock.now())
        rule = PersonalRule.objects.create(user=user, event="page", contact=contact)
        opened = Page.objects.create(user=user, key=f"cast:{name}", subject_type="thing", subject_id=user.pk, title="Down", created_at=clock.now())
        world.more |= {f"contact {name}": contact, f"rule {name}": rule, f"page {name}": opened}
        ContactMethod.objects.create(user=user, channel="ntfy", name="New", address="https://ntfy.example.com/new")
    world.more["page link"] = signing.dumps([page.pk, 0], salt=links_of_pages.SALT)


def _queues(world: World) -> None:
    for role in ROLES:
        world.more[f"queue {role}"] = Queue.objects.create(slug=f"own-{role}", name="Own", owner=world.people[role])
    stranger = world.people["stranger"]
    world.more["queue foreign"] = Queue.objects.create(slug="foreign", name="Foreign", owner=stranger)
    world.more["queue team"] = Queue.objects.create(
        slug="of-team", name="Team", owner=world.people["colleague"], visibility=Queue.TEAM, team=world.teams["payments"]
    )
    world.more["queue shared"] = Queue.objects.create(slug="shared", name="Shared", owner=stranger, visibility=Queue.SHARED)


def _tokens(world: World) -> None:
    """A token and a notice of everybody."""
    for name, user in world.people.items():
        if name in ROLES or name == "customer":
            told = {"topic": "assigned", "reason": "assigned", "subject_type": "ticket", "subject_id": world.more["hub"].pk, "url": "/home/"}
            entry = Entry.objects.latest("id")
            world.more[f"notice {name}"] = Notice.objects.create(user=user, entry=entry, title="A", text="B", created_at=clock.now(), **told)
            world.more[f"token {name}"] = accounts.create_token(actor=user, name="script", scope=ApiToken.WRITE)[0]
