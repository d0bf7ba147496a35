"""Every write that is special to incidents; what every ticket can do is in tickets.actions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import clock, errors, wording
from incidents import events, kind, moments, similar
from incidents.models import Incident, SimilarIncident
from journal import actions as journal
from services.models import Service
from tickets import events as tickets
from tickets import permissions
from tickets.actions import conversation, creation, links, locking
from tickets.models import Category, Comment, Link, Ticket

# verb → the state it leads to, and the states it starts from
DECISIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "accept": (SimilarIncident.ACCEPTED, (SimilarIncident.PROPOSED, SimilarIncident.REFUSED, SimilarIncident.UNDONE)),
    "refuse": (SimilarIncident.REFUSED, (SimilarIncident.PROPOSED,)),
    "undo": (SimilarIncident.UNDONE, (SimilarIncident.LINKED, SimilarIncident.ACCEPTED, SimilarIncident.REFUSED)),
}


@transaction.atomic
def create(
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
    detected_at: datetime | None = None,
    impact_started_at: datetime | None = None,
    labels: Sequence[str] = (),
    is_restricted: bool = False,
    custom: Mapping[str, Any] | None = None,
    must_fill: bool = True,
) -> Incident:
    """Opens an incident: impact from the tier when nobody gave one, priority from the matrix, team from the service.

    must_fill: the fields that the create screen requires are asked for. Raises Refused, or Invalid for the value that is wrong.
    """
    return creation.create(
        Incident, kind.INCIDENT, actor=actor, summary=summary, description=description, service=service, other_services=other_services, impact=impact, urgency=urgency,
        category=category, reporter=reporter, team=team, assignee=assignee, channel=channel, reported_at=reported_at, labels=labels,
        is_restricted=is_restricted, custom=custom, must_fill=must_fill, columns=_instants(detected_at, impact_started_at, reported_at),
    )  # fmt: skip


def _instants(detected_at: datetime | None, impact_started_at: datetime | None, reported_at: datetime | None) -> dict[str, datetime | None]:
    """The incident's own instants, each in the past and in their order. Raises Invalid for the one that is not."""
    at = clock.now()
    own = {
        "detected_at": creation.clean_instant("detected_at", detected_at, at),
        "impact_started_at": creation.clean_instant("impact_started_at", impact_started_at, at),
    }
    wrong = moments.first_disorder({**own, "reported_at": reported_at or at})
    if wrong is not None:
        earlier, later = wrong
        raise errors.Invalid(later, _("“%(later)s” cannot be before “%(earlier)s”.") % {"later": _label(later), "earlier": _label(earlier)})
    return own


@transaction.atomic
def split(incident: Ticket, *, actor: User | None, comment: Comment, summary: str) -> Incident:
    """Makes a new incident of what a comment says, with service, category and urgency of the old one, and links the two.

    A public comment becomes the description, told by who wrote it; an internal one goes along as an internal note, because a reporter reads
    descriptions. Raises Refused, or Invalid for a comment of another ticket or a missing summary.
    """
    permissions.can_edit(actor, incident).require()
    permissions.can_note(actor, incident).require()
    if comment.ticket_id != incident.pk:
        raise errors.Invalid("comment", _("Choose a comment of this incident."))
    origin = locking.locked(incident)
    teller = comment.author if not comment.is_internal and comment.author and not comment.author.has_right("desk.access") else origin.reporter
    made = create(
        actor=actor, summary=summary, description="" if comment.is_internal else comment.body, service=origin.service,
        urgency=origin.urgency, category=origin.category if origin.category and origin.category.retired_at is None else None, reporter=teller,
        team=origin.team, channel=origin.channel, is_restricted=origin.is_restricted, must_fill=False,
    )  # fmt: skip
    if comment.is_internal:
        conversation.comment(made, actor=actor, body=comment.body, is_internal=True)
    links.link(made, actor=actor, target=origin, relation="relates")
    journal.record(tickets.SPLIT, origin, actor=actor, to=made.key, other=made.pk, source=comment.pk)
    return made


TICKET_INSTANTS = {"reported_at", "resolved_at", "closed_at"}


@transaction.atomic
def retime(incident: Incident, *, actor: User | None, expected_version: int | None = None, **wanted: datetime | None) -> Incident:
    """Corrects instants of an incident; None says that one is not known. The journal keeps what each was before and after.

    Raises Refused, Conflict for an old version, Invalid for the instant that lies in the future, is out of order or cannot be given yet.
    """
    unknown = set(wanted) - set(moments.NAMES) - {"closed_at"}
    if unknown or "closed_at" in wanted:
        raise TypeError(f"retime does not know {sorted(unknown or {'closed_at'})}.")
    locked = locking.locked(incident, expected_version)
    permissions.can_edit(actor, locked).require()
    row = Incident.objects.select_related("status").defer("search_public").get(pk=locked.pk)
    at = clock.now()
    before = {name: getattr(row, name) for name in moments.NAMES}
    after = before | {name: creation.clean_instant(name, instant, at) for name, instant in wanted.items()}
    _require_order(row, before, after)
    changed = [name for name in moments.NAMES if before[name] != after[name]]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, after[name])
        setattr(locked, name, after[name])
    own = [name for name in changed if name not in TICKET_INSTANTS]
    if own:
        row.save(update_fields=own)
    locking.save(locked, [name for name in changed if name in TICKET_INSTANTS], at)
    row.version, row.updated_at = locked.version, locked.updated_at
    changes = {name: [_told(before[name]), _told(after[name])] for name in changed}
    fields = ", ".join(f"{_label(name)} ({_shown(before[name], at)} → {_shown(after[name], at)})" for name in changed)
    journal.record(events.RETIMED, row, actor=actor, at=at, fields=fields, changes=changes)
    return row


def _require_order(incident: Incident, before: dict[str, datetime | None], after: dict[str, datetime | None]) -> None:
    """Raises Invalid for an instant that only the status gives, and for two in the wrong order."""
    if before["reported_at"] is not None and after["reported_at"] is None:
        raise errors.Invalid("reported_at", _("Every incident was reported at some time."))
    if (before["resolved_at"] is None) != (after["resolved_at"] is None):
        raise errors.Invalid("resolved_at", _("Resolve it or reopen it; here the time can only be corrected."))
    wrong = moments.first_disorder(after)
    if wrong is not None:
        earlier, later = wrong
        named = later if before[later] != after[later] else earlier
        raise errors.Invalid(named, _("“%(later)s” cannot be before “%(earlier)s”.") % {"later": _label(later), "earlier": _label(earlier)})


def _label(name: str) -> Any:
    return Incident._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # a column


def _told(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _shown(instant: datetime | None, at: datetime) -> str:
    return wording.moment(instant, at) if instant else _("unknown")


@transaction.atomic
def note_instant(incident_id: int, name: str, instant: datetime, *, actor: User | None) -> None:
    """Keeps when something happened of itself, such as the first hand on the work. What a person gave, or what would break the order, stays."""
    row = Incident.objects.select_for_update(of=("self",)).defer("search_public").filter(pk=incident_id).first()
    if row is None or getattr(row, name) is not None:
        return
    if moments.first_disorder({other: getattr(row, other) for other in moments.NAMES} | {name: instant}) is None:
        setattr(row, name, instant)
        row.save(update_fields=[name])


@transaction.atomic
def find_similar(incident_id: int, *, actor: User | None) -> SimilarIncident | None:
    """Looks for an open incident of the same service that reads like this new one: proposes it as parent, or makes it that, as the service says (INC-14).

    Judged once; nothing for an incident that is over, restricted or has a parent by now.
    """
    incident = Incident.objects.select_related("service").filter(pk=incident_id, is_open=True, is_restricted=False).first()
    if incident is None or incident.service is None or incident.service.similar_incidents == Service.LEAVE:
        return None
    if SimilarIncident.objects.filter(child=incident).exists() or Link.objects.filter(target=incident, relation="parent").exists():
        return None
    found = similar.nearest(incident)
    if found is None:
        return None
    is_linked, at = incident.service.similar_incidents == Service.LINK, clock.now()
    row = SimilarIncident.objects.create(
        child=incident, parent=found.incident, percent=round(found.likeness * 100), minutes=found.minutes, made_at=at,
        state=SimilarIncident.LINKED if is_linked else SimilarIncident.PROPOSED,
    )  # fmt: skip
    if is_linked:
        links.link(incident, actor=actor, target=found.incident, relation="child")
    told = {"other": found.incident.pk, "to": found.incident.key, "percent": row.percent, "minutes": row.minutes}
    journal.record(events.SIMILAR_LINKED if is_linked else events.SIMILAR_FOUND, incident, actor=actor, at=at, **told)
    return row


@transaction.atomic
def decide_similar(incident: Incident, verb: str, *, actor: User | None) -> SimilarIncident:
    """Answers a proposal: accept links it under the other one, refuse leaves it apart, undo takes either back. The same again changes nothing.

    Raises Refused, Conflict when there is nothing to decide, and what linking raises.
    """
    row = SimilarIncident.objects.filter(child=incident).select_for_update().first()
    permissions.can_link(actor, incident).require()
    if row is None:
        raise errors.Conflict(_("No similar incident was found for %(key)s.") % {"key": incident.key})
    permissions.can_relate(actor, row.parent).require()
    wanted, sources = DECISIONS[verb]
    state = SimilarIncident.PROPOSED if verb == "undo" and row.state == SimilarIncident.REFUSED else wanted
    if row.state == state:
        return row
    if row.state not in sources:
        raise errors.Conflict(_("That was decided already: %(state)s.") % {"state": row.get_state_display()})
    if verb == "accept":
        links.link(incident, actor=actor, target=row.parent, relation="child")
    link = Link.objects.filter(source=row.parent, target=incident, relation="parent").first()
    if verb == "undo" and link is not None:
        links.unlink(incident, actor=actor, link=link)
    row.state, row.decided_by, row.decided_at = state, actor, clock.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    if verb == "refuse":
        journal.record(events.SIMILAR_REFUSED, incident, actor=actor, other=row.parent_id, to=row.parent.key)
    return row
