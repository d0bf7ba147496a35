"""The people, teams, categories and codes that a ServiceNow log names, made once and found again by their names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from accounts import actions as accounts
from accounts.models import Membership, Team, User
from importers.servicenow import mapping
from importers.servicenow.log import History
from journal import actions as journal
from journal import registers
from tickets.models import Category, HoldReason, ResolutionCode

KIND = "incident"
ROLE_OF = {"caller": "requester", "opener": "agent", "updater": "agent", "resolver": "resolver"}
BATCH = 500


@dataclass(slots=True)
class Registers:
    """Whom and what the histories name, by the log's own words. made: how many of each sort this run made."""

    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    categories: dict[tuple[str, str], Category] = field(default_factory=dict)
    codes: dict[str, ResolutionCode] = field(default_factory=dict)
    hold_reasons: dict[str, HoldReason] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)


def email_of(name: str) -> str:
    """The address of a person of the log, in a domain that receives no mail (RFC 2606): “Caller 2403” is caller.2403@servicenow-log.example."""
    return f"{slugify(name).replace('-', '.')}@{mapping.DOMAIN}"


def prepare(histories: Iterable[History], *, actor: User | None) -> Registers:
    """Makes what the histories name and is not there yet, a batch a transaction; nobody hears of it. People get no password that works."""
    told = list(histories)
    found = Registers()
    with journal.muted():
        _prepare_people(told, found, actor)
        with transaction.atomic():
            _prepare_teams(told, found, actor)
            _prepare_categories(told, found, actor)
            _prepare_codes(told, found, actor)
    return found


def _people_of(histories: list[History]) -> Iterator[tuple[str, str]]:
    """(name, what he was in the log); the one who works on incidents comes last, so that his role holds."""
    for history in histories:
        yield history.opened_by, "opener"
        for step in history.steps:
            yield from ((step.caller, "caller"), (step.by, "updater"), (step.assignee, "resolver"))


def _prepare_people(histories: list[History], found: Registers, actor: User | None) -> None:
    wanted = {email_of(name): (name, ROLE_OF[was]) for name, was in _people_of(histories) if name}
    known = {user.email: user for user in User.objects.filter(email__endswith=f"@{mapping.DOMAIN}")}
    missing = [email for email in wanted if email not in known]
    for start in range(0, len(missing), BATCH):
        with transaction.atomic():
            for number, email in enumerate(missing[start : start + BATCH]):
                name, role = wanted[email]
                known[email] = accounts.create_user(actor=actor, email=email, name=name, roles=[role], avatar_hue=number % 8 + 1)
    found.people = {name: known[email] for email, (name, _role) in wanted.items()}
    found.made["people"] = len(missing)


def _prepare_teams(histories: list[History], found: Registers, actor: User | None) -> None:
    """Teams by name; whoever had an incident while a group had it is a member of that team."""
    worked = {(step.team, step.assignee) for history in histories for step in history.steps if step.team}
    known = {team.name: team for team in Team.objects.all()}
    missing = sorted({name for name, _person in worked} - known.keys())
    for name in missing:
        known[name] = _added(Team(slug=f"servicenow-{slugify(name)}"[:50], name=name), actor)
    found.teams = {name: known[name] for name, _person in worked}
    found.made["groups"] = len(missing)
    pairs = sorted((known[name].pk, found.people[person].pk) for name, person in worked if person)
    Membership.objects.bulk_create((Membership(team_id=team, user_id=user) for team, user in pairs), ignore_conflicts=True)


def _prepare_categories(histories: list[History], found: Registers, actor: User | None) -> None:
    wanted = {(step.category, step.subcategory) for history in histories for step in history.steps if step.category} | {mapping.NO_CATEGORY}
    rows = Category.objects.filter(kind=KIND).select_related("parent")
    known = {(row.parent.name, row.name) if row.parent else (row.name, ""): row for row in rows}
    found.made["categories"] = 0
    for name, below in sorted({(name, "") for name, _below in wanted} | wanted):
        if (name, below) not in known:
            parent = known[name, ""] if below else None
            known[name, below] = _added(Category(kind=KIND, name=below or name, parent=parent), actor)
            found.made["categories"] += 1
    found.categories = {names: known[names] for names in wanted}


def _prepare_codes(histories: list[History], found: Registers, actor: User | None) -> None:
    """Closing codes become resolution codes, states that wait become on-hold reasons."""
    codes = {step.code for history in histories for step in history.steps}
    resolutions = {row.slug: row for row in ResolutionCode.objects.all()}
    for code in sorted(codes | {""}):
        slug = f"servicenow-{slugify(code) or mapping.NO_CODE}"[:50]
        if slug not in resolutions:
            name = f"ServiceNow {code}" if code else "Not given (ServiceNow)"
            resolutions[slug] = _added(ResolutionCode(slug=slug, name=name, position=100), actor)
        found.codes[code] = resolutions[slug]
    found.hold_reasons = {row.slug: row for row in HoldReason.objects.all()}
    for slug, (name, pauses, ends) in mapping.HOLD_REASONS.items():
        if slug not in found.hold_reasons:
            found.hold_reasons[slug] = _added(HoldReason(slug=slug, name=name, pauses_clocks=pauses, ends_on_reply=ends, position=50), actor)


def _added(row: Any, actor: User | None) -> Any:
    return registers.save(row, changed=[], is_new=True, actor=actor)
