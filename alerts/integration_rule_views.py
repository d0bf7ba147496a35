"""The rules of an integration, in dialogs over its page (ALR-05)."""

import re
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import desk
from alerts import integration_queries as reads
from alerts import permissions
from alerts.actions import integration_rules
from alerts.integration_forms import RuleForm
from alerts.models import IntegrationRule
from common import errors, htmx

STEPS = {"up": -1, "down": 1}


@require_http_methods(["GET", "POST"])
@desk.required
def add(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A further rule."""
    user = desk.user_of(request)
    permissions.can_configure(user).require()
    integration = reads.integration_for(user, pk)
    form = RuleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rule = integration_rules.add(integration, actor=user, values=form.wanted())
            return htmx.done(_("Rule “{name}” added").format(name=rule.name))
        except errors.Invalid as error:
            take(form, error)
    return htmx.dialog(
        request, form, url=reverse("alerts:add_rule", args=[pk]), title=_("Rule of {name}").format(name=integration.name), action=_("Add")
    )


@require_http_methods(["GET", "POST"])
@desk.required
def change(request: HttpRequest, pk: int, rule_id: int) -> HttpResponseBase:
    """Changes a rule."""
    user = desk.user_of(request)
    permissions.can_configure(user).require()
    found = _rule(request, pk, rule_id)
    form = RuleForm(request.POST if request.method == "POST" else None, rule=found)
    if request.method == "POST" and form.is_valid():
        try:
            changed = integration_rules.change(found, actor=user, values=form.wanted())
            return htmx.done(_("Rule “{name}” saved").format(name=changed.name))
        except errors.Invalid as error:
            take(form, error)
    more = {"remove_url": reverse("alerts:act_on_rule", args=[pk, rule_id, "remove"]), "remove_warning": _("Remove this rule?")}
    title = _("Rule of {name}").format(name=found.integration.name)
    return htmx.dialog(request, form, url=reverse("alerts:change_rule", args=[pk, rule_id]), title=title, action=_("Save"), **more)


@require_POST
@desk.required
def act(request: HttpRequest, pk: int, rule_id: int, verb: str) -> HttpResponseBase:
    """up, down, move or remove."""
    user, found = desk.user_of(request), _rule(request, pk, rule_id)
    if verb == "remove":
        integration_rules.remove(found, actor=user)
        return htmx.done(_("Rule “{name}” removed").format(name=found.name))
    integration_rules.move(found, actor=user, by=places(request, verb))
    return htmx.done(_("Rule “{name}” moved").format(name=found.name))


def places(request: HttpRequest, verb: str) -> int:
    """How many places down a rule is to go: for up, down, and move by what the body says. Raises Http404 for another verb, Invalid("by")."""
    if verb != "move":
        if verb not in STEPS:
            raise Http404
        return STEPS[verb]
    by = request.POST.get("by", "")
    if not re.fullmatch(r"-?[0-9]{1,4}", by):
        raise errors.Invalid("by", _("Write by how many places: a whole number, negative for up."))
    return int(by)


def _rule(request: HttpRequest, pk: int, rule_id: int) -> IntegrationRule:
    integration = reads.integration_for(desk.user_of(request), pk)
    return get_object_or_404(IntegrationRule.objects.select_related("integration"), integration=integration, pk=rule_id)


def take(form: Any, error: errors.Invalid) -> None:
    """Puts an error at its field."""
    name = error.field.replace("values.", "set_")
    form.add_error(
        name if name in form.fields else error.field.partition(".")[0] if error.field.partition(".")[0] in form.fields else None, error.message
    )
