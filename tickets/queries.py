"""Reads of the desk. Every function takes the user and never shows what he may not see."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404

from accounts.models import Membership, Organisation, Role, Team, User
from common import clock, paging, reading, wording
from common.query import asking, compiling, parsing
from fields.models import PREFIX
from journal import queries as journal
from journal.models import Entry
from services.models import Service
from tickets import facts, kinds, permissions, queues, timeline_marks
from tickets.models import AffectedService, Attachment, Category, Comment, HoldReason, ResolutionCode, SlaClock, Ticket
from tickets.models.clocks import RESOLUTION
from workflows import queries as workflows
from workflows.models import Status, Transition

PAGE_SIZE = 50
COUNTED = 1_000
KEY = re.compile(r"[A-Za-z]{2,6}-[0-9]{1,18}")
RELATED = ("status", "service__tier", "category__parent", "team", "owner_team", "assignee", "reporter", "resolution", "organisation")
LIST_COLUMNS = (
    "id", "kind", "key", "summary", "priority", "status", "status_category", "service", "reporter", "assignee", "team", "sla_due_at", "major_state",
    "created_at", "updated_at", "pending_reason", "version", "is_restricted", "comment_count",
)  # fmt: skip
LIST_RELATED = {
    "status": ("name", "key", "tone", "category", "is_paused"), "service": ("name", "slug", "tier"), "team": ("name", "slug"),
    "reporter": ("name", "avatar_hue"), "assignee": ("name", "avatar_hue", "email"),
}  # fmt: skip
CLOCK_COLUMNS = ("ticket", "metric", "name", "target_seconds", "state", "due_at", "used_seconds", "breached_at")


def tickets_for(user: User) -> QuerySet[Ticket]:
    """Every ticket this person may see."""
    return permissions.visible_to(user, Ticket.objects.all())


def compiled(user: User, text: str, at: datetime | None = None) -> compiling.Compiled:
    """What a query about tickets means for a person. Apply it to tickets_for(user) only. Raises QueryError.

    at: what “now” means in the query.
    """
    asker = asking.Asker(user, at or clock.now(), ZoneInfo(user.time_zone))
    return compiling.compile(parsing.parse(text), "ticket", asker)


def search(user: User, text: str, at: datetime | None = None) -> tuple[QuerySet[Ticket], tuple[paging.Key, ...]]:
    """The tickets that a query finds among those this person may see, and the order it asks for (empty when it names none).

    Raises QueryError for a query that cannot be answered.
    """
    found = compiled(user, text, at)
    return tickets_for(user).filter(found.condition), found.order


def order_keys(sort: str, order: Sequence[paging.Key] = ()) -> tuple[paging.Key, ...]:
    """The keys of a list's pages: by its head when one was clicked, else as the query asks, else in the order of work. The last is unique."""
    if sort in queues.SORTS or not order:
        return queues.SORTS.get(sort, queues.WORK_ORDER)
    return tuple(order) if any(key.column == "id" for key in order) else (*order, paging.Key("id"))


def page(
    tickets: QuerySet[Ticket],
    *,
    sort: str = "work",
    order: Sequence[paging.Key] = (),
    after: str | None = None,
    size: int = PAGE_SIZE,
    columns: Iterable[str] = (),
) -> paging.Page[Ticket]:
    """One page of a list. The ids are found by the index alone; the rows with their people come in a second query. order: a query's own."""
    keys = order_keys(sort, order)
    found = paging.page(tickets.only(*{"id", *(key.column for key in keys if key.expression is None)}), keys, after=after, size=size)
    return paging.Page(in_order([row.pk for row in found.rows], columns), found.next_mark)


MORE_COLUMNS: dict[str, tuple[str, ...]] = {
    "category": ("category",), "impact": ("impact",), "urgency": ("urgency",), "labels": ("labels",), "channel": ("channel",),
    "hold": ("hold_reason",), "level": ("support_level",), "resolution": ("resolution",),
}  # fmt: skip


def in_order(ids: Sequence[int], columns: Iterable[str] = ()) -> list[Ticket]:
    """Tickets by id with all that a list shows, in the given order; the resolution clock stands in `resolution_clock`. columns: those a queue chose."""
    more = [field for name in columns for field in MORE_COLUMNS.get(name, ("custom",) if name.startswith(PREFIX) else ())]
    related = {**LIST_RELATED, **{field: ("name",) for field in more if field in ("category", "hold_reason", "resolution")}}
    by_id = {row.pk: row for row in reading.shared(Ticket.objects.filter(pk__in=ids), (*LIST_COLUMNS, *more), related)}
    clocks: dict[int, SlaClock] = {}
    for running in SlaClock.objects.filter(ticket_id__in=ids, metric=RESOLUTION).order_by("cycle").only(*CLOCK_COLUMNS):
        clocks[running.ticket_id] = running
    for pk, row in by_id.items():
        row.resolution_clock = clocks.get(pk)  # type: ignore[attr-defined]  # shown by lists
    return [by_id[pk] for pk in ids if pk in by_id]


def in_full(ids: Sequence[int]) -> list[Ticket]:
    """Tickets by id with all columns that the API's lists show, in the given order."""
    rows = Ticket.objects.filter(pk__in=ids).select_related("status", "service", "team", "assignee", "reporter")
    by_id = {row.pk: row for row in rows.defer("description", "search_public", "custom")}
    return [by_id[pk] for pk in ids if pk in by_id]


def capped_count(tickets: QuerySet[Ticket], most: int = COUNTED) -> int:
    """How many there are, exactly up to `most`; a Capped figure stands for more than that."""
    amount = tickets.order_by()[: most + 1].count()
    return wording.Capped(most) if amount > most else amount


def id_for(user: User, key: str, *, kind: str | None = None) -> int:
    """The id of a ticket by key, letter case ignored. Raises Http404 when there is none that this user may see."""
    if not KEY.fullmatch(key):
        raise Http404
    rows = tickets_for(user).filter(key=key.upper())
    if kind is not None:
        rows = rows.filter(kind=kind)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise Http404
    return found


def ticket_for(user: User, key: str, *, kind: str | None = None) -> Ticket:
    """One ticket by key, letter case ignored. Raises Http404 when there is none that this user may see."""
    return Ticket.objects.select_related(*RELATED).get(pk=id_for(user, key, kind=kind))


def clocks_of(ticket: Ticket) -> list[SlaClock]:
    """The newest clock of each metric, in the order in which the tickets got them."""
    newest = {row.metric: row for row in SlaClock.objects.filter(ticket_id=ticket.pk).order_by("cycle", "id")}
    return list(newest.values())


def timeline(user: User, ticket: Ticket, *, limit: int = 200, only_public: bool = False) -> list[Entry]:
    """What happened, newest first; comments stand in `entry.comment`. Without the right to internal things only public entries.

    only_public: as its reporter reads it, whoever that is.
    """
    sees_internal = not only_public and bool(permissions.can_see_internal(user, ticket))
    merged = absorbed(user, ticket) if sees_internal else {}
    told = list(journal.entries_of("ticket", ticket.pk, hidden=facts.HIDDEN)[:limit])
    if merged:
        more = Entry.objects.filter(subject_type="ticket", subject_id__in=merged, event__in=["comment.added", "ticket.attached"]).select_related(
            "actor"
        )
        told = sorted([*told, *more.order_by("-id")[:limit]], key=lambda entry: -entry.pk)[:limit]
    entries = [entry for entry in told if not (entry.event == "ticket.transitioned" and entry.data.get("is_named"))]
    if not sees_internal:
        entries = [entry for entry in entries if _is_public(entry)]
    entries = timeline_marks.marked(user, ticket, _without_hidden(user, entries), is_desk=sees_internal)
    ids = [entry.data.get("comment") for entry in entries if entry.event == "comment.added"]
    comments = {row.pk: row for row in Comment.objects.filter(pk__in=ids).select_related("author")}
    files = _files_of(entries)
    for entry in entries:
        entry.file = files.get(entry.data.get("attachment", 0))  # type: ignore[attr-defined]  # shown by the timeline
        entry.comment = comments.get(entry.data.get("comment", 0))  # type: ignore[attr-defined]  # shown by the timeline
        entry.origin = merged.get(entry.subject_id)  # type: ignore[attr-defined]  # the key of a merged ticket that it comes from
    return entries


def _files_of(entries: list[Entry]) -> dict[int, Attachment]:
    """The files that lines of a timeline are about."""
    ids = [entry.data.get("attachment", 0) for entry in entries if entry.event == "ticket.attached"]
    return Attachment.objects.in_bulk(ids) if ids else {}


def absorbed(user: User, ticket: Ticket) -> dict[int, str]:
    """Id → key of the tickets that were merged into this one, directly or through others, as far as the desk's user may see them.

    Their comments and files are shown here. A requester reads only what was written to himself.
    """
    if not permissions.can_see_internal(user, ticket):
        return {}
    found: dict[int, str] = {}
    edge = {ticket.pk}
    while edge:
        rows = dict(tickets_for(user).filter(merged_into__in=edge).exclude(pk__in=found).values_list("pk", "key"))
        found |= rows
        edge = set(rows)
    return found


def _without_hidden(user: User, entries: list[Entry]) -> list[Entry]:
    """Without the lines that name another ticket (`other` in the data) which this user may not see."""
    others = {entry.data["other"] for entry in entries if entry.data.get("other")}
    if not others:
        return entries
    seen = set(tickets_for(user).filter(pk__in=others).values_list("pk", flat=True))
    return [entry for entry in entries if not entry.data.get("other") or entry.data["other"] in seen]


def _is_public(entry: Entry) -> bool:
    if entry.event in ("comment.added", "ticket.attached"):
        return entry.data.get("is_internal") is False
    return entry.meaning.is_public


def comments_for(user: User, ticket: Ticket) -> QuerySet[Comment]:
    """The comments this user may read, oldest first."""
    rows = Comment.objects.filter(ticket__in=[ticket.pk, *absorbed(user, ticket)]).select_related("author").order_by("id")
    if not permissions.can_hide(user, ticket):
        rows = rows.filter(hidden_at__isnull=True)
    return rows if permissions.can_see_internal(user, ticket) else rows.filter(is_internal=False)


def replies_to(tickets: Iterable[Ticket]) -> dict[int, list[Comment]]:
    """The public replies of several tickets by ticket, oldest first, in one query."""
    found: dict[int, list[Comment]] = {}
    for row in (
        Comment.objects.filter(ticket__in=[ticket.pk for ticket in tickets], is_internal=False, hidden_at__isnull=True)
        .select_related("author")
        .order_by("id")
    ):
        found.setdefault(row.ticket_id, []).append(row)
    return found


def attachments_for(user: User, ticket: Ticket) -> QuerySet[Attachment]:
    """The files this user may download."""
    rows = Attachment.objects.filter(ticket__in=[ticket.pk, *absorbed(user, ticket)]).select_related("uploader")
    if not permissions.can_hide(user, ticket):
        rows = rows.filter(hidden_at__isnull=True)
    return rows if permissions.can_see_internal(user, ticket) else rows.filter(is_internal=False)


def offered_transitions(user: User, ticket: Ticket) -> list[Transition]:
    """The moves that the status offers and this user may make."""
    return [move for move in workflows.transitions_from(ticket.status_id) if permissions.can_move(user, ticket, move)]


def asked_by(move: Transition, tickets: Sequence[Ticket], user: User) -> list[str]:
    """What the form of a move holds: its screen, and at the end a message to the reporter where another person reported one of the tickets."""
    hears = move.target.category == Status.DONE and any(
        ticket.reporter_id not in (None, user.pk) and permissions.can_reply(user, ticket) for ticket in tickets
    )
    return [*move.screen, *(["message"] if hears else [])]


def categories_in_use(kind: str) -> QuerySet[Category]:
    """Categories that a form offers, the subcategories below the category above."""
    found = Category.objects.filter(kind=kind, retired_at__isnull=True).select_related("parent")
    return found.order_by(Coalesce("parent__name", "name"), F("parent__name").asc(nulls_first=True), "name")


def resolution_codes() -> QuerySet[ResolutionCode]:
    """How a ticket can end, in the order of the form."""
    return ResolutionCode.objects.all()


def hold_reasons() -> QuerySet[HoldReason]:
    """What a ticket can wait for, in the order of the form."""
    return HoldReason.objects.filter(retired_at__isnull=True)


def assignable_people(kind: str, teams: Iterable[int | None] | None = None) -> QuerySet[User]:
    """Whom a ticket of this kind can be given to, by name. teams: those it belongs to; None asks who works for any team."""
    right = f"{kind}.progress"
    there = Membership.objects.filter(roles__rights__right=right)
    if teams is not None:
        there = there.filter(team__in=[team for team in teams if team is not None])
    everywhere = Q(pk__in=Role.people.through.objects.filter(role__rights__right=right).values("user"))
    return User.objects.filter(everywhere | Q(pk__in=there.values("user")) | Q(is_superuser=True), is_active=True).order_by("name")


def teams() -> QuerySet[Team]:
    """All teams by name."""
    return Team.objects.order_by("name")


def by_keys(user: User, keys: Iterable[str]) -> list[Ticket]:
    """The tickets of these keys that the user may see, at most 200."""
    wanted = [key.upper() for key in keys if KEY.fullmatch(key)][:500]
    rows = {row.key: row for row in tickets_for(user).filter(key__in=wanted).select_related("status", "assignee", "team")}
    return [rows[key] for key in wanted if key in rows]


def kind_names() -> list[str]:
    """The names of all kinds."""
    return [kind.name for kind in kinds.all_kinds()]


def open_counts_by_service(user: User, service_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """For each service with open tickets: how many, and the worst priority among them."""
    rows = tickets_for(user).filter(is_open=True, service__in=service_ids).order_by().values("service")
    found = {row["service"]: (row["amount"], row["worst"]) for row in rows.annotate(amount=Count("id"), worst=Min("priority"))}
    beside = tickets_for(user).filter(is_open=True, hits__service__in=service_ids).order_by().values("hits__service")
    for row in beside.annotate(amount=Count("id", distinct=True), worst=Min("priority")):
        amount, worst = found.get(row["hits__service"], (0, row["worst"]))
        found[row["hits__service"]] = (amount + row["amount"], min(worst, row["worst"]))
    return found


def hitting(service: Service) -> Q:
    """Tickets that hit a service, as their primary one or beside it."""
    return Q(service=service) | Q(pk__in=AffectedService.objects.filter(service=service).values("ticket"))


def open_of_service(user: User, service: Service) -> list[Ticket]:
    """The open tickets that hit a service, in the order of work, at most 50."""
    return page(tickets_for(user).filter(hitting(service), is_open=True)).rows


def shared_with(user: User) -> QuerySet[Ticket]:
    """What colleagues of a requester reported and let him read."""
    return tickets_for(user).filter(permissions.shared(user)).exclude(reporter=user)


def open_of_organisation(user: User, organisation: Organisation) -> list[Ticket]:
    """The open tickets of an organisation, in the order of work, at most 50."""
    return page(tickets_for(user).filter(organisation=organisation, is_open=True)).rows


def open_counts_by_organisation(user: User, ids: Sequence[int]) -> dict[int, int]:
    """How many open tickets this person sees of each organisation that has any."""
    rows = tickets_for(user).filter(is_open=True, organisation__in=ids).order_by().values_list("organisation")
    return dict(rows.annotate(amount=Count("id", distinct=True)))


def resolved_lately(user: User, service: Service) -> int:
    """How many tickets of a service were resolved in the last 30 days."""
    return tickets_for(user).filter(is_open=False, service=service, resolved_at__gte=clock.now() - timedelta(days=30)).count()
