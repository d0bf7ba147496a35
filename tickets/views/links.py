"""The links of a record: a dialog that finds the other end, and the way back."""

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


@require_http_methods(["GET", "POST"])
@desk.required
def link(request: HttpRequest, key: str) -> HttpResponseBase:
    """Relates the record to another one. `?q=` answers the records that the words may mean."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_link(user, ticket).require()
    words = request.GET.get("q", request.POST.get("q", ""))
    chosen = request.POST.get("target", "")
    picker = {"candidates": records.candidates(user, ticket, words), "words": words, "chosen": chosen}
    if request.method == "GET" and "q" in request.GET:
        return render(request, "tickets/_picked.html", picker)
    form = forms.LinkForm(_with_typed_key(request) if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            target = queries.ticket_for(user, form.cleaned_data["target"])
            links.link(ticket, actor=user, target=target, relation=form.cleaned_data["relation"])
            return htmx.done(_("{key} linked").format(key=target.key))
        except errors.Invalid as error:
            forms.take_error(form, error)
        except Http404:
            form.add_error("target", _("There is no such ticket, or you may not see it."))
    url = reverse("tickets:link", args=[ticket.key])
    context = {"form": form, "url": url, "title": _("Link {key}").format(key=ticket.key), "action": _("Link"), **picker}
    return render(request, "tickets/_pick_form.html", context, status=422 if form.errors else 200)


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
    """Ends the record as a duplicate of another one and leads there. `?q=` answers the records that the words may mean."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_merge(user, ticket).require()
    words = request.GET.get("q", request.POST.get("q", ""))
    picker = {"candidates": records.candidates(user, ticket, words, same_kind=True), "words": words, "chosen": request.POST.get("target", "")}
    if request.method == "GET" and "q" in request.GET:
        return render(request, "tickets/_picked.html", picker)
    form = forms.MergeForm(_with_typed_key(request) if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            target = merging.merge(ticket, actor=user, into=queries.ticket_for(user, form.cleaned_data["target"]))
            response = HttpResponse(status=204)
            response["HX-Redirect"] = target.get_absolute_url()
            return response
        except errors.Invalid as error:
            form.add_error("target" if error.field == "into" else None, error.message)
        except Http404:
            form.add_error("target", _("There is no such ticket, or you may not see it."))
    note = _("It is closed as a duplicate. Its links, tasks, services, alerts and watchers go along, its comments and files are shown there.")
    context = {
        "form": form, "url": reverse("tickets:merge", args=[ticket.key]), "title": _("Merge {key} into").format(key=ticket.key),
        "action": _("Merge"), "note": note, **picker,
    }  # fmt: skip
    return render(request, "tickets/_pick_form.html", context, status=422 if form.errors else 200)
