"""The screens of alerts."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import Team, User
from alerts import alert_log, beats, filters, forms, group_queries, permissions, proposal_queries, queries, reasons, search_queries, verb_views
from alerts.actions import editing, escalating, lifecycle, noise, raising, silencing
from alerts.models import Alert, NoiseMark
from common import clock, errors, htmx, wording
from incidents import queries as incidents
from journal.models import Entry
from services.models import Service
from tickets import calling
from tickets.models.registers import PRIORITIES

TONES = {Alert.OPEN: "danger", Alert.ACKNOWLEDGED: "progress", Alert.SNOOZED: "wait", Alert.CLOSED: "done"}
BULK = ("acknowledge", "close", "reopen", "take", "unacknowledge", "escalate", "open-incident", "release", "delete")
PANEL_SIZE = 200
SHOWN_SEARCHES = 4
VERBS: dict[str, tuple[Callable[..., Any], Any]] = {
    "acknowledge": (lifecycle.acknowledge, _lazy("acknowledged")),
    "unacknowledge": (lifecycle.unacknowledge, _lazy("open again")),
    "close": (lifecycle.close, _lazy("closed")),
    "reopen": (lifecycle.reopen, _lazy("open again")),
    "open-incident": (lifecycle.open_incident, _lazy("has an incident")),
    "release": (silencing.release, _lazy("loud again")),
    "detach": (lifecycle.detach, _lazy("unlinked")),
    "take": (lifecycle.take, _lazy("is yours")),
    "escalate": (editing.escalate, _lazy("escalated to the next step")),
    "delete": (editing.delete, _lazy("deleted")),
    "not-noise": (noise.take_back, _lazy("is no longer called noise by you")),
}


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """The list, grouped by incident. A query that is wrong answers 422 and leaves the list on the page."""
    context = _list(request)
    error = context["asked"].error
    if error is not None and getattr(request, "htmx", False):
        return htmx.wrong_query(request, error)
    return htmx.page(request, "alerts/list.html", "alerts/_rows.html", context, status=422 if error else 200)


@require_safe
@desk.required
def detail(request: HttpRequest, number: int) -> HttpResponseBase:
    """One alert beside the list; only the drawer for htmx."""
    user = desk.user_of(request)
    context = _drawer(queries.alert_for(user, number), user)
    if not getattr(request, "htmx", False):
        context = {**_list(request), **context}
    return htmx.page(request, "alerts/list.html", "alerts/_drawer.html", context)


@require_safe
@desk.required
def panel(request: HttpRequest, key: str) -> HttpResponseBase:
    """The alerts of an incident, for the panel on its page."""
    user = desk.user_of(request)
    incident = incidents.incident_for(user, key)
    alerts = [_dressed(alert, user) for alert in queries.alerts_of_incident(user, incident)[:PANEL_SIZE]]
    for alert in alerts:
        alert.why = reasons.grouped(alert.group_why)
    context = {"alerts": alerts, "rows": group_queries.rows(alerts), "events": sum(alert.count for alert in alerts)}
    return render(request, "alerts/_panel.html", {**context, "can_act": bool(permissions.can_act(user)), "now": clock.now()})


def _list(request: HttpRequest) -> dict[str, Any]:
    user = desk.user_of(request)
    at = clock.now()
    asked = search_queries.asked(request.GET.get("query", ""))
    state = request.GET.get("state") or ("all" if asked.names_state else "active")
    by = request.GET.get("by", "")
    by = by if by in queries.GROUPINGS else "incident"
    chosen = filters.AlertFilter(request.GET, queryset=queries.segment(user, state), request=request)
    rows = chosen.qs if asked.error is None and chosen.is_valid() else queries.alerts_for(user).none()
    page = queries.page(rows, sort="newest" if state in ("closed", "all") else "priority", after=request.GET.get("after"))
    counts = queries.segment_counts(user)
    labels = {
        "active": _("Active"),
        "open": _("Open"),
        "acknowledged": _("Acknowledged"),
        "snoozed": _("Snoozed"),
        "quiet": _("Quiet"),
        "closed": _("Closed"),
        "all": _("All"),
    }
    searches = search_queries.searches_for(user)
    return {
        "asked": asked,
        "shown_group": group_queries.shown(user, request.GET.get("group", "")),
        "proposals": proposal_queries.waiting(user) if counts["gathered"] and not request.GET.get("after") and not request.GET.get("group") else [],
        "shown_proposal": request.GET.get("correlation", ""),
        "searches": searches[:SHOWN_SEARCHES],
        "more_searches": len(searches) - SHOWN_SEARCHES,
        "is_saved": any(search.query == asked.text for search in searches),
        "groups": queries.grouped([_dressed(alert, user) for alert in _folded(request, queries.veil(user, page.rows))], by),
        "groupings": [(name, label, name == by) for name, label in queries.GROUPINGS.items()],
        "by": by,
        "figures": _figures(queries.events_since(wording.midnight(at)), counts),
        "counts": counts,
        "state": request.GET.get("state", ""),
        "states": [
            {"url": _in_state(request, name), "label": label, "count": counts.get(name), "is_current": name == state}
            for name, label in labels.items()
            if name == state or name not in ("quiet", "all") or (name == "quiet" and counts.get(name))
        ],
        "filters": {"choices": _choices(request)},
        "list_url": f"{reverse('alerts:list')}?{request.GET.urlencode()}",
        "is_filtered": any(request.GET.get(name) for name in ("q", "query", "priority", "service", "integration", "team", "group", "correlation")),
        "is_nothing_open": state in ("active", "open") or not counts["active"],
        "next_mark": page.next_mark,
        "is_later_page": bool(request.GET.get("after")),
        "can_change": bool(permissions.can_act(user)),
        "can_open_incident": bool(permissions.can_open_incident(user)),
        "now": at,
    }


def _figures(events: int, counts: Mapping[str, int]) -> str:
    """“1,284 events today, 38 alerts, 9 groups, 2 incidents”: what came, and what is left of it."""
    told = (
        (ngettext("{n} event today", "{n} events today", events), events),
        (ngettext("{n} alert", "{n} alerts", counts["active"]), counts["active"]),
        (ngettext("{n} group", "{n} groups", counts["groups"]), counts["groups"]),
        (ngettext("{n} incident", "{n} incidents", counts["incidents"]), counts["incidents"]),
    )
    return ", ".join(words.format(n=formats.number_format(amount, force_grouping=True)) for words, amount in told)


def _in_state(request: HttpRequest, state: str) -> str:
    """The address of the same list for alerts in another state."""
    query = request.GET.copy()
    query["state"] = state
    for name in ("after", "group", "correlation"):
        query.pop(name, None)
    if state == "active":
        query.pop("state")
    return f"{reverse('alerts:list')}?{query.urlencode()}"


def _folded(request: HttpRequest, alerts: list[Alert]) -> list[Alert]:
    """The alerts of a group under its first one, unless a group, words or a query are asked for."""
    return alerts if any(request.GET.get(name) for name in ("group", "correlation", "q", "query")) else group_queries.fold(alerts)


def _choices(request: HttpRequest) -> list[dict[str, Any]]:
    offered = [
        ("team", _("Team"), list(Team.objects.order_by("name").values_list("slug", "name"))),
        ("priority", _("Priority"), [(str(value), str(label)) for value, label in PRIORITIES]),
        ("service", _("Service"), list(Service.objects.order_by("name").values_list("slug", "name"))),
        ("integration", _("Source"), [(str(row.pk), row.name) for row in queries.integrations_for(desk.user_of(request))]),
    ]
    return [
        {
            "name": name,
            "label": label,
            "options": [{"value": value, "label": text, "is_on": value in request.GET.getlist(name)} for value, text in pairs],
        }
        for name, label, pairs in offered
    ]


def _dressed(alert: Any, user: User) -> Any:
    """An alert with what its row and drawer show and offer."""
    may_act = bool(permissions.can_act(user))
    alert.status_pair = (alert.get_status_display(), TONES[alert.status])
    alert.status_note = _note_of(alert)
    alert.quiet_why = reasons.kept_quiet(alert) if alert.status != Alert.CLOSED else ""
    alert.source_label = alert.integration.name if alert.integration else (alert.source or _("By hand"))
    alert.can_acknowledge = may_act and alert.status in (Alert.OPEN, Alert.SNOOZED)
    alert.can_close = may_act and alert.status != Alert.CLOSED
    alert.acknowledge_url = reverse("alerts:act", args=[alert.number, "acknowledge"])
    alert.snooze_url = reverse("alerts:snooze", args=[alert.number])
    alert.close_url = reverse("alerts:act", args=[alert.number, "close"])
    alert.noise_url = reverse("alerts:call_noise", args=[alert.number]) if may_act else ""
    if alert.alike:
        alert.can_acknowledge = may_act and any(one.status in (Alert.OPEN, Alert.SNOOZED) for one in alert.folded)
        alert.can_close = may_act and any(one.status != Alert.CLOSED for one in alert.folded)
        alert.acknowledge_url, alert.close_url = (reverse("alerts:act_on_group", args=[alert.group_id, verb]) for verb in ("acknowledge", "close"))
        alert.also = " ".join(str(one.number) for one in alert.folded[1:])
    return alert


def _note_of(alert: Alert) -> str:
    if alert.status == Alert.SNOOZED and alert.snoozed_until:
        return _("until {at}").format(at=wording.until(alert.snoozed_until, clock.now()))
    if _quiet_note(alert):
        return _quiet_note(alert)
    if alert.status == Alert.CLOSED:
        return {Alert.BY_SOURCE: _("by the source"), Alert.BY_RULE: _("by a rule"), Alert.BY_INCIDENT: _("with its incident")}.get(
            alert.closed_by, _("by hand")
        )
    return alert.owner.name if alert.owner else ""


def _quiet_note(alert: Alert) -> str:
    """Why it pages nobody, in a word or two; empty when it may page."""
    if alert.status == Alert.CLOSED:
        return ""
    if reasons.kept_quiet(alert):
        return _("held") if alert.held_by is not None else _("flapping")
    if not alert.silenced_until:
        return ""
    if alert.silenced_until >= Alert.FOREVER:
        return _("quiet")
    return _("silenced until {at}").format(at=wording.until(alert.silenced_until, clock.now()))


def _drawer(alert: Alert, user: User) -> dict[str, Any]:
    """What the drawer shows."""
    entries = alert_log.lines(user, alert)
    for entry in entries:
        if isinstance(entry, Entry):
            entry.comment = None  # type: ignore[attr-defined]  # the timeline's template asks for it
    number, runs = alert.number, calling.runs_of_subject(escalating.ALERT, alert.pk)
    may_act = bool(permissions.can_act(user))
    return {
        "alert": _dressed(alert, user),
        "entries": entries,
        "waiting": group_queries.waiting_for(user, alert),
        "group": group_queries.seen_by(user, alert),
        "proposal": proposal_queries.of_alert(user, alert),
        "noise_marks": NoiseMark.objects.filter(alert=alert).select_related("user"),
        "can": {
            "incident": bool(permissions.can_open_incident(user)), "act": may_act and alert.status != Alert.CLOSED, "attach": may_act,
            "escalate": any(run.is_waiting for run in runs),
        },
        "urls": {
            **{name: reverse(f"alerts:{name}", args=[number]) for name in ("snooze", "respond", "note", "page", "owner", "change", "attach", "delete")},
            **{verb: reverse("alerts:act", args=[number, verb]) for verb in ("take", "escalate", "detach")},
            "incident": reverse("alerts:act", args=[number, "open-incident"]),
        },
        "user": user, "runs": runs, "responders": _responders(alert), "spread": _spread(alert), "bars": beats.bars(alert.beats, alert.count),
        "release_url": reverse("alerts:act", args=[number, "release"]) if alert.silenced_until and may_act and alert.status != Alert.CLOSED else "",
        "reopen_url": reverse("alerts:act", args=[number, "reopen"]) if alert.closed_by == Alert.BY_AGENT and not alert.recovered_at and may_act else "",
        "unacknowledge_url": reverse("alerts:act", args=[number, "unacknowledge"]) if alert.status == Alert.ACKNOWLEDGED and may_act else "",
        "quiet_note": _quiet_note(alert), "now": clock.now(),
    }  # fmt: skip


def _spread(alert: Alert) -> str:
    """“147 events in 47 minutes”."""
    amount = ngettext("{n} event", "{n} events", alert.count).format(n=formats.number_format(alert.count, force_grouping=True))
    span = beats.minutes(alert.first_occurred_at, alert.last_occurred_at)
    if alert.count < 2:
        return amount
    if span > 2 * beats.MOST:
        return _("{events} in {time}").format(events=amount, time=wording.distance(span * 60))
    return _("{events} in {time}").format(events=amount, time=ngettext("{n} minute", "{n} minutes", span).format(n=span))


def _responders(alert: Alert) -> list[str]:
    """Whom the alert names, and who acknowledged it."""
    named = [said.get("name") or said.get("username") or said.get("id", "") for said in alert.responders]
    by = alert.owner.name if alert.owner is not None and alert.owner.email == alert.acknowledged_by else alert.acknowledged_by
    return [*named, _("{name}, acknowledged").format(name=by)] if by else named


@require_POST
@desk.required
def act(request: HttpRequest, number: int, verb: str) -> HttpResponseBase:
    """A verb that needs nothing more: acknowledge, unacknowledge, close, reopen, open-incident, release, detach, take, escalate, not-noise."""
    user = desk.user_of(request)
    if verb not in VERBS:
        raise Http404
    action, told = VERBS[verb]
    alert = queries.alert_for(user, number)
    action(alert, actor=user)
    return htmx.done(f"{alert.key} {told}", undo=verb_views.undo(verb, [alert]))


@require_POST
@desk.required
def bulk(request: HttpRequest, verb: str) -> HttpResponseBase:
    """Does one of BULK to the chosen alerts; what is refused is told and stops nothing."""
    user = desk.user_of(request)
    if verb not in BULK:
        raise Http404
    action, told = VERBS[verb]
    chosen = queries.by_numbers(user, verb_views.numbers(request.POST.getlist("key") or request.GET.getlist("key")))
    return verb_views.to_each(chosen, lambda alert: action(alert, actor=user), str(told), undo=verb_views.undo(verb, chosen))


@require_http_methods(["GET", "POST"])
@desk.required
def owner(request: HttpRequest, number: int) -> HttpResponseBase:
    """Who looks after it: GET answers the menu of people, POST chooses."""
    user = desk.user_of(request)
    alert = queries.alert_for(user, number)
    permissions.can_act(user).require()
    if request.method == "POST":
        value = request.POST.get("owner", "")
        chosen = None if value == "none" else get_object_or_404(User, email__iexact=value, is_active=True)
        lifecycle.assign(alert, actor=user, owner=chosen)
        told = _("{key} assigned to {name}").format(key=alert.key, name=chosen.name) if chosen else _("{key} unassigned").format(key=alert.key)
        return htmx.done(told)
    return verb_views.people_menu(request, reverse("alerts:owner", args=[number]), owner=alert.owner_id)


@require_http_methods(["GET", "POST"])
@desk.required
def note(request: HttpRequest, number: int) -> HttpResponseBase:
    """A line for the log, in a dialog."""
    user = desk.user_of(request)
    alert = queries.alert_for(user, number)
    permissions.can_act(user).require()
    form = forms.NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            lifecycle.add_note(alert, actor=user, note=form.cleaned_data["note"])
            return htmx.done(_("Note added"))
        except errors.Invalid as error:
            form.add_error("note", error.message)
    return htmx.dialog(request, form, url=reverse("alerts:note", args=[number]), title=_("Note on {key}").format(key=alert.key), action=_("Add note"))


@require_http_methods(["GET", "POST"])
@desk.required
def attach(request: HttpRequest, number: int) -> HttpResponseBase:
    """Links the alert to an incident, in a dialog."""
    user = desk.user_of(request)
    alert = queries.alert_for(user, number)
    permissions.can_act(user).require()
    form = forms.AttachForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            incident = incidents.incident_for(user, form.cleaned_data["incident"].strip())
            lifecycle.attach(alert, actor=user, incident=incident)
            return htmx.done(_("{key} linked to {incident}").format(key=alert.key, incident=incident.key))
        except Http404:
            form.add_error("incident", _("There is no such incident. Write its key, like INC-1042."))
    return htmx.dialog(
        request, form, url=reverse("alerts:attach", args=[number]), title=_("Attach {key} to an incident").format(key=alert.key), action=_("Attach")
    )


@require_http_methods(["GET", "POST"])
@desk.required
def page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Calls a team for the alert, in a dialog."""
    user = desk.user_of(request)
    alert = queries.alert_for(user, number)
    permissions.can_act(user).require()
    form = forms.PageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            escalating.page_team(alert, actor=user, team=form.cleaned_data["team"])
            return htmx.done(_("{name} paged").format(name=form.cleaned_data["team"].name))
        except errors.Invalid as error:
            form.add_error("team", error.message)
    return htmx.dialog(
        request, form, url=reverse("alerts:page", args=[number]), title=_("Page a team for {key}").format(key=alert.key), action=_("Page")
    )


@require_http_methods(["GET", "POST"])
@desk.required
def call(request: HttpRequest) -> HttpResponseBase:
    """Calls a team without an alert of a tool, in a dialog: it gets an alert of its own."""
    user = desk.user_of(request)
    permissions.can_act(user).require()
    form = forms.CallForm(request.POST if request.method == "POST" else None, initial={"team": request.GET.get("team", "")})
    if request.method == "POST" and form.is_valid():
        try:
            alert = raising.call_team(actor=user, **form.cleaned_data)
            return htmx.done(_("{name} paged: {key}").format(name=form.cleaned_data["team"].name, key=alert.key))
        except errors.Invalid as error:
            form.add_error(error.field, error.message)
    return htmx.dialog(request, form, url=reverse("alerts:call"), title=_("Page a team"), action=_("Page"))
