"""The links of a record: a dialog that finds the other end, and the way back."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import desk
from common import errors, htmx
from tickets import forms, permissions, queries, records, relations
from tickets.actions import links, merging
from tickets.models import Ticket
from tickets.views import menus


@require_http_methods(["GET", "POST"])
@desk.required
def link(request: HttpRequest, key: str) -> HttpResponseBase:
    """Relates the record, and those of `?also=`, to another one. `?q=` answers the records that the words may mean."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_link(user, ticket).require()
    words = request.GET.get("q", request.POST.get("q", ""))
    also = queries.by_keys(user, request.GET.getlist("also"))
    picker = {"candidates": records.candidates(user, ticket, words), "words": words, "chosen": request.POST.get("target", "")}
    if request.method == "GET" and "q" in request.GET:
        return render(request, "tickets/_picked.html", picker)
    form = forms.LinkForm(_with_typed_key(request) if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            target, relation = queries.ticket_for(user, form.cleaned_data["target"]), form.cleaned_data["relation"]
            if also:
                told = _("linked to {key}").format(key=target.key)
                return _each([ticket, *also], lambda one: links.link(one, actor=user, target=target, relation=relation), told)
            links.link(ticket, actor=user, target=target, relation=relation)
            return htmx.done(_("{key} linked").format(key=target.key))
        except errors.Invalid as error:
            forms.take_error(form, error)
        except Http404:
            form.add_error("target", _("There is no such ticket, or you may not see it."))
    context = {
        "form": form,
        "url": _url("tickets:link", ticket, also),
        "title": _title(_("Link {what}"), ticket, also),
        "action": _("Link"),
        **picker,
    }
    return render(request, "tickets/_pick_form.html", context, status=422 if form.errors else 200)


def _url(name: str, ticket: Ticket, also: list[Ticket]) -> str:
    """Where the form goes, with the other records that it is about."""
    query = urlencode([("also", other.key) for other in also])
    return reverse(name, args=[ticket.key]) + (f"?{query}" if query else "")


def _title(title: str, ticket: Ticket, also: list[Ticket]) -> str:
    return title.format(what=_("{count} incidents").format(count=len(also) + 1) if also else ticket.key)


def _each(tickets: list[Ticket], act: Callable[[Ticket], object], told: str) -> HttpResponse:
    """Does it to one record after the other, and says who refused and why."""
    done, refused = [], []
    for ticket in tickets:
        try:
            act(ticket)
            done.append(ticket)
        except errors.DomainError as error:
            refused.append(f"{ticket.key}: {error.message}")
    return menus.report(done, refused, told)


def _with_typed_key(request: HttpRequest) -> dict[str, str]:
    """The form's values, an Undo brings them in the address; a key that was typed and not chosen counts as chosen."""
    values = {name: str(value) for name, value in (*request.GET.items(), *request.POST.items())}
    if not values.get("target"):
        values["target"] = values.get("q", "").strip()[:24]
    return values


@require_POST
@desk.required
def unlink(request: HttpRequest, key: str, pk: int) -> HttpResponseBase:
    """Takes a link away; the toast's Undo puts it back."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    row = records.link_of(ticket, pk)
    other = row.target if row.source_id == ticket.pk else row.source
    reading = relations.reading(row.relation, is_source=row.source_id == ticket.pk)
    links.unlink(ticket, actor=user, link=row)
    undo = f"{reverse('tickets:link', args=[ticket.key])}?relation={reading}&target={other.key}"
    return htmx.done(_("{key} unlinked").format(key=other.key), undo=undo)


@require_http_methods(["GET", "POST"])
@desk.required
def merge(request: HttpRequest, key: str) -> HttpResponseBase:
    """Ends the record, and those of `?also=`, as duplicates of another one and leads there. `?q=` answers the records that the words may mean."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_merge(user, ticket).require()
    words = request.GET.get("q", request.POST.get("q", ""))
    also = queries.by_keys(user, request.GET.getlist("also"))
    first = queries.in_order([row.pk for row in (ticket, *also)]) if also and not words.strip() else []
    found = [row for row in records.candidates(user, ticket, words, same_kind=True) if row not in first]
    picker = {"candidates": [*first, *found], "words": words, "chosen": request.POST.get("target", "")}
    if request.method == "GET" and "q" in request.GET:
        return render(request, "tickets/_picked.html", picker)
    form = forms.MergeForm(_with_typed_key(request) if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            target = queries.ticket_for(user, form.cleaned_data["target"])
            if also:
                told = _("merged into {key}").format(key=target.key)
                return _each([one for one in (ticket, *also) if one.pk != target.pk], lambda one: merging.merge(one, actor=user, into=target), told)
            target = merging.merge(ticket, actor=user, into=target)
            response = HttpResponse(status=204)
            response["HX-Redirect"] = target.get_absolute_url()
            return response
        except errors.Invalid as error:
            form.add_error("target" if error.field == "into" else None, error.message)
        except Http404:
            form.add_error("target", _("There is no such ticket, or you may not see it."))
    note = _("It is closed as a duplicate. Its links, tasks, services, alerts and watchers go along, its comments and files are shown there.")
    if also:
        note = _("All but the chosen one are closed as duplicates. Their links, tasks, services, alerts and watchers go along.")
    context = {
        "form": form, "url": _url("tickets:merge", ticket, also), "title": _title(_("Merge {what} into"), ticket, also),
        "action": _("Merge"), "note": note, **picker,
    }  # fmt: skip
    return render(request, "tickets/_pick_form.html", context, status=422 if form.errors else 200)
