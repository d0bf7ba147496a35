"""How a person is reached: contact methods, rules, quiet hours, a test page with what came of it."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import desk
from accounts.models import User
from common import clock, errors, htmx
from notifications import forms, queries
from notifications.actions import contacts, paging
from notifications.channels import registry
from notifications.models import PersonalRule


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """The whole page; `?channel=` answers the form of another channel, `?part=outcomes` what came of the latest pages."""
    if "channel" in request.GET:
        form = forms.ContactForm(kinds=contacts.usable_kinds(), chosen=request.GET["channel"])
        return render(request, "notifications/_contact_form.html", {"contact_form": form})
    if request.GET.get("part") == "outcomes":
        return render(request, "notifications/_outcomes.html", _outcomes(desk.user_of(request)))
    return _page(request)


@require_POST
@desk.required
def add(request: HttpRequest) -> HttpResponseBase:
    """A new contact method; its code goes out at once."""
    form = forms.ContactForm(request.POST, kinds=contacts.usable_kinds())
    if form.is_valid():
        try:
            made = contacts.add(actor=desk.user_of(request), **form.cleaned_data)
            return _done(request, _("A code is on its way to %(name)s") % {"name": made.name})
        except errors.Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        except errors.Conflict as error:
            form.add_error(None, error.message)
    return _page(request, contact_form=form, status=422)


@require_POST
@desk.required
def add_banner(request: HttpRequest) -> HttpResponseBase:
    """The banner in the product, to name it in a rule."""
    contacts.add_banner(actor=desk.user_of(request))
    return _done(request, _("Banner added"))


@require_POST
@desk.required
def add_browser(request: HttpRequest) -> HttpResponseBase:
    """The push subscription of the browser that asks."""
    given = request.POST
    try:
        keys = {"p256dh": given.get("p256dh", ""), "auth": given.get("auth", "")}
        contacts.add_browser(actor=desk.user_of(request), endpoint=given.get("endpoint", ""), keys=keys, name=given.get("name", ""))
    except errors.Invalid as error:
        return JsonResponse({"errors": {error.field: [error.message]}}, status=400)
    return _done(request, _("This browser is added"))


@require_POST
@desk.required
def send_code(request: HttpRequest, contact: int) -> HttpResponseBase:
    """Another code."""
    user = desk.user_of(request)
    try:
        contacts.send_code(queries.contact_for(user, contact), actor=user)
    except errors.Conflict as error:
        return _page(request, code_problem=(contact, error.message), status=409)
    return _done(request, _("Another code is on its way"))


@require_POST
@desk.required
def verify(request: HttpRequest, contact: int) -> HttpResponseBase:
    """The code that came."""
    user = desk.user_of(request)
    try:
        row = contacts.verify(queries.contact_for(user, contact), actor=user, code=request.POST.get("code", ""))
    except errors.Invalid as error:
        return _page(request, code_problem=(contact, error.message), status=422)
    return _done(request, _("%(name)s is verified") % {"name": row.name})


@require_POST
@desk.required
def remove(request: HttpRequest, contact: int) -> HttpResponseBase:
    """Not used any more."""
    user = desk.user_of(request)
    contacts.remove(queries.contact_for(user, contact), actor=user)
    return _done(request, _("Removed"))


@require_POST
@desk.required
def add_rule(request: HttpRequest) -> HttpResponseBase:
    """One more step."""
    user = desk.user_of(request)
    form = _rule_form(user, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            contact = queries.contact_for(user, given["contact"])
            contacts.add_rule(actor=user, event=given["event"], urgency=given["urgency"], delay=given["delay"], contact=contact)
            return _done(request, _("Step added"))
        except errors.Invalid as error:
            form.add_error(error.field, error.message)
    return _page(request, rule_form=form, status=422)


@require_POST
@desk.required
def remove_rule(request: HttpRequest, rule: int) -> HttpResponseBase:
    """One step less."""
    user = desk.user_of(request)
    contacts.remove_rule(queries.rule_for(user, rule), actor=user)
    return _done(request, _("Step removed"))


@require_POST
@desk.required
def quiet(request: HttpRequest) -> HttpResponseBase:
    """Sets the quiet hours, or ends them."""
    user = desk.user_of(request)
    if "drop" in request.POST:
        contacts.drop_quiet_hours(actor=user)
        return _done(request, _("No quiet hours"))
    form = forms.QuietForm(request.POST)
    if form.is_valid():
        try:
            contacts.set_quiet_hours(actor=user, **form.cleaned_data)
            return _done(request, _("Quiet hours saved"))
        except errors.Invalid as error:
            form.add_error(error.field, error.message)
    return _page(request, quiet_form=form, status=422)


@require_POST
@desk.required
def test(request: HttpRequest) -> HttpResponseBase:
    """A page to oneself by every verified way at once; what comes of it shows live."""
    user = desk.user_of(request)
    try:
        paging.test_page(user, actor=user)
    except errors.Conflict as error:
        return _page(request, test_problem=error.message, status=409)
    return _done(request, _("Test page sent"))


def _done(request: HttpRequest, said: str) -> HttpResponse:
    return htmx.toast(_page(request), said) if getattr(request, "htmx", False) else redirect("notifications:reach")


def _rule_form(user: User, data: Any = None) -> forms.RuleForm:
    return forms.RuleForm(data, contacts=[row for row in queries.contacts_of(user) if row.is_verified], delays=contacts.DELAYS)


def _page(request: HttpRequest, status: int = 200, code_problem: tuple[int, str] = (0, ""), **given: Any) -> HttpResponse:
    user = desk.user_of(request)
    rows = queries.contacts_of(user)
    hours = queries.quiet_hours_of(user)
    fields = ("from_at", "until_at", "weekdays", "lets_important")
    context: dict[str, Any] = {
        "contacts": [
            {"row": row, "kind": registry.kind(row.channel), "problem": code_problem[1] if code_problem[0] == row.pk else ""} for row in rows
        ],
        "contact_form": forms.ContactForm(kinds=contacts.usable_kinds()), "rule_form": _rule_form(user),
        "can_rule": any(row.is_verified for row in rows), "groups": _groups(queries.rules_of(user)),
        "quiet_form": forms.QuietForm(initial={name: getattr(hours, name) for name in fields} if hours is not None else None), "hours": hours,
        "has_verified": any(row.is_verified and row.channel != "app" for row in rows), "has_mail": settings.EMAIL_IS_CONFIGURED,
        "has_banner": any(row.channel == "app" for row in rows),
        "vapid_key": queries.push_key(), **_outcomes(user), **given,
    }  # fmt: skip
    return htmx.page(request, "notifications/reach.html", "notifications/_reach.html", context, status=status)


def _outcomes(user: User) -> dict[str, Any]:
    pages = queries.latest_pages(user)
    return {
        "pages": pages,
        "is_moving": any(one.state == "queued" for page in pages for one in page.messages.all()),
        "now": clock.now(),
        "user": user,
    }


def _groups(rules: list[PersonalRule]) -> list[dict[str, Any]]:
    """The rules by event and urgency, being paged first and always there."""
    found = {key: list(rows) for key, rows in groupby(rules, key=lambda rule: (rule.event, rule.urgency))}
    keys = [("page", PersonalRule.IMPORTANT), ("page", PersonalRule.DEFAULT)]
    keys += [
        (event, urgency)
        for event, _label in PersonalRule.EVENTS[1:]
        for urgency, _name in reversed(PersonalRule.URGENCIES)
        if (event, urgency) in found
    ]
    events, urgencies = dict(PersonalRule.EVENTS), dict(PersonalRule.URGENCIES)
    return [
        {"event": events[event], "urgency": urgencies[urgency], "name": event, "rules": found.get((event, urgency), [])} for event, urgency in keys
    ]
