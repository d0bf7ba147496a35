"""The screens of escalation policies: the list, the editor that says whom each step would page, and the simulation."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from common import clock, errors, htmx
from notifications import queries as reach
from oncall import forms, permissions, plan, queries, simulation, snapshots
from oncall.actions import policies
from oncall.models import EscalationPolicy, EscalationStep

REASONS = {
    "state": gettext_lazy("acknowledged"), "priority": gettext_lazy("not for this priority"), "tier": gettext_lazy("not for this tier"),
    "time": gettext_lazy("not at this time"), "volume": gettext_lazy("too few alerts"),
}  # fmt: skip


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """All policies, by team."""
    user = desk.user_of(request)
    rows = list(queries.policies_for(user))
    for row in rows:
        row.may_edit = bool(permissions.can_manage(user, row.team_id))  # type: ignore[attr-defined]
    return render(request, "oncall/policies.html", {"policies": rows, "can_add": permissions.managed_teams(user).exists()})


@require_http_methods(["GET", "POST"])
@desk.required
def edit(request: HttpRequest, slug: str = "") -> HttpResponseBase:
    """Makes or changes a policy with its steps."""
    user = desk.user_of(request)
    policy = get_object_or_404(queries.policies_for(user), slug=slug) if slug else None
    teams = permissions.managed_teams(user)
    if policy is not None:
        permissions.can_manage(user, policy.team_id).require()
    elif not teams.exists():
        raise errors.Refused(_("Only the leads of a team and who manages on-call may make policies."))
    is_sent = request.method == "POST"
    form = forms.PolicyForm(
        teams, request.POST if is_sent else None, initial=_of_policy(policy) or {"team": teams.filter(slug=request.GET.get("team", "")).first()}
    )
    steps = forms.Steps(request.POST if is_sent else None, initial=_of_steps(policy), prefix="steps")
    seen = request.POST.get("seen") if is_sent else _state_of(policy)
    if is_sent and form.is_valid() and steps.is_valid():
        try:
            saved = policies.save(policy, actor=user, values=form.cleaned_data, steps=_kept(steps), seen=seen)
            messages.success(request, _("{name} saved").format(name=saved.name))
            return redirect("oncall:policy", slug=saved.slug)
        except errors.Conflict as error:
            seen = _state_of(policy)
            form.add_error(None, _("{what} Save again to put yours in its place, or load the page again to see theirs.").format(what=error.message))
        except errors.Invalid as error:
            _take(form, steps, error)
    context = {
        "policy": policy, "seen": seen, "form": form, "steps": steps, "is_archived": policy is not None and policy.archived_at is not None,
        **_preview(policy, steps, request.POST if is_sent else QueryDict(), is_sent=is_sent),
    }  # fmt: skip
    return render(request, "oncall/policy.html", context, status=422 if is_sent else 200)


@require_POST
@desk.required
def preview(request: HttpRequest) -> HttpResponseBase:
    """While a policy is edited: whom each step would page now, and the simulation. `?add=1` answers the steps with one more."""
    user = desk.user_of(request)
    if not permissions.managed_teams(user).exists():
        raise errors.Refused(_("Only the leads of a team and who manages on-call may make policies."))
    data: QueryDict = _with_another(request.POST) if "add" in request.GET else request.POST
    steps = forms.Steps(data, prefix="steps")
    if not steps.management_form.is_valid():
        raise errors.Invalid("steps", _("The form is incomplete. Load the page again."))
    context = {"steps": steps, **_preview(None, steps, data, is_sent=True)}
    return render(request, "oncall/_steps.html" if "add" in request.GET else "oncall/_policy_preview.html", context)


@require_POST
@desk.required
def archive(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Takes a policy out of use."""
    user = desk.user_of(request)
    policy = policies.archive(get_object_or_404(queries.policies_for(user), slug=slug), actor=user)
    return htmx.done(_("{name} archived").format(name=policy.name))


def _state_of(policy: EscalationPolicy | None) -> str | None:
    """As it is now, which the editor shows or somebody was told of."""
    return policies.state_of(policy) if policy is not None else None


def _of_policy(policy: EscalationPolicy | None) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in policies.COLUMNS} if policy is not None else {}


def _of_steps(policy: EscalationPolicy | None) -> list[dict[str, Any]]:
    """The steps as the form shows them; a new policy begins with one."""
    if policy is None:
        return [{"delay_minutes": 0}]
    return [{name: getattr(step, name) for name in policies.STEP_COLUMNS} for step in policy.steps.all()]


def _kept(steps: Any) -> list[dict[str, Any]]:
    """The steps that were not taken out, as the action takes them."""
    rows = [form.cleaned_data for form in steps.forms if not form.cleaned_data.get("DELETE")]
    return [{name: row[name] for name in policies.STEP_COLUMNS if row.get(name) not in (None, "")} for row in rows]


def _take(form: forms.PolicyForm, steps: Any, error: errors.Invalid) -> None:
    """Puts an error at its field: of the policy, or of one of its steps."""
    head, _dot, rest = error.field.partition(".")
    number, _dot, name = rest.partition(".")
    if head == "steps" and number.isdecimal():
        kept = [one for one in steps.forms if not one.cleaned_data.get("DELETE")]
        kept[int(number)].add_error(name if name in kept[int(number)].fields else None, error.message)
    else:
        form.add_error(error.field if error.field in form.fields else None, error.message)


def _with_another(data: QueryDict) -> QueryDict:
    """The sent form with one more step, five minutes after the last."""
    more = data.copy()
    total = data.get("steps-TOTAL_FORMS", "0")
    number = min(int(total), 50) if total.isdecimal() else 0
    delays = [int(text) for n in range(number) if (text := data.get(f"steps-{n}-delay_minutes", "")).isdecimal() and len(text) < 6]
    more["steps-TOTAL_FORMS"] = str(number + 1)
    new = {
        "delay_minutes": max(delays) + 5 if delays else 0,
        "condition": EscalationStep.NOT_ACKED,
        "target": EscalationStep.CURRENT,
        "above_minutes": 5,
    }
    for name, value in new.items():
        more[f"steps-{number}-{name}"] = str(value)
    return more


def _preview(policy: EscalationPolicy | None, steps: Any, data: QueryDict, *, is_sent: bool) -> dict[str, Any]:
    """Whom each step of the form would page now, and the simulation of those that are whole."""
    at = clock.now()
    whole: list[tuple[int, EscalationStep]] = []
    for number, form in enumerate(steps.forms):
        given = _given(form, is_sent=is_sent)
        if given is not None:
            try:
                whole.append((number, policies.clean_step(given, number)))
            except errors.Invalid:
                continue
    copy = snapshots.of_steps(
        data.get("name", "") or (policy.name if policy else ""), [row for _number, row in whole], repeats=_repeats(policy, data)
    )
    for form in steps.forms:
        form.reach, form.signing = None, _signing(form)
    for (number, row), people in zip(whole, simulation.reach(copy, at), strict=True):
        steps.forms[number].reach = {"people": people, "is_outward": row.target in simulation.OUTWARD}
    chosen = forms.SimulationForm({"priority": data.get("sim-priority", "1"), "at": data.get("sim-at", "")})
    return simulated(copy, chosen, at)


def _signing(form: Any) -> dict[str, str] | None:
    """How the messages of a saved webhook are signed."""
    url = form.initial.get("url") if form.initial.get("target") == EscalationStep.WEBHOOK else ""
    return {"secret": reach.webhook_secret(url)} if url else None


def _given(form: Any, *, is_sent: bool) -> dict[str, Any] | None:
    """The values of a step's form: as sent when they are valid, else as stored; None for one that is taken out or wrong."""
    if not is_sent:
        return {name: value for name, value in form.initial.items() if value not in (None, "")}
    if not form.is_valid() or form.cleaned_data.get("DELETE"):
        return None
    return {name: form.cleaned_data[name] for name in policies.STEP_COLUMNS if form.cleaned_data.get(name) not in (None, "")}


def _repeats(policy: EscalationPolicy | None, data: QueryDict) -> tuple[int, int]:
    def number(name: str, fallback: int, most: int) -> int:
        text = data.get(name, "")
        return min(int(text), most) if text.isdecimal() and len(text) < 6 else fallback

    count, after = (policy.repeat_count, policy.repeat_after) if policy is not None else (0, 10)
    return number("repeat_count", count, 20), max(1, number("repeat_after", after, 1440))


def simulated(copy: plan.Policy | None, form: forms.SimulationForm, at: datetime, **facts: Any) -> dict[str, Any]:
    """The lines of a simulation for a template; at: when nothing else is asked for."""
    given: dict[str, Any] = form.cleaned_data if form.is_valid() else {"priority": 1, "at": None}
    begin = given["at"] or at
    lines = simulation.simulate(copy, {"priority": given["priority"], **facts}, begin) if copy is not None else []
    return {
        "lines": [{"line": line, "why": REASONS.get(line.refusal, line.refusal)} for line in lines], "begin": begin, "priority": given["priority"],
        "priorities": forms.PRIORITIES, "at_text": f"{begin:%Y-%m-%dT%H:%M}" if given["at"] else "", "sim_errors": form.errors,
    }  # fmt: skip
