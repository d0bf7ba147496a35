"""Reads for the page of one record: what it is linked to, its steps."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from accounts.models import Team, User
from services.models import Service
from tickets import filters, permissions, queries, relations
from tickets.models import Admission, Attachment, Link, Task, Ticket
from workflows import queries as workflows

PICKED = 8
OFFERED = 12
LABELLED = 1000


@dataclass(frozen=True, slots=True)
class Related:
    """A link as one end reads it: the row's id, the reading ("caused_by"), the reading in words, the other ticket."""

    pk: int
    reading: str
    label: Any
    ticket: Ticket


def links_of(user: User, ticket: Ticket) -> list[Related]:
    """The links of a ticket in the order of the relations, only to tickets that this user may see."""
    rows = Link.objects.filter(Q(source_id=ticket.pk) | Q(target_id=ticket.pk)).order_by("id")
    pairs = [(row, row.target_id if row.source_id == ticket.pk else row.source_id) for row in rows]
    seen = {row.pk: row for row in queries.tickets_for(user).filter(pk__in=[pk for _row, pk in pairs]).select_related("status")} if pairs else {}
    order = list(relations.READINGS)
    found = []
    for row, pk in pairs:
        if pk in seen:
            reading = relations.reading(row.relation, is_source=row.source_id == ticket.pk)
            found.append(Related(row.pk, reading, relations.label(reading), seen[pk]))
    return sorted(found, key=lambda related: (order.index(related.reading), related.pk))


def link_of(ticket: Ticket, pk: int) -> Link:
    """One link of a ticket. Raises Http404 when it has none of that id."""
    row = Link.objects.filter(Q(source_id=ticket.pk) | Q(target_id=ticket.pk), pk=pk).first()
    if row is None:
        raise Http404
    return row


def candidates(user: User, ticket: Ticket, text: str, *, same_kind: bool = False) -> list[Ticket]:
    """Tickets not closed that somebody who typed this text may mean: by key or words; without a text the open ones of the same service, newest first."""
    rows = queries.tickets_for(user).filter(closed_at__isnull=True).exclude(pk=ticket.pk)
    if same_kind:
        rows = rows.filter(kind=ticket.kind)
    words = text.strip()
    if words:
        rows = rows.filter(filters.text_condition(words))
    elif ticket.service_id is not None:
        rows = rows.filter(service_id=ticket.service_id, is_open=True)
    else:
        rows = rows.filter(is_open=True)
    return queries.in_order(list(rows.order_by("-is_open", "-id").values_list("pk", flat=True)[:PICKED]))


def tasks_of(user: User, ticket: Ticket) -> QuerySet[Task]:
    """The steps of a ticket in order; none for whoever may not look inside."""
    rows = Task.objects.filter(ticket_id=ticket.pk).select_related("owner", "after", "done_by")
    return rows if permissions.can_see_internal(user, ticket) else rows.none()


def task_of(user: User, ticket: Ticket, pk: int) -> Task:
    """One step of a ticket. Raises Http404 when there is none that this user may see."""
    row = tasks_of(user, ticket).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def task_progress(ticket: Ticket) -> str:
    """How many of the steps are done, as "2/5"; empty without any."""
    figures = Task.objects.filter(ticket_id=ticket.pk).aggregate(total=Count("pk"), done=Count("done_at"))
    return f"{figures['done']}/{figures['total']}" if figures["total"] else ""


def services_of(ticket: Ticket) -> list[Service]:
    """The affected services: the primary one, then the others by name."""
    others = Service.objects.filter(hits__ticket_id=ticket.pk).select_related("tier", "owner_team").order_by("name")
    return [*([ticket.service] if ticket.service else []), *others]


def service_choices(chosen: Sequence[str], text: str) -> list[Service]:
    """The chosen services first, then those whose name contains the text."""
    known = {service.slug: service for service in Service.objects.filter(slug__in=chosen).select_related("tier")}
    found = Service.objects.filter(name__icontains=text.strip()[:80]).exclude(slug__in=chosen).select_related("tier").order_by("name")[:OFFERED]
    return [*(known[slug] for slug in dict.fromkeys(chosen) if slug in known), *found]


def public_files(ticket: Ticket) -> QuerySet[Attachment]:
    """The files that its reporter may download, whoever that is."""
    return Attachment.objects.filter(ticket_id=ticket.pk, is_internal=False, hidden_at__isnull=True).select_related("uploader")


def waits_for_reporter(ticket: Ticket) -> bool:
    """It was resolved and can be closed: the reporter may say whether it is solved."""
    return ticket.closed_at is None and workflows.transition_by_verb(ticket.status_id, "close") is not None


def admissions_of(ticket: Ticket) -> list[Admission]:
    """Whom somebody let see a restricted ticket: teams, then people, by name."""
    if not ticket.is_restricted:
        return []
    rows = Admission.objects.filter(ticket_id=ticket.pk).select_related("user", "team", "added_by")
    return sorted(rows, key=lambda row: (row.team_id is None, str(row)))


def admission_choices(people: Sequence[int], teams: Sequence[int], text: str) -> tuple[list[User], list[Team]]:
    """The chosen people and teams first, then those whose name contains the text; nobody more without a text."""
    words = text.strip()[:80]
    known = [*User.objects.filter(pk__in=people).order_by("name")], [*Team.objects.filter(pk__in=teams).order_by("name")]
    if not words:
        return known
    active = User.objects.filter(Q(name__icontains=words) | Q(email__icontains=words), is_active=True)
    found = active.exclude(pk__in=people).order_by("name")[:OFFERED]
    named = Team.objects.filter(name__icontains=words).exclude(pk__in=teams).order_by("name")[:OFFERED]
    return [*known[0], *found], [*known[1], *named]


def label_choices(user: User, chosen: Sequence[str], text: str) -> list[str]:
    """The chosen labels, then the most used ones of open tickets that this user may see and that contain the text."""
    lately = queries.tickets_for(user).filter(is_open=True).exclude(labels=[]).order_by("-updated_at", "-id")
    used = Counter(label for labels in lately.values_list("labels", flat=True)[:LABELLED] for label in labels)
    wanted = "-".join(text.lower().split())
    found = [label for label, _amount in used.most_common() if wanted in label and label not in chosen]
    return [*dict.fromkeys(chosen), *found[:OFFERED]]
