"""Queues and the requester's own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import desk
from accounts.models import User
from common import clock, htmx, links
from common.paging import Key
from common.query.errors import QueryError
from fields import queries as fields
from tickets import details, filters, finding, kinds, options, permissions, queries, queues, saved
from tickets.models import Queue, Ticket
from workflows import queries as workflows
from workflows.models import Status

FIRST = (queues.Column("priority", _("P"), "priority"), queues.Column("key", _("Key"), "key"), queues.Column("summary", _("Summary")))
FIRST_WIDTH = 170  # of the check box, the priority and the key
VIEWS = [("table", _("Table"), "table"), ("split", _("Split"), "layout-sidebar-right"), ("board", _("Board"), "columns-3")]
BOARD_SIZE = 200
FOUND = 50

EMPTY = queues.Shipped("", "", "", queues.EMPTY_TITLE, queues.EMPTY_TEXT)


@require_safe
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in: the queue for the desk, the own requests for everybody else."""
    return redirect("tickets:queue", "open") if desk.user_of(request).has_right("desk.access") else redirect("tickets:own")


@require_safe
@desk.required
def queue(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A queue: one that ships, or one that somebody saved."""
    return _queue(request, slug)


@require_safe
@desk.required
def mine(request: HttpRequest) -> HttpResponseBase:
    """What is assigned to the person."""
    return _queue(request, "mine")


def _queue(request: HttpRequest, slug: str) -> HttpResponse:
    """A queue by its address; one whose query holds no longer says where, and how to mend it."""
    user = desk.user_of(request)
    shown, at = saved.queue_for(user, slug), saved.moment(user)
    try:
        tickets, order = saved.tickets_of(user, shown, at)
    except QueryError as error:
        return render(request, "tickets/queue_broken.html", {"queue": shown, "error": error, "can_change": permissions.can_change_queue(user, shown)})
    return ticket_list(request, shown, tickets, at, default_sort="" if order else shown.sort, order=order, is_queue=True)


@require_safe
@desk.required
def search(request: HttpRequest) -> HttpResponseBase:
    """Tickets of every kind by a query, the newest first unless it names an order."""
    user = desk.user_of(request)
    tickets = queries.tickets_for(user)
    return ticket_list(
        request, saved.queue_for(user, "open"), tickets, clock.now(), title=str(_("Search")), default_sort="-key", is_by_query="q" not in request.GET
    )


@require_safe
@desk.required
def find(request: HttpRequest) -> HttpResponseBase:
    """What a text finds, ranked, with the words marked."""
    user, text = desk.user_of(request), request.GET.get("q", "")[: finding.LENGTH]
    return render(request, "tickets/find.html", {"text": text, "found": finding.find(user, text, FOUND), "now": clock.now()})


@dataclass(slots=True)
class Asked:
    """What a request asks of a list: by filters, and by a query when there is one. error: why the query cannot be answered."""

    tickets: Any
    is_by_query: bool
    jql: str = ""
    order: tuple[Key, ...] = ()
    error: QueryError | None = None


def _asked(request: HttpRequest, tickets: Any, at: datetime, *, is_by_query: bool) -> Asked:
    if filters.TicketFilter.base_filters.keys() & request.GET.keys():
        chosen = filters.TicketFilter(request.GET, queryset=tickets, request=request)
        tickets = chosen.qs if chosen.is_valid() else tickets.none()
    asked = Asked(tickets, is_by_query or "jql" in request.GET, request.GET.get("jql", ""))
    try:
        meant = queries.compiled(desk.user_of(request), asked.jql, at)
    except QueryError as error:
        asked.tickets, asked.error = tickets.none(), error
    else:
        asked.tickets, asked.order = asked.tickets.filter(meant.condition), meant.order
    return asked


def ticket_list(
    request: HttpRequest,
    shown_queue: Queue,
    tickets: Any,
    at: datetime,
    *,
    title: str = "",
    default_sort: str = "work",
    order: Sequence[Key] = (),
    is_by_query: bool = False,
    is_queue: bool = False,
) -> HttpResponse:
    """A list of tickets: filtered, sorted, paged; the URL alone rebuilds it. A query that is wrong answers 422 and leaves the list on the page."""
    asked = _asked(request, tickets, at, is_by_query=is_by_query)
    if asked.error is not None and getattr(request, "htmx", False):
        return htmx.wrong_query(request, asked.error)
    asked.order = asked.order or tuple(order)
    context = _list_context(request, shown_queue, tickets, asked, at, title, default_sort)
    context |= _queue_context(desk.user_of(request), shown_queue, context, is_queue=is_queue)
    return htmx.page(request, "tickets/queue.html", "tickets/_rows.html", context, status=422 if asked.error else 200)


def _list_context(
    request: HttpRequest, shown_queue: Queue, tickets: Any, asked: Asked, at: datetime, title: str, default_sort: str
) -> dict[str, Any]:
    user = desk.user_of(request)
    given = request.GET.get("sort", "")
    sort = given or ("" if asked.order and asked.jql.strip() else default_sort)
    after = request.GET.get("after")
    view = request.GET.get("view") if request.GET.get("view") in dict(Queue.VIEWS) else shown_queue.view
    definitions = fields.in_use()
    known = queues.all_columns(definitions)
    shown = [name for name in request.GET.getlist("columns") if name in known] or shown_queue.columns
    page = queries.page(
        asked.tickets, sort=sort, order=asked.order, after=after, size=BOARD_SIZE if view == Queue.BOARD else queries.PAGE_SIZE, columns=shown
    )
    columns = [column for name, column in known.items() if name in shown]
    details.columns([column.name for column in columns], page.rows, definitions)
    is_filtered = filters.active_count(request.GET) > 0 or bool(asked.jql.strip())
    total = _total(user, shown_queue, tickets, title, at)
    return {
        "queue": shown_queue,
        "title": title or shown_queue.name,
        "tickets": page.rows,
        "total": total,
        "shown": queries.capped_count(asked.tickets) if is_filtered else total,
        "is_filtered": is_filtered,
        "filters": {"q": request.GET.get("q", ""), "choices": options.filter_choices(request.GET)},
        "asked": asked,
        "given_sort": given,
        "columns": [_column(column, sort) for column in (*FIRST, *columns)],
        "shown_names": set(shown),
        "shown_columns": columns,
        "fixed_width": FIRST_WIDTH + sum(column.width for column in columns),
        "all_columns": list(known.values()),
        "view": view,
        "given_view": request.GET.get("view", ""),
        "given_columns": [name for name in request.GET.getlist("columns") if name in known],
        "views": VIEWS,
        "lanes": _lanes(page.rows) if view == Queue.BOARD else [],
        "edit_urls": {name: links.to("tickets:bulk", name) for name in ("assignee", "priority", "status")},
        "preview_url": "/tickets/",
        "board_url": links.to("tickets:board_move"),
        "empty": queues.BY_SLUG.get(shown_queue.slug) or EMPTY,
        "next_mark": page.next_mark,
        "is_later_page": bool(after),
        "is_mixed": len(kinds.all_kinds()) > 1,
        "can_change": any(user.has_right_somewhere(f"{kind.name}.{verb}") for kind in kinds.all_kinds() for verb in ("assign", "edit", "progress")),
        "now": at,
    }


def _total(user: User, shown_queue: Queue, tickets: Any, title: str, at: datetime) -> int:
    """How many the list holds in all: a queue exactly, a list of every ticket up to a limit."""
    return queries.capped_count(tickets) if title else saved.count(user, shown_queue, at)


def _queue_context(user: User, queue: Queue, shown: Mapping[str, Any], *, is_queue: bool) -> dict[str, Any]:
    """What the menu of a queue offers; other lists only offer to save what they ask for. is_changed: the list shows something else than its queue."""
    can_change = bool(permissions.can_change_queue(user, queue))
    is_other = bool(shown["given_sort"]) or shown["shown_names"] != set(queue.columns) or (can_change and shown["view"] != queue.view)
    return {
        "is_queue": is_queue,
        "is_changed": shown["is_filtered"] or (is_queue and is_other),
        "is_starred": saved.is_in_sidebar(queue),
        "can_change_queue": can_change,
    }


def _lanes(tickets: Sequence[Ticket]) -> list[dict[str, Any]]:
    """The tickets by status, in the order of the workflow; a status that no ticket has is an empty lane while work is open in it."""
    kind = tickets[0].kind if tickets else kinds.all_kinds()[0].name
    statuses = {status.pk: status for status in workflows.statuses_of(kind) if status.category != Status.DONE}
    statuses |= {ticket.status_id: ticket.status for ticket in tickets}
    ordered = sorted(statuses.values(), key=lambda status: (status.category == Status.DONE, status.position))
    return [{"status": status, "tickets": [ticket for ticket in tickets if ticket.status_id == status.pk]} for status in ordered]


@require_safe
@desk.required
def preview(request: HttpRequest, key: str) -> HttpResponseBase:
    """What the split view shows beside the list."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    context = {
        "ticket": ticket,
        "clocks": queries.clocks_of(ticket),
        "entries": queries.timeline(user, ticket, limit=8),
        "can_change": bool(queries.offered_transitions(user, ticket)),
        "edit_urls": {"status": links.to("tickets:bulk", "status")},
        "now": clock.now(),
    }
    return render(request, "tickets/_preview.html", context)


def _column(column: queues.Column, sort: str) -> dict[str, Any]:
    """A head of the table: what a click sorts by, and how it is sorted now."""
    label, name = column.label, column.sort
    current = "priority" if sort == "work" else sort
    direction = {name: "ascending", f"-{name}": "descending"}.get(current, "") if name else ""
    return {
        "label": label,
        "name": name or "plain",
        "sort": (f"-{name}" if direction == "ascending" else name) if name else "",
        "direction": direction,
    }


@require_safe
@never_cache
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """What a person reported, or `?of=colleagues` what they let him read, with status and public replies."""
    user = desk.user_of(request)
    organisation = permissions.sharing_organisation(user)
    is_of_colleagues = organisation is not None and request.GET.get("of") == "colleagues"
    asked = queries.shared_with(user) if is_of_colleagues else queries.tickets_for(user).filter(reporter=user)
    page = queries.page(asked, sort="-key", after=request.GET.get("after"), size=20)
    replies = queries.replies_to(page.rows)
    rows = [(ticket, replies.get(ticket.pk, [])) for ticket in page.rows]
    context = {"rows": rows, "next_mark": page.next_mark, "now": clock.now(), "organisation": organisation, "is_of_colleagues": is_of_colleagues}
    return render(request, "tickets/own.html", context)


@require_safe
@desk.required
def by_key(request: HttpRequest, key: str) -> HttpResponseBase:
    """The short address of a record, such as /INC-1042."""
    kind = kinds.by_prefix(key.partition("-")[0])
    if kind is None:
        raise Http404
    return redirect(queries.ticket_for(desk.user_of(request), key).get_absolute_url())
