"""The screen of a team's routing rules: in which order they are asked, what each says, and which one would take a subject (ALR-13)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import Team, User
from common import clock, errors, htmx
from oncall import permissions
from oncall import routing as asked
from oncall.actions import rules
from oncall.forms import RuleForm, TryForm
from oncall.models import RoutingRule

REFUSALS = {
    "priority": gettext_lazy("not of this priority"), "tier": gettext_lazy("not of this tier"), "text": gettext_lazy("without any of the words"),
    "tags": gettext_lazy("without any of the tags"), "weekday": gettext_lazy("not on this weekday"), "time": gettext_lazy("not at this time"),
}  # fmt: skip
STEPS = {"up": -1, "down": 1}


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """The rules of one team: `?team=`, else the reader's own. `?part=team` leads to the page of another, `?part=tried` answers which of them would take a subject."""
    user = _viewer(request)
    teams = list(Team.objects.order_by("name"))
    team = _chosen(request, user, teams)
    if team is None:
        raise Http404
    if request.GET.get("part") == "team":
        url = f"{reverse('oncall:routing')}?team={team.slug}"
        return HttpResponse(status=204, headers={"HX-Redirect": url}) if getattr(request, "htmx", False) else redirect(url)
    rows = asked.rules_of([team.pk]).get(team.pk, [])
    context: dict[str, Any] = {
        "team": team, "teams": teams, "can_manage": bool(permissions.can_manage(user, team)), "try_form": TryForm(initial={"at": timezone.localtime(clock.now())}),
        "rules": [{"rule": row, "words": asked.words(row), "target": row.policy or row.schedule} for row in rows],
        "live_url": f"{reverse('oncall:routing')}?team={team.slug}&part=rules",
    }  # fmt: skip
    if request.GET.get("part") == "tried":
        form = TryForm(request.GET)
        return render(request, "oncall/_tried.html", {"tried": _tried(rows, form), "form": form}, status=200 if form.is_valid() else 422)
    return htmx.page(request, "oncall/routing.html", "oncall/_rules.html", {**context, "tried": _tried(rows, TryForm({}))})


def _viewer(request: HttpRequest) -> User:
    user = desk.user_of(request)
    if not user.has_right("oncall.view"):
        raise Http404
    return user


def _chosen(request: HttpRequest, user: User, teams: list[Team]) -> Team | None:
    """The team asked for, else one that the reader leads, else his own, else the first."""
    led = permissions.leads(user)
    nearest = sorted(teams, key=lambda team: (team.slug != request.GET.get("team"), team.pk not in led, team.pk not in user.team_ids))
    return nearest[0] if nearest else None


def _tried(rows: list[RoutingRule], form: TryForm) -> dict[str, Any] | None:
    """Rule by rule until one fits: why the earlier ones do not."""
    if not form.is_valid():
        return None
    given = form.cleaned_data
    at = given["at"] or clock.now()
    tags = [tag for part in given["tags"].split(",") if (tag := part.strip())]
    facts = {"priority": given["priority"], "tier": given["tier"], "title": given["text"], "tags": tags}
    passed: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        why = asked.refusal(row, facts, at)
        if not why:
            return {"passed": passed, "number": number, "rule": row, "words": asked.words(row), "target": row.policy or row.schedule}
        passed.append({"number": number, "rule": row, "why": REFUSALS[why]})
    return {"passed": passed, "rule": None}


def _dialog(request: HttpRequest, form: RuleForm, url: str, title: str, **more: str) -> HttpResponseBase:
    return htmx.dialog(request, form, url=url, title=title, action=_("Save"), **more)


def _take(form: RuleForm, error: errors.Invalid) -> None:
    field = {"policy": "target", "schedule": "target"}.get(error.field, error.field)
    form.add_error(field if field in form.fields else None, error.message)


@require_http_methods(["GET", "POST"])
@desk.required
def add(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One more rule, at the end."""
    user = _viewer(request)
    team = get_object_or_404(Team, slug=slug)
    permissions.can_manage(user, team).require()
    form = RuleForm(team, request.POST if request.method == "POST" else None, initial={"time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        try:
            made = rules.add(team, actor=user, values=form.rule_values)
            return htmx.done(_("Rule added: {name}").format(name=made.name))
        except errors.Invalid as error:
            _take(form, error)
    return _dialog(request, form, reverse("oncall:add_routing_rule", args=[slug]), _("New routing rule of {name}").format(name=team.name))


def _rule(request: HttpRequest, pk: int) -> tuple[User, RoutingRule]:
    user = _viewer(request)
    rule = get_object_or_404(RoutingRule.objects.select_related("team"), pk=pk)
    permissions.can_manage(user, rule.team).require()
    return user, rule


@require_http_methods(["GET", "POST"])
@desk.required
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a rule says and where it leads."""
    user, rule = _rule(request, pk)
    form = RuleForm(rule.team, request.POST if request.method == "POST" else None, rule=rule)
    if request.method == "POST" and form.is_valid():
        try:
            changed = rules.change(rule, actor=user, values=form.rule_values)
            return htmx.done(_("{name} saved").format(name=changed.name))
        except errors.Invalid as error:
            _take(form, error)
    more = {"remove_url": reverse("oncall:remove_routing_rule", args=[pk]), "remove_warning": _("Remove this rule? The next one that fits decides.")}
    return _dialog(request, form, reverse("oncall:routing_rule", args=[pk]), _("Routing rule {name}").format(name=rule.name), **more)


@require_POST
@desk.required
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One rule less."""
    user, rule = _rule(request, pk)
    rules.remove(rule, actor=user)
    return htmx.done(_("{name} removed").format(name=rule.name))


@require_POST
@desk.required
def move(request: HttpRequest, pk: int, direction: str) -> HttpResponseBase:
    """up or down by one place."""
    user, rule = _rule(request, pk)
    if direction not in STEPS:
        raise Http404
    rules.move(rule, actor=user, by=STEPS[direction])
    return htmx.done(_("{name} moved").format(name=rule.name))
