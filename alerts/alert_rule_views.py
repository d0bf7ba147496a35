"""The screens of rules and maintenance."""

from typing import Any

import orjson
from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import User
from alerts import (
    alert_rule_forms,
    alert_rule_queries,
    alert_rule_trials,
    conditions,
    correlation_trials,
    effects,
    integration_rule_views,
    permissions,
    queries,
    times,
)
from alerts.actions import alert_rules, maintaining
from alerts.models import AlertRule, LookupTable, Maintenance
from common import clock, errors, htmx

SECTIONS: dict[str, tuple[Any, Any, Any]] = {
    AlertRule.POLICY: (gettext_lazy("Alert policies"), gettext_lazy("New policy"), gettext_lazy("They rewrite, tag and quieten alerts as they are opened.")),
    AlertRule.NOTIFICATION: (
        gettext_lazy("Notification policies"), gettext_lazy("New policy"), gettext_lazy("They say when an alert pages: never, later, from so many events on, or again."),
    ),
    "maintenance": (
        gettext_lazy("Maintenance"), gettext_lazy("New window"), gettext_lazy("Alerts that come while work is done stay in the list and page nobody."),
    ),
    AlertRule.CORRELATION: (
        gettext_lazy("Correlation"), gettext_lazy("New rule"), gettext_lazy("Alerts that happen together become one group with one incident, or a proposed one."),
    ),
    AlertRule.INCIDENT: (
        gettext_lazy("Incident rules"), gettext_lazy("New rule"), gettext_lazy("Which alerts open an incident, and what it says; else the integration decides."),
    ),
    AlertRule.ENRICHMENT: (
        gettext_lazy("Enrichment"), gettext_lazy("New rule"), gettext_lazy("It adds what is known elsewhere, before the policies are asked."),
    ),
    AlertRule.EXPIRY: (gettext_lazy("Expiry"), gettext_lazy("New rule"), gettext_lazy("Open alerts of which nothing is heard any more are closed.")),
}  # fmt: skip


def _viewer(request: HttpRequest) -> User:
    user = desk.user_of(request)
    if not user.has_right("alert.view"):
        raise Http404
    return user


def _may_add(user: User) -> bool:
    return bool(permissions.can_rule(user, None)) or alert_rule_queries.teams_for(user).exists()


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """The rules of one kind, everybody's and the teams'; `?kind=`."""
    user = _viewer(request)
    kind = request.GET.get("kind") or AlertRule.POLICY
    if kind not in SECTIONS:
        raise Http404
    label, new, text = SECTIONS[kind]
    kinds = [{"url": f"{reverse('alerts:rules')}?kind={name}", "label": named[0], "is_current": name == kind} for name, named in SECTIONS.items()]
    context: dict[str, Any] = {"kind": kind, "label": label, "new_label": new, "text": text, "kinds": kinds, "can_add": _may_add(user)}
    if kind == "maintenance":
        planned = alert_rule_queries.plan(user, clock.now())
        context |= {"planned": [_planned(one, user) for one in planned], "reviews": alert_rule_queries.waiting_for_review()}
        context["new_url"] = reverse("alerts:new_maintenance")
    else:
        context |= {
            "sections": _sections(user, kind),
            "try_form": [] if kind == AlertRule.CORRELATION else alert_rule_forms.TryForm(),
            "can_try": True,
            "new_url": reverse("alerts:new_alert_rule", args=[kind]),
        }
        if kind == AlertRule.ENRICHMENT:
            context |= {"tables": LookupTable.objects.all(), "can_upload": bool(permissions.can_rule(user, None))}
    return htmx.page(request, "alerts/rules.html", "alerts/_rule_list.html", context)


def _sections(user: User, kind: str) -> list[dict[str, Any]]:
    """The rules of everybody, then those of each team that has some."""
    found: dict[int | None, dict[str, Any]] = {None: {"team": None, "rules": []}}
    for rule in alert_rule_queries.rules_for(user).filter(kind=kind).order_by("team__name", "position", "pk"):
        section = found.setdefault(rule.team_id, {"team": rule.team, "rules": []})
        compiled = conditions.compiled(rule.conditions)
        when = ", ".join(part for part in (compiled.words, times.times_of(rule.times).words) if part)
        then = effects.words(kind, rule.does)
        if kind == AlertRule.CORRELATION:
            when, then = ", ".join(part for part in (effects.together_words(rule.does), when) if part), effects.outcome_words(rule.does)
        section["rules"].append({"rule": rule, "when": when, "then": then})
    for section in found.values():
        section["can_change"] = bool(permissions.can_rule(user, section["team"]))
    return list(found.values())


def _planned(one: alert_rule_queries.Planned, user: User) -> dict[str, Any]:
    label, tone = {"active": (_("Under way"), "warn"), "upcoming": (_("Planned"), "info"), "over": (_("Over"), "")}[one.state]
    return {
        "one": one,
        "label": label,
        "tone": tone,
        "can_change": bool(permissions.can_rule(user, one.window.team_id)),
        "when": conditions.compiled(one.window.conditions).words,
    }


def _filled(request: HttpRequest, form: Any, save: Any, told: str) -> HttpResponseBase | None:
    """Saves a form that was sent; None when it has to be shown (again)."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        saved = save(form)
    except errors.Invalid as error:
        alert_rule_forms.take(form, error)
        return None
    return htmx.done(told.format(name=saved.name))


@require_http_methods(["GET", "POST"])
@desk.required
def new_rule(request: HttpRequest, kind: str) -> HttpResponseBase:
    """One more rule, in a dialog; `?proposal=` is what it says at first, as over REST."""
    user = _viewer(request)
    if kind not in alert_rule_forms.FORMS:
        raise Http404
    if not _may_add(user):
        permissions.can_rule(user, None).require()
    form = alert_rule_forms.FORMS[kind](user, request.POST if request.method == "POST" else None, proposal=_proposal(request, kind))

    def save(filled: Any) -> AlertRule:
        return alert_rules.add(actor=user, kind=kind, team=filled.cleaned_data["team"], values=filled.values)

    url = reverse("alerts:new_alert_rule", args=[kind])
    return _filled(request, form, save, _("{name} added")) or htmx.dialog(request, form, url=url, title=str(SECTIONS[kind][1]), action=_("Save"))


def _proposal(request: HttpRequest, kind: str) -> AlertRule | None:
    """A rule that the address proposes, not saved. Raises Invalid."""
    text = request.GET.get("proposal")
    if not text:
        return None
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise errors.Invalid("proposal", _("This is no JSON: {why}.").format(why=error)) from error
    if not isinstance(said, dict):
        raise errors.Invalid("proposal", _("Give an object with name, conditions, times and does."))
    return AlertRule(
        kind=kind, name=str(said.get("name", ""))[:120], conditions=conditions.check(said.get("conditions")), times=times.check(said.get("times")),
        does=effects.check(kind, said.get("does")), continues=said.get("continues") is True,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@desk.required
def change_rule(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a rule says, in a dialog."""
    user = _viewer(request)
    rule = alert_rule_queries.rule_for(user, pk)
    permissions.can_rule(user, rule.team_id).require()
    form = alert_rule_forms.FORMS[rule.kind](user, request.POST if request.method == "POST" else None, rule=rule)
    done = _filled(request, form, lambda filled: alert_rules.change(rule, actor=user, values=filled.values), _("{name} saved"))
    more = {"remove_url": reverse("alerts:act_on_alert_rule", args=[pk, "remove"]), "remove_warning": _("Remove this rule?")}
    return done or htmx.dialog(request, form, url=reverse("alerts:alert_rule", args=[pk]), title=rule.name, action=_("Save"), **more)


@require_POST
@desk.required
def act_on_rule(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """up, down, move, on, off or remove."""
    user = _viewer(request)
    rule = alert_rule_queries.rule_for(user, pk)
    if verb in (*integration_rule_views.STEPS, "move"):
        alert_rules.move(rule, actor=user, by=integration_rule_views.places(request, verb))
        return htmx.done(_("{name} moved").format(name=rule.name))
    if verb in ("on", "off"):
        alert_rules.switch(rule, actor=user, is_enabled=verb == "on")
        return htmx.done((_("{name} is on") if verb == "on" else _("{name} is off")).format(name=rule.name))
    if verb != "remove":
        raise Http404
    alert_rules.remove(rule, actor=user)
    return htmx.done(_("{name} removed").format(name=rule.name))


@require_POST
@desk.required
def try_rules(request: HttpRequest, kind: str) -> HttpResponseBase:
    """What the rules of a kind would make of a recent or a pasted alert; those of correlation, of the last day. Changes nothing."""
    user = _viewer(request)
    if kind not in alert_rule_forms.FORMS:
        raise Http404
    if kind == AlertRule.CORRELATION:
        return _try_correlation(request, user)
    form, tried = alert_rule_forms.TryForm(request.POST), None
    if form.is_valid():
        try:
            tried = alert_rule_trials.try_out(kind, _subject(user, form), list(alert_rule_queries.rules_for(user).filter(kind=kind)), clock.now())
        except errors.Invalid as error:
            alert_rule_forms.take(form, error)
    return render(request, "alerts/_rules_tried.html", {"tried": tried, "form": form}, status=422 if form.errors else 200)


def _try_correlation(request: HttpRequest, user: User) -> HttpResponseBase:
    """What the rules of the page, or the one that is being written, would have put together."""
    form, rules = None, list(alert_rule_queries.rules_for(user).filter(kind=AlertRule.CORRELATION).order_by("team__name", "position", "pk"))
    if "expressions-query" in request.POST:
        form = alert_rule_forms.CorrelationForm(user, request.POST, is_draft=True)
        rules = []
        if form.is_valid():
            try:
                does = effects.check(AlertRule.CORRELATION, form.does)
                rules = [AlertRule(kind=AlertRule.CORRELATION, name=form.cleaned_data["name"] or effects.together_words(does), does=does)]
            except errors.Invalid as error:
                alert_rule_forms.take(form, error)
    trial = correlation_trials.try_out(user, rules, clock.now()) if form is None or not form.errors else None
    return render(request, "alerts/_correlation_tried.html", {"trial": trial, "form": form}, status=422 if form is not None and form.errors else 200)


def _subject(user: User, form: forms.Form) -> Any:
    key, text = form.cleaned_data["alert"].strip().upper().removeprefix("ALR-"), form.cleaned_data["text"].strip()
    if key:
        try:
            return queries.alert_for(user, int(key) if key.isdecimal() and len(key) < 18 else 0)
        except Http404 as error:
            raise errors.Invalid("alert", _("There is no such alert. Write its key, like ALR-88213.")) from error
    try:
        said = orjson.loads(text or "{}")
    except orjson.JSONDecodeError as error:
        raise errors.Invalid("text", _("This is no JSON: {why}.").format(why=error)) from error
    return alert_rule_trials.alert_of(said)


@require_http_methods(["GET", "POST"])
@desk.required
def new_maintenance(request: HttpRequest) -> HttpResponseBase:
    """Plans work, in a dialog."""
    user = _viewer(request)
    if not _may_add(user):
        permissions.can_rule(user, None).require()
    form = alert_rule_forms.MaintenanceForm(user, request.POST if request.method == "POST" else None)

    def save(filled: Any) -> Maintenance:
        given = filled.cleaned_data
        return maintaining.plan(actor=user, team=given["team"], values=filled.values, services=list(given["services"]))

    url = reverse("alerts:new_maintenance")
    return _filled(request, form, save, _("{name} planned")) or htmx.dialog(
        request, form, url=url, title=_("New maintenance window"), action=_("Save")
    )


@require_http_methods(["GET", "POST"])
@desk.required
def change_maintenance(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A window, in a dialog."""
    user = _viewer(request)
    window = alert_rule_queries.window_for(user, pk)
    permissions.can_rule(user, window.team_id).require()
    form = alert_rule_forms.MaintenanceForm(user, request.POST if request.method == "POST" else None, window=window)

    def save(filled: Any) -> Maintenance:
        return maintaining.change(window, actor=user, values=filled.values, services=list(filled.cleaned_data["services"]))

    more = {
        "remove_url": reverse("alerts:act_on_maintenance", args=[pk, "remove"]),
        "remove_warning": _("Remove this window? What it keeps quiet pages."),
    }
    url = reverse("alerts:maintenance", args=[pk])
    return _filled(request, form, save, _("{name} saved")) or htmx.dialog(request, form, url=url, title=window.name, action=_("Save"), **more)


@require_POST
@desk.required
def act_on_maintenance(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """end or remove."""
    user = _viewer(request)
    window = alert_rule_queries.window_for(user, pk)
    if verb == "end":
        maintaining.end(window, actor=user)
        return htmx.done(_("{name} ended").format(name=window.name))
    if verb != "remove":
        raise Http404
    maintaining.remove(window, actor=user)
    return htmx.done(_("{name} removed").format(name=window.name))


@require_http_methods(["GET", "POST"])
@desk.required
def table(request: HttpRequest, pk: int = 0) -> HttpResponseBase:
    """A lookup table, new or in place of an old one, in a dialog."""
    user = _viewer(request)
    permissions.can_rule(user, None).require()
    former = alert_rule_queries.table_for(user, pk) if pk else None
    form = alert_rule_forms.TableForm(
        request.POST if request.method == "POST" else None, request.FILES or None, initial={"name": former.name} if former else None
    )

    def save(filled: Any) -> LookupTable:
        return alert_rules.save_table(actor=user, name=filled.cleaned_data["name"], text=filled.content, table=former)

    url = reverse("alerts:lookup_table", args=[pk]) if former else reverse("alerts:new_lookup_table")
    more = {"remove_url": reverse("alerts:remove_lookup_table", args=[pk]), "remove_warning": _("Remove this table?")} if former else {}
    title = former.name if former else _("New lookup table")
    return _filled(request, form, save, _("{name} saved")) or htmx.dialog(request, form, url=url, title=title, action=_("Save"), **more)


@require_POST
@desk.required
def remove_table(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One table less."""
    user = _viewer(request)
    former = alert_rule_queries.table_for(user, pk)
    alert_rules.remove_table(former, actor=user)
    return htmx.done(_("{name} removed").format(name=former.name))
