"""What is done to alerts in dialogs and by the menu of the drawer, to one or to the selected ones (ALR-03)."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import desk
from accounts.models import User
from alerts import forms, permissions, queries
from alerts.actions import editing, lifecycle, raising
from alerts.models import Alert
from common import clock, errors, htmx
from tickets import options


def undo(verb: str, alerts: Sequence[Alert]) -> str | None:
    """Where a closing by hand is taken back, of alerts that were not closed before; None for other verbs."""
    keys = [("key", alert.number) for alert in alerts if alert.status != Alert.CLOSED]
    return f"{reverse('alerts:bulk', args=['reopen'])}?{urlencode(keys)}" if verb == "close" and keys else None


def to_each(alerts: list[Alert], verb: Callable[[Alert], Any], told: str, *, undo: str | None = None) -> HttpResponse:
    """Does something to several alerts; what is refused is told and stops nothing. undo: the address that takes it back."""
    done, refused = 0, []
    for alert in alerts:
        try:
            verb(alert)
            done += 1
        except errors.DomainError as error:
            refused.append(error.message)
    if not done:
        return htmx.done(refused[0] if refused else _("Choose alerts first."), tone="error")
    if len(alerts) == 1:
        return htmx.done(f"{alerts[0].key} {told}", undo=undo)
    message = ngettext("{count} alert {told}", "{count} alerts {told}", done).format(count=done, told=told)
    return htmx.done(message if not refused else f"{message}, {_('some could not be:')} {refused[0]}", tone="info" if refused else "ok", undo=undo)


def numbers(keys: list[str]) -> list[int]:
    """The numbers of alerts in what a list sends."""
    return [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 18]


def people_menu(request: HttpRequest, url: str, *, keys: Sequence[int] = (), owner: int | None = None) -> HttpResponse:
    """The menu of whom alerts can be given to. keys: of several alerts. owner: who has the one."""
    people = [options.Option(one.email, one.name, is_current=one.pk == owner, user=one) for one in queries.people_who_act()]
    nobody = options.Option("none", _("Nobody"), is_current=not keys and owner is None, icon="user-x")
    groups = [options.Choice("owner", "", [nobody]), options.Choice("owner", _("People"), people)]
    return render(request, "tickets/_menu.html", {"title": _("Assign to"), "groups": groups, "keys": keys, "url": url, "is_long": len(people) > 8})


@require_http_methods(["GET", "POST"])
@desk.required
def owner_of_many(request: HttpRequest) -> HttpResponseBase:
    """Who looks after the selected alerts: GET answers the menu of people, POST chooses."""
    user = _acting(request)
    if request.method != "POST":
        return people_menu(request, reverse("alerts:owner_of_many"), keys=numbers(request.GET.getlist("key")))
    value = request.POST.get("owner", "")
    chosen = None if value == "none" else get_object_or_404(User, email__iexact=value, is_active=True)
    told = _("assigned to {name}").format(name=chosen.name) if chosen else _("unassigned")
    alerts = queries.by_numbers(user, numbers(request.POST.getlist("key")))
    return to_each(alerts, lambda alert: lifecycle.assign(alert, actor=user, owner=chosen), told)


@require_http_methods(["GET", "POST"])
@desk.required
def create(request: HttpRequest) -> HttpResponseBase:
    """An alert that a person writes."""
    user = _acting(request)
    form = forms.CreateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            alert = raising.create(actor=user, **form.cleaned_data)
            return htmx.done(_("{key} created").format(key=alert.key))
        except errors.Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    return htmx.dialog(request, form, url=reverse("alerts:create"), title=_("Create alert"), action=_("Create"))


@require_http_methods(["GET", "POST"])
@desk.required
def snooze(request: HttpRequest, number: int) -> HttpResponseBase:
    """Quiet for a while, or until an instant; also for further alerts."""
    user = _acting(request)
    first = queries.alert_for(user, number)
    is_sent, also = request.method == "POST", request.GET.getlist("also")
    form = forms.SnoozeForm(request.POST if is_sent else None, initial={"also": also})
    if is_sent and form.is_valid():
        until = form.end(clock.now())
        chosen = [first, *(one for one in queries.by_numbers(user, form.cleaned_data["also"]) if one.pk != first.pk)]
        try:
            lifecycle.snooze(first, actor=user, until=until)
            return to_each(chosen, lambda alert: lifecycle.snooze(alert, actor=user, until=until), _("snoozed"))
        except errors.Invalid as error:
            form.add_error("until", error.message)
    url, amount = reverse("alerts:snooze", args=[number]), len({*also, str(number)})
    title = _("Snooze {key}").format(key=first.key) if amount < 2 else ngettext("Snooze {n} alert", "Snooze {n} alerts", amount).format(n=amount)
    return htmx.dialog(request, form, url=url, title=title, action=_("Snooze"))


@require_http_methods(["GET", "POST"])
@desk.required
def change(request: HttpRequest, number: int) -> HttpResponseBase:
    """What an alert says."""
    user = _acting(request)
    alert = queries.alert_for(user, number)
    form = forms.ChangeForm(request.POST if request.method == "POST" else None, alert=alert)
    if request.method == "POST" and form.is_valid():
        try:
            editing.rewrite(alert, actor=user, **form.cleaned_data)
            return htmx.done(_("{key} changed").format(key=alert.key))
        except errors.Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    url = reverse("alerts:change", args=[number])
    return htmx.dialog(request, form, url=url, title=_("Change {key}").format(key=alert.key), action=_("Save"))


@require_http_methods(["GET", "POST"])
@desk.required
def many(request: HttpRequest, number: int) -> HttpResponseBase:
    """Priority, tags and a note for the selected alerts."""
    user = _acting(request)
    first = queries.alert_for(user, number)
    is_sent, also = request.method == "POST", request.GET.getlist("also")
    form = forms.ManyForm(request.POST if is_sent else None, initial={"also": also})
    if is_sent and form.is_valid():
        given = form.cleaned_data
        chosen = [first, *(one for one in queries.by_numbers(user, given["also"]) if one.pk != first.pk)]
        wanted = {name: given[name] for name in ("priority", "details", "note")}
        wanted |= {"add": forms.words(given["add"]), "remove": forms.words(given["remove"])}
        return to_each(chosen, lambda alert: editing.amend(alert, actor=user, **wanted), _("changed"))
    amount = len({*also, str(number)})
    title = ngettext("Change {n} alert", "Change {n} alerts", amount).format(n=amount)
    return htmx.dialog(request, form, url=reverse("alerts:many", args=[number]), title=title, action=_("Change"))


@require_http_methods(["GET", "POST"])
@desk.required
def respond(request: HttpRequest, number: int) -> HttpResponseBase:
    """Adds a responder, who is paged; also to the other selected alerts."""
    user = _acting(request)
    first = queries.alert_for(user, number)
    is_sent, also = request.method == "POST", request.GET.getlist("also")
    form = forms.ResponderForm(queries.people_who_act(), request.POST if is_sent else None, initial={"also": also})
    if is_sent and form.is_valid():
        to = form.chosen()
        try:
            editing.call(first, actor=user, to=to)
            rest = [one for one in queries.by_numbers(user, form.cleaned_data["also"]) if one.pk != first.pk]
            if not rest:
                return htmx.done(_("{name} paged").format(name=to.name))
            return to_each(rest, lambda alert: editing.call(alert, actor=user, to=to), _("more: {name} paged").format(name=to.name))
        except errors.Invalid as error:
            form.add_error("to", error.message)
    url, amount = reverse("alerts:respond", args=[number]), len({*also, str(number)})
    title = _("Responder for {key}").format(key=first.key) if amount < 2 else _("Responder for {n} alerts").format(n=amount)
    return htmx.dialog(request, form, url=url, title=title, action=_("Page"))


@require_POST
@desk.required
def delete(request: HttpRequest, number: int) -> HttpResponseBase:
    """Removes an alert that should not be there."""
    user = desk.user_of(request)
    editing.delete(queries.alert_for(user, number), actor=user)
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("alerts:list")})


def _acting(request: HttpRequest) -> User:
    user = desk.user_of(request)
    permissions.can_act(user).require()
    return user
