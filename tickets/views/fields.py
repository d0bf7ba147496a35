"""Fields of a record that need more than a menu: its services, its labels, its custom fields."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import desk
from common import errors, htmx
from fields.models import PREFIX
from services.models import Service
from tickets import forms, permissions, queries, records, screen_forms, screens
from tickets.actions import editing
from tickets.actions.comparing import Overwritten
from tickets.views import comparing


@require_http_methods(["GET", "POST"])
@desk.required
def services(request: HttpRequest, key: str) -> HttpResponseBase:
    """The affected services and which one is the primary, in a dialog. `?q=` answers the services that the words may mean."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_edit(user, ticket).require()
    given = request.POST if request.method == "POST" else request.GET
    is_asked = request.method == "POST" or "q" in given
    chosen = given.getlist("services") if is_asked else [service.slug for service in records.services_of(ticket)]
    primary = given.get("primary", "") if is_asked else (ticket.service.slug if ticket.service else "")
    words = given.get("q", "")
    picker = {"choices": records.service_choices(chosen, words), "chosen": chosen, "primary": primary, "words": words}
    shown = given.get("shown", _state(chosen, primary))
    if request.method == "GET" and is_asked:
        return render(request, "tickets/_services_picked.html", picker)
    version, error = given.get("version", str(ticket.version)), ""
    if request.method == "POST":
        try:
            if not _is_left(request, "services", _state(chosen, primary)):
                editing.edit(ticket, actor=user, expected_version=comparing.seen(request), services=_in_order(chosen, primary))
            return htmx.done(_("{key} saved").format(key=ticket.key))
        except errors.Refused:
            raise
        except Overwritten as told:
            return comparing.dialog(request, ticket, told, user=user)
        except errors.DomainError as refusal:
            error, version = refusal.message, str(ticket.version)
    url = reverse("tickets:services", args=[ticket.key])
    context = {"url": url, "title": _("Services of {key}").format(key=ticket.key), "version": version, "error": error, "shown": shown, **picker}
    return render(request, "tickets/_services_form.html", context, status=422 if error else 200)


def _state(chosen: list[str], primary: str = "") -> str:
    """A choice as one word, which the form carries to know later whether anything was changed."""
    return ",".join([primary, *sorted(chosen)])


def _is_left(request: HttpRequest, name: str, state: str) -> bool:
    """Whether nothing is to be saved: the choice is as it was shown, or the other side's was taken."""
    return request.POST.get("shown") == state or name in comparing.left_to_them(request)


def _in_order(chosen: list[str], primary: str) -> list[Service]:
    """The ticked services, the primary one first; a primary one counts as ticked."""
    wanted = list(dict.fromkeys([*([primary] if primary else []), *chosen]))
    known = {service.slug: service for service in Service.objects.filter(slug__in=wanted).select_related("tier", "owner_team")}
    return [known[slug] for slug in wanted if slug in known]


@require_http_methods(["GET", "POST"])
@desk.required
def labels(request: HttpRequest, key: str) -> HttpResponseBase:
    """The labels, in a dialog that suggests those in use. `?q=` answers the labels that begin like that, with the way to make a new one."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_edit(user, ticket).require()
    given = request.POST if request.method == "POST" else request.GET
    is_asked = request.method == "POST" or "q" in given
    chosen = given.getlist("labels") if is_asked else list(ticket.labels)
    words = given.get("q", "")
    picker = {"choices": records.label_choices(user, chosen, words), "chosen": chosen, "fresh": _fresh(words, chosen), "words": words}
    shown = given.get("shown", _state(chosen))
    if request.method == "GET" and is_asked:
        return render(request, "tickets/_labels_picked.html", picker)
    version, error = given.get("version", str(ticket.version)), ""
    if request.method == "POST":
        try:
            if not _is_left(request, "labels", _state(chosen)):
                editing.edit(ticket, actor=user, expected_version=comparing.seen(request), labels=chosen)
            return htmx.done(_("{key} saved").format(key=ticket.key))
        except errors.Refused:
            raise
        except Overwritten as told:
            return comparing.dialog(request, ticket, told, user=user)
        except errors.DomainError as refusal:
            error, version = refusal.message, str(ticket.version)
    url = reverse("tickets:labels", args=[ticket.key])
    context = {"url": url, "title": _("Labels of {key}").format(key=ticket.key), "version": version, "error": error, "shown": shown, **picker}
    return render(request, "tickets/_labels_form.html", context, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
@desk.required
def custom(request: HttpRequest, key: str, field: str) -> HttpResponseBase:
    """One custom field, in a dialog (FRM-04)."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_edit(user, ticket).require()
    place = screens.Screens(ticket.kind, user).on(screens.EDIT).places.get(f"{PREFIX}{field}")
    if place is None or place.is_read_only:
        raise Http404
    form = screen_forms.OneFieldForm(request.POST if request.method == "POST" else None, place=place, ticket=ticket)
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted(but=comparing.left_to_them(request))
        try:
            editing.edit(ticket, actor=user, expected_version=form.cleaned_data["version"], **wanted)
            return htmx.done(_("{key} saved").format(key=ticket.key))
        except errors.Invalid as error:
            forms.take_error(form, error)
        except Overwritten as told:
            return comparing.dialog(request, ticket, told, user=user, controls=form.controls)
    url = reverse("tickets:custom", args=[ticket.key, field])
    title = _("{field} of {key}").format(field=place.label, key=ticket.key)
    return htmx.dialog(request, form, url=url, title=title, action=_("Save"))


def _fresh(words: str, chosen: list[str]) -> str:
    """The label that the typed words would make, unless it is there already."""
    label = "-".join(words.lower().split())[:50]
    return "" if label in chosen else label
