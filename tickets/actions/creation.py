"""How a ticket of any kind comes to be."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import clock, errors
from fields import values
from journal import actions as journal
from services.models import Service
from tickets import facts, kinds, permissions, priority_rules, screens
from tickets.actions import affected, clocks
from tickets.models import Category, Ticket
from workflows import queries as workflows

Child = TypeVar("Child", bound=Ticket)

SUMMARY_LENGTH = 250
DESCRIPTION_LENGTH = 50_000
DEFAULT_URGENCY = 3
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def create(
    child: type[Child],
    kind: kinds.Kind,
    *,
    actor: User | None,
    summary: str,
    description: str = "",
    service: Service | None = None,
    other_services: Sequence[Service] = (),
    impact: int | None = None,
    urgency: int | None = None,
    category: Category | None = None,
    reporter: User | None = None,
    team: Team | None = None,
    assignee: User | None = None,
    channel: str = "agent",
    reported_at: datetime | None = None,
    labels: Sequence[str] = (),
    is_restricted: bool = False,
    custom: Mapping[str, Any] | None = None,
    must_fill: bool = True,
    columns: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> Child:
    """Makes a ticket of the kind with its child row, starts its clocks and records the kind's created event.

    must_fill: fields that its create screen requires are asked for; False for what no person fills in, such as the
    incident of an alert. Call it inside the transaction of the kind's own action. Raises Refused, or Invalid for the value that is wrong.
    """
    is_triaged = team is not None
    team = team or (service.owner_team if service else None)
    teams = (team.pk,) if team else ()
    permissions.can_create(actor, kind.name, reporter, teams).require()
    if any((impact, other_services, category, is_triaged, assignee, labels, is_restricted)):
        permissions.can_triage(actor, kind.name, teams).require()
    filled = {
        "summary": summary, "description": description, "service": service, "category": category, "impact": impact, "urgency": urgency,
        "labels": labels, "is_restricted": is_restricted,
    }  # fmt: skip
    custom_values = _screened(actor, kind, filled, custom or {}, teams, must_fill=must_fill)
    at = clock.now()
    affected_services = affected.clean([*([service] if service else []), *other_services])
    effective_impact = impact or affected.worst_impact(affected_services)
    status = workflows.initial_status(kind.name)
    since = clean_instant("reported_at", reported_at, at) or at
    require_levels(impact, urgency)
    given = priority_rules.rules(kind.name)
    level = given.compute(effective_impact, urgency, reporter=reporter, service=service, reported_at=since).priority
    number = _next_number(kind)
    ticket = child(
        kind=kind.name, number=number, key=f"{kind.prefix}-{number}", summary=clean_summary(summary), description=clean_description(description),
        status=status, status_category=status.category, service=service, category=clean_category(category, kind.name),
        impact=effective_impact, is_impact_given=impact is not None, urgency=urgency, priority=level,
        team=team, owner_team=team,
        assignee=clean_assignee(assignee, kind.name, teams), reporter=reporter, organisation=reporter.organisation if reporter else None,
        channel=clean_channel(channel), labels=clean_labels(labels), is_restricted=is_restricted,
        custom=custom_values,
        reported_at=since, created_at=at, updated_at=at, **(columns or {}),
    )  # fmt: skip
    ticket.save(force_insert=True)
    affected.store_others(ticket, affected_services)
    told = {**(data or {}), **facts.standing(ticket)}
    journal.record(kind.created_event, ticket, actor=actor, at=at, channel=channel, priority=ticket.priority, **told)
    clocks.turn(ticket, at)
    return ticket


def _screened(
    actor: User | None, kind: kinds.Kind, filled: Mapping[str, Any], custom: Mapping[str, Any], teams: Sequence[int], *, must_fill: bool
) -> dict[str, Any]:
    """The values of the custom fields, after the create screen had its say on all fields (FRM-02).

    What only the desk may give is not asked of others. Raises Invalid for a missing field and for one that this person cannot set.
    """
    screen = screens.Screens(kind.name, actor).on(screens.CREATE)
    definitions = [place.definition for place in screen.places.values() if place.definition]
    is_asked = must_fill and actor is not None
    found = values.started(definitions, custom, required=screen.required_keys if is_asked else ())
    if is_asked:
        screen.require_filled(filled, but=() if permissions.can_triage(actor, kind.name, teams) else screens.TRIAGE)
    if actor is not None:
        given = [row.name for row in definitions if row.key in custom and found.get(row.key) != values.default_of(row)]
        given += [name for name, value in filled.items() if value and (name, value) != ("urgency", DEFAULT_URGENCY)]
        screen.require_editable(given)
    return found


def _next_number(kind: kinds.Kind) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [kind.sequence])
        return int(cursor.fetchone()[0])


def require_levels(impact: int | None, urgency: int | None) -> None:
    """Raises Invalid for an impact or urgency that does not exist."""
    for field, level in (("impact", impact), ("urgency", urgency)):
        if level is not None and level not in (1, 2, 3, 4):
            raise errors.Invalid(field, _("Choose a level from 1 to 4."))


def clean_summary(summary: str) -> str:
    """One line of at most 250 characters. Raises Invalid("summary")."""
    line = " ".join(clean_text("summary", summary).split())
    if not line:
        raise errors.Invalid("summary", _("Say in one line what is wrong."))
    if len(line) > SUMMARY_LENGTH:
        raise errors.Invalid("summary", _("Use at most %(most)d characters here and put the rest into the description.") % {"most": SUMMARY_LENGTH})
    return line


def clean_description(description: str) -> str:
    """Raises Invalid("description") when it is too long."""
    if len(description) > DESCRIPTION_LENGTH:
        raise errors.Invalid("description", _("Use at most %(most)d characters, or attach a file.") % {"most": DESCRIPTION_LENGTH})
    return clean_text("description", description)


def clean_text(field: str, text: str) -> str:
    """A text that the database can hold, without the marks that turn the direction of what follows. Raises Invalid for NUL and broken Unicode."""
    if not isinstance(text, str):
        raise errors.Invalid(field, _("Write a text."))
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise errors.Invalid(field, _("Remove the characters that are not text."))
    return text.translate(TURNING)


def clean_labels(labels: Sequence[str]) -> list[str]:
    """At most 20 labels of 1 to 50 characters without spaces, each once, sorted. Raises Invalid("labels")."""
    cleaned = sorted({clean_text("labels", label).strip().lower() for label in labels if str(label).strip()})
    if len(cleaned) > 20 or any(len(label) > 50 or " " in label for label in cleaned):
        raise errors.Invalid("labels", _("Use at most 20 labels of at most 50 characters, without spaces."))
    return cleaned


def clean_channel(channel: str) -> str:
    """Raises Invalid("channel") for a channel that does not exist."""
    if channel not in dict(Ticket.CHANNELS):
        raise errors.Invalid("channel", _("Choose one of %(known)s.") % {"known": ", ".join(dict(Ticket.CHANNELS))})
    return channel


def clean_category(category: Category | None, kind: str) -> Category | None:
    """Raises Invalid("category") for a category of another kind or a retired one."""
    if category is not None and (category.kind != kind or category.retired_at is not None):
        raise errors.Invalid("category", _("Choose a category that is in use for this kind of ticket."))
    return category


def clean_assignee(assignee: User | None, kind: str, teams: Sequence[int | None]) -> User | None:
    """Raises Invalid("assignee") for a person who cannot work tickets of this kind that belong to these teams."""
    if assignee is not None and not permissions.is_assignable(assignee, kind, teams):
        raise errors.Invalid("assignee", _("%(name)s cannot work on this. Choose somebody of the desk.") % {"name": assignee.name})
    return assignee


def clean_instant(field: str, instant: datetime | None, at: datetime) -> datetime | None:
    """An instant in the past, from the year 2000 on. Raises Invalid for the field otherwise."""
    if instant is not None and not EARLIEST <= instant <= at:
        raise errors.Invalid(field, _("Give a moment between the year 2000 and now, or leave it empty."))
    return instant
