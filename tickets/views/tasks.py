"""The steps of a record: a list that is live, an inline form, a dialog for the details."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import User
from common import clock, errors, htmx
from tickets import forms, permissions, queries, records
from tickets.actions import tasks
from tickets.models import Task, Ticket


def section(ticket: Ticket, user: User, *, text: str = "", error: str = "", is_adding: bool = False) -> dict[str, Any]:
    """What the list of steps shows."""
    can_edit = bool(permissions.can_edit(user, ticket))
    rows = list(records.tasks_of(user, ticket))
    today = timezone.localdate(clock.now())
    for row in rows:
        _prepare(row, ticket, user, today)
    return {
        "ticket": ticket, "tasks": rows, "done_count": sum(row.is_done for row in rows), "can_edit": can_edit, "text": text, "error": error,
        "blocks": any(row.is_mandatory and not row.is_done for row in rows), "is_adding": is_adding,
        "tasks_url": reverse("tickets:tasks", args=[ticket.key]), "add_task_url": reverse("tickets:add_task", args=[ticket.key]),
    }  # fmt: skip


def _prepare(row: Any, ticket: Ticket, user: User, today: date) -> None:
    """Gives a step what its line shows."""
    row.is_late = row.due_on is not None and not row.is_done and row.due_on < today
    row.waits_for = row.after if row.after is not None and not row.after.is_done and not row.is_done else None
    row.can_finish = bool(permissions.can_finish(user, ticket, row.owner_id))
    row.change_url = reverse("tickets:change_task", args=[ticket.key, row.pk])
    row.urls = {verb: reverse("tickets:act_on_task", args=[ticket.key, row.pk, verb]) for verb in VERBS}


@require_safe
@desk.required
def index(request: HttpRequest, key: str) -> HttpResponseBase:
    """The list as it stands now."""
    user = desk.user_of(request)
    return render(request, "tickets/_task_list.html", section(queries.ticket_for(user, key), user))


@require_POST
@desk.required
def add(request: HttpRequest, key: str) -> HttpResponseBase:
    """Adds a step by its text; the form comes back empty for the next one."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    text = request.POST.get("text", "")
    try:
        tasks.add_task(ticket, actor=user, text=text, is_mandatory="is_mandatory" in request.POST)
    except errors.Invalid as error:
        return render(request, "tickets/_tasks.html", section(ticket, user, text=text, error=error.message), status=422)
    return render(request, "tickets/_tasks.html", section(ticket, user, is_adding=True))


@require_http_methods(["GET", "POST"])
@desk.required
def change(request: HttpRequest, key: str, pk: int) -> HttpResponseBase:
    """The details of a step, in a dialog."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    task = records.task_of(user, ticket, pk)
    permissions.can_edit(user, ticket).require()
    initial = {name: getattr(task, name) for name in tasks.FIELDS}
    form = forms.TaskForm(request.POST if request.method == "POST" else None, initial=initial, ticket=ticket, task=task)
    if request.method == "POST" and form.is_valid():
        try:
            tasks.change_task(task, actor=user, **form.cleaned_data)
            return htmx.done(_("Task saved"))
        except errors.Invalid as error:
            forms.take_error(form, error)
    url = reverse("tickets:change_task", args=[ticket.key, task.pk])
    return htmx.dialog(request, form, url=url, title=_("Task of {key}").format(key=ticket.key), action=_("Save"))


VERBS: dict[str, tuple[Callable[[Task, User], object], Any]] = {
    "finish": (lambda task, user: tasks.finish_task(task, actor=user), lazy("Task done")),
    "reopen": (lambda task, user: tasks.reopen_task(task, actor=user), lazy("Task opened again")),
    "up": (lambda task, user: tasks.move_task(task, actor=user, by=-1), lazy("Task moved")),
    "down": (lambda task, user: tasks.move_task(task, actor=user, by=1), lazy("Task moved")),
    "remove": (lambda task, user: tasks.remove_task(task, actor=user), lazy("Task removed")),
}


@require_POST
@desk.required
def act(request: HttpRequest, key: str, pk: int, verb: str) -> HttpResponseBase:
    """Does, reopens, moves or removes a step."""
    user = desk.user_of(request)
    if verb not in VERBS:
        raise Http404
    action, told = VERBS[verb]
    task = records.task_of(user, queries.ticket_for(user, key), pk)
    try:
        action(task, user)
    except errors.Conflict as error:
        return htmx.done(error.message, tone="error")
    return htmx.done(str(told))
