"""Saved searches of alerts: a query under a name, for oneself, a team or everybody (ALR-24)."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from alerts import forms, permissions, search_queries
from alerts.actions import searching
from alerts.models import SavedSearch
from common import errors, htmx


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """All that the person sees, in a dialog."""
    user = desk.user_of(request)
    found = search_queries.searches_for(user)
    shown = [{"search": one, "seen_by": _seen_by(one), "can_change": bool(permissions.can_change_search(user, one))} for one in found]
    return render(request, "alerts/_searches.html", {"searches": shown})


def _seen_by(search: SavedSearch) -> str:
    if search.visibility == SavedSearch.TEAM and search.team is not None:
        return search.team.name
    return _("only you") if search.visibility == SavedSearch.PERSONAL else _("everybody")


@require_http_methods(["GET", "POST"])
@desk.required
def new(request: HttpRequest) -> HttpResponseBase:
    """Keeps the query of the list under a name, in a dialog."""
    user = desk.user_of(request)
    permissions.can_save_search(user, SavedSearch.PERSONAL, None).require()
    initial = {"query": request.GET.get("query", ""), "visibility": SavedSearch.PERSONAL}
    form = forms.SearchForm(request.POST if request.method == "POST" else None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _opened(searching.create(actor=user, values=form.cleaned_data))
        except (errors.Invalid, errors.Conflict) as error:
            _take(form, error)
    return htmx.dialog(request, form, url=reverse("alerts:new_search"), title=_("Save a search"), action=_("Save the search"))


@require_http_methods(["GET", "POST"])
@desk.required
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Another name, query or circle of people, in a dialog."""
    user = desk.user_of(request)
    search = search_queries.search_for(user, pk)
    permissions.can_change_search(user, search).require()
    initial = {name: getattr(search, name) for name in ("name", "query", "visibility", "team")}
    form = forms.SearchForm(request.POST if request.method == "POST" else None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _opened(searching.change(search, actor=user, values=form.cleaned_data))
        except (errors.Invalid, errors.Conflict) as error:
            _take(form, error)
    more = {"remove_url": reverse("alerts:delete_search", args=[pk]), "remove_warning": _("Delete this search? Its alerts stay.")}
    title = _("Change {name}").format(name=search.name)
    return htmx.dialog(request, form, url=reverse("alerts:search", args=[pk]), title=title, action=_("Save the search"), **more)


@require_POST
@desk.required
def delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Forgets a search; its alerts stay."""
    user = desk.user_of(request)
    searching.delete(search_queries.search_for(user, pk), actor=user)
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("alerts:list")})


def _opened(search: SavedSearch) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('alerts:list')}?{urlencode({'query': search.query})}"})


def _take(form: Any, error: errors.Invalid | errors.Conflict) -> None:
    """Puts an error at its field; a name that is taken at the name."""
    name = error.field if isinstance(error, errors.Invalid) else "name"
    form.add_error(name if name in form.fields else None, error.message)
