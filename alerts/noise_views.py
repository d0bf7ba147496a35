"""The noise report, and calling an alert noise (ALR-21)."""

from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import desk
from accounts.models import User
from alerts import alert_rule_queries, forms, grouping, noise, noise_queries, noise_words, permissions, queries, volume_queries
from alerts.actions import noise as actions
from alerts.models import AlertRule, NoiseMark
from common import clock, errors, htmx, sheets

REASONS = dict(NoiseMark.REASONS)
HEAD = (
    "kind", "integration", "service", "alerts", "pages", "night_pages", "under_5_minutes", "never_acknowledged", "called_noise", "suggestion", "why", "effect",
)  # fmt: skip


@require_safe
@desk.required
def report(request: HttpRequest) -> HttpResponseBase:
    """What came by kind in the last days, the noisiest first, and what could be done about it. `?days=` 7, 30 or 90; `?format=csv` is a file."""
    user = desk.user_of(request)
    if not user.has_right("alert.view"):
        raise Http404
    days = next((one for one in noise_queries.DAYS if str(one) == request.GET.get("days")), 30)
    found = noise_queries.report(user, days, clock.now())
    if request.GET.get("format") == "csv":
        response = HttpResponse(sheets.as_csv([HEAD, *(_cells(row) for row in found.rows)]), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="noise-{days}-days.csv"'
        return response
    at = clock.now()
    can_add = bool(permissions.can_rule(user, None)) or alert_rule_queries.teams_for(user).exists()
    context = {
        "report": found, "rows": [_dressed(row, user, can_add) for row in found.rows], "total": found.total, "shares": _shares(found.total),
        "spans": [(f"{reverse('alerts:noise')}?days={one}", _span(one), one == days) for one in noise_queries.DAYS],
        "csv_url": f"{reverse('alerts:noise')}?days={days}&format=csv", "now": at, "rest": found.kinds - len(found.rows),
        "marks": volume_queries.marks_for(user, at), "new_kinds": volume_queries.new_kinds_for(user, at), "nothing_since": volume_queries.nothing_since(),
        "ready_at": volume_queries.ready_at(),
    }  # fmt: skip
    return htmx.page(request, "alerts/noise.html", "alerts/_noise.html", context)


def _span(days: int) -> str:
    return ngettext("{n} day", "{n} days", days).format(n=days)


def _shares(counted: noise.Counted) -> dict[str, int]:
    """Of all alerts, in percent."""
    return {"quick": noise.percent(counted.quick, counted.alerts), "untouched": noise.percent(counted.untouched, counted.alerts)}


def _dressed(row: noise_queries.Row, user: User, can_add: bool) -> dict[str, Any]:
    """A kind as the table shows it."""
    policy = row.suggestion.policy if row.suggestion is not None else None
    is_grouping = policy is not None and policy.sort == noise.GROUP
    return {
        "row": row, "counted": row.counted, "shares": _shares(row.counted), "feedback": noise_words.feedback(row.counted, REASONS),
        "does": noise_words.does(policy) if policy is not None else "", "is_grouping": is_grouping,
        "use_url": _grouping_url(row, user) if is_grouping else _policy_url(row) if policy is not None and can_add else "",
    }  # fmt: skip


def _policy_url(row: noise_queries.Row) -> str:
    """The editor of policies with the suggestion in it."""
    rule = row.rule
    if rule is None:
        return ""
    said = {"name": rule.name, "conditions": rule.conditions, "times": rule.times, "does": rule.does, "continues": True}
    return f"{reverse('alerts:new_alert_rule', args=[AlertRule.NOTIFICATION])}?{urlencode({'proposal': orjson.dumps(said).decode()})}"


def _grouping_url(row: noise_queries.Row, user: User) -> str:
    """The register of grouping rules with the suggestion in it, for who may change it."""
    if row.rule is None or row.suggestion is None or not (user.is_staff and permissions.can_rule(user, None)):
        return ""
    does = row.suggestion.policy.does
    said = {
        "name": row.rule.name[:100], "mode": grouping.FIELDS, "fields": ",".join(does["fields"]), "minutes": does["minutes"],
        "conditions": orjson.dumps(row.rule.conditions).decode(),
    }  # fmt: skip
    return f"{reverse('admin:alerts_groupingrule_add')}?{urlencode(said)}"


def _cells(row: noise_queries.Row) -> list[object]:
    counted = row.counted
    suggestion = noise_words.does(row.suggestion.policy) if row.suggestion is not None else ""
    return [
        row.name, row.source, row.service, counted.alerts, counted.pages, counted.night_pages, counted.quick, counted.untouched, counted.said, suggestion, row.why,
        row.effect,
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@desk.required
def call(request: HttpRequest, number: int) -> HttpResponseBase:
    """“This was noise”, with a reason, in a dialog."""
    user = desk.user_of(request)
    alert = queries.alert_for(user, number)
    permissions.can_act(user).require()
    mark = NoiseMark.objects.filter(alert=alert, user=user).first()
    initial = {"reason": mark.reason, "text": mark.text} if mark is not None else None
    form = forms.NoiseForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.call(alert, actor=user, **form.cleaned_data)
            return htmx.done(_("{key} is called noise").format(key=alert.key))
        except errors.Invalid as error:
            form.add_error(error.field, error.message)
    more = (
        {"remove_url": reverse("alerts:act", args=[number, "not-noise"]), "remove_warning": _("Take back that it was noise?")}
        if mark is not None
        else {}
    )
    title = _("{key} was noise").format(key=alert.key)
    return htmx.dialog(request, form, url=reverse("alerts:call_noise", args=[number]), title=title, action=_("Say so"), **more)
