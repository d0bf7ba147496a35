"""The screens of groups of alerts."""

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import desk
from alerts import forms, group_queries, permissions, queries, verb_views
from alerts.actions import groups, regrouping
from alerts.models import Alert, AlertGroup
from common import errors, htmx

MOST_UNDONE = 200
VERBS: dict[str, Any] = {"acknowledge": (groups.acknowledge, _lazy("acknowledged")), "close": (groups.close, _lazy("closed"))}


@require_POST
@desk.required
def act(request: HttpRequest, group: int, verb: str) -> HttpResponseBase:
    """Acknowledges or closes every alert of a group."""
    user = desk.user_of(request)
    if verb not in VERBS:
        raise Http404
    action, told = VERBS[verb]
    found = group_queries.group_for(user, group)
    undo = verb_views.undo(verb, list(found.alerts.exclude(status=Alert.CLOSED)[:MOST_UNDONE]))
    amount = action(found, actor=user)
    message = ngettext("{count} alert {told}", "{count} alerts {told}", amount).format(count=amount, told=told)
    return htmx.done(message, undo=undo if amount < MOST_UNDONE else None)


@require_POST
@desk.required
def ungroup(request: HttpRequest, number: int) -> HttpResponseBase:
    """This alert is something else than its group; undone by putting it back."""
    user = desk.user_of(request)
    alert = queries.alert_for(user, number)
    former = alert.group_id
    regrouping.ungroup(alert, actor=user)
    undo = reverse("alerts:rejoin", args=[number, former]) if former else None
    return htmx.done(_("{key} is no longer in the group").format(key=alert.key), undo=undo)


@require_POST
@desk.required
def rejoin(request: HttpRequest, number: int, group: int) -> HttpResponseBase:
    """Takes back a change of group, and what it taught."""
    user = desk.user_of(request)
    alert = queries.alert_for(user, number)
    permissions.can_act(user).require()
    regrouping.regroup(alert, actor=user, group=get_object_or_404(AlertGroup, pk=group), teaches=False)
    return htmx.done(_("{key} is back in its group").format(key=alert.key))


@require_http_methods(["GET", "POST"])
@desk.required
def regroup(request: HttpRequest, number: int) -> HttpResponseBase:
    """Puts the alert into the group of another one, in a dialog."""
    user = desk.user_of(request)
    alert = queries.alert_for(user, number)
    permissions.can_act(user).require()
    form: Any = forms.RegroupForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        other = queries.by_numbers(user, [form.cleaned_data["alert"]])
        try:
            group = regrouping.group_of(other[0]) if other else None
            if group is not None:
                former = alert.group_id
                regrouping.regroup(alert, actor=user, group=group)
                undo = reverse("alerts:rejoin", args=[number, former]) if former else None
                return htmx.done(_("{key} belongs with {other}").format(key=alert.key, other=other[0].key), undo=undo)
            form.add_error("alert", _("There is no such alert. Write its key, like ALR-88213."))
        except errors.Invalid as error:
            form.add_error("alert", error.message)
    url, title = reverse("alerts:regroup", args=[number]), _("Group {key} with another alert").format(key=alert.key)
    return htmx.dialog(request, form, url=url, title=title, action=_("Group"))
