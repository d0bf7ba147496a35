"""Queues: all of them, saving, changing, starring, and taking one's tickets along as a file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import User
from common import errors, htmx
from common.query.errors import QueryError
from fields import queries as fields
from tickets import exporting, filters, forms, permissions, phrasing, queries, queues, saved
from tickets.actions import saving
from tickets.models import Queue

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """Every queue that this person may open, with its figure."""
    user = desk.user_of(request)
    rows = saved.all_of(user)
    figures = saved.counts(user, rows, saved.moment(user))
    shown: list[Any] = list(rows)
    for queue in shown:
        queue.figure = figures.get(queue.slug)
        queue.is_mine = bool(permissions.can_change_queue(user, queue))
        queue.is_shown = saved.is_in_sidebar(queue)
    return htmx.page(request, "tickets/queues.html", "tickets/_queues.html", {"queues": shown})


def _redirect(url: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": url})


def _asked(request: HttpRequest, base: Queue | None) -> dict[str, Any]:
    """What the list on the page asks for, as the start of a queue: the query it stands on, the filters and the query typed."""
    sort = request.GET.get("sort") or (base.sort if base else "work")
    asked: dict[str, Any] = {
        "query": phrasing.of_list(base.query if base else "", request.GET)[:4000],
        "is_open_only": base.is_open_only if base else "all" not in request.GET,
        "sort": "work" if sort == "priority" else sort,
        "view": request.GET.get("view") or (base.view if base else "table"),
    }
    known = queues.all_columns(fields.in_use())
    columns = [name for name in request.GET.getlist("columns") if name in known] or (base.columns if base else [])
    return asked | ({"columns": columns} if columns else {})


@require_http_methods(["GET", "POST"])
@desk.required
def new(request: HttpRequest) -> HttpResponseBase:
    """Saves a query as a queue, in a dialog."""
    user = desk.user_of(request)
    base = saved.queue_for(user, request.GET["queue"]) if request.GET.get("queue") else None
    form = forms.QueueForm(request.POST if request.method == "POST" else None, user=user, initial=_asked(request, base))
    if request.method == "POST" and form.is_valid():
        try:
            queue = saving.create_queue(actor=user, **form.cleaned_data)
            return _redirect(reverse("tickets:queue", args=[queue.slug]))
        except errors.Invalid as error:
            forms.take_error(form, error)
    return htmx.dialog(request, form, url=reverse("tickets:new_queue"), title=_("Save as a queue"), action=_("Save the queue"))


@require_http_methods(["GET", "POST"])
@desk.required
def edit(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Changes a queue, in a dialog; it begins with what the list on the page asks for."""
    user = desk.user_of(request)
    queue = saved.queue_for(user, slug)
    initial = {name: getattr(queue, name) for name in ("name", "visibility", "team")} | _asked(request, queue)
    form = forms.QueueForm(request.POST if request.method == "POST" else None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saving.change_queue(queue, actor=user, **form.cleaned_data)
            return _redirect(reverse("tickets:queue", args=[queue.slug]))
        except errors.Invalid as error:
            forms.take_error(form, error)
    return htmx.dialog(
        request, form, url=reverse("tickets:edit_queue", args=[slug]), title=_("Change {name}").format(name=queue.name), action=_("Save the queue")
    )


@require_POST
@desk.required
def act(request: HttpRequest, slug: str, verb: str) -> HttpResponseBase:
    """Deletes, stars or unstars a queue, or moves it up in one's sidebar."""
    user = desk.user_of(request)
    queue = saved.queue_for(user, slug)
    if verb == "delete":
        saving.delete_queue(queue, actor=user)
        return _redirect(reverse("tickets:queues"))
    if verb == "star":
        saving.star(queue, actor=user)
    elif verb == "unstar":
        saving.unstar(queue, actor=user)
    elif verb == "raise":
        _raise(user, slug)
    else:
        raise Http404
    return _redirect(request.META.get("HTTP_HX_CURRENT_URL") or reverse("tickets:queues"))


def _raise(user: User, slug: str) -> None:
    """One place up among the queues of the sidebar."""
    order = [queue.slug for queue in saved.sidebar(user)]
    if slug in order and order.index(slug) > 0:
        place = order.index(slug)
        order[place - 1], order[place] = order[place], order[place - 1]
    saving.arrange(order, actor=user)


@require_safe
@desk.required
def export(request: HttpRequest, slug: str, extension: str) -> HttpResponseBase:
    """All tickets of a queue as a file, in its order and through the filters and the query of the list."""
    user = desk.user_of(request)
    queue = saved.queue_for(user, slug)
    if extension not in TYPES:
        raise Http404
    try:
        tickets, order = saved.tickets_of(user, queue, saved.moment(user))
        meant = queries.compiled(user, request.GET.get("jql", ""), saved.moment(user))
    except QueryError as error:
        raise errors.Invalid("query", error.message) from error
    tickets, order = tickets.filter(meant.condition), meant.order or order
    chosen = filters.TicketFilter(request.GET, queryset=tickets, request=request)
    keys = queries.order_keys(request.GET.get("sort") or ("" if order else queue.sort), order)
    custom = fields.in_use()
    found = chosen.qs if chosen.is_valid() else tickets.none()
    lines = exporting.as_csv(found, keys, custom) if extension == "csv" else exporting.as_json(found, keys, custom)
    headers = {"Content-Disposition": f'attachment; filename="{queue.slug}.{extension}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse((line.encode("utf-8", "replace") for line in lines), content_type=TYPES[extension], headers=headers)
