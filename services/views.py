"""The screens of services. What tickets know of a service comes by registered readers, because tickets stand above."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import Team
from common import clock, htmx, panels
from oncall import forms, routing, snapshots
from oncall.views import policies
from services import actions, facts, permissions, queries
from services.forms import DownForm
from services.models import Service, Tier


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """All services with what is open on each."""
    user = desk.user_of(request)
    text, tiers = request.GET.get("q", "").replace("\0", "").strip()[:100], request.GET.getlist("tier")
    teams = [slug for slug in request.GET.getlist("team") if slug.isprintable()]
    rows = queries.filtered(user, text, [int(tier) for tier in tiers if tier in ("1", "2", "3", "4")], teams)
    services = facts.with_counts(user, list(rows))
    context = {"services": services, "filters": {"q": text, "choices": _choices(tiers, teams)}, "admin_url": _admin_url(user), "now": clock.now()}
    return htmx.page(request, "services/list.html", "services/_rows.html", context)


def _choices(tiers: list[str], teams: list[str]) -> list[dict[str, Any]]:
    """The filters of the list, with what the request has ticked."""
    known = [("tier", _("Tier"), [(str(tier.level), tier.name) for tier in Tier.objects.all()], tiers)]
    known.append(("team", _("Owner"), [(team.slug, team.name) for team in Team.objects.all()], teams))
    return [
        {"name": name, "label": label, "options": [{"value": value, "label": text, "is_on": value in on} for value, text in pairs]}
        for name, label, pairs, on in known
    ]


def _admin_url(user: Any) -> str:
    return reverse("admin:services_service_add") if user.is_staff and user.has_right("settings.manage") else ""


@require_safe
@desk.required
def detail(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One service: who answers for it, what is open, what it needs."""
    user = desk.user_of(request)
    service = queries.service_for(user, slug)
    open_incidents = facts.open_tickets(user, service)
    context: dict[str, Any] = {"service": service, "open_incidents": open_incidents, "incidents": open_incidents, "now": clock.now()}
    if request.GET.get("part") == "incidents":
        return htmx.page(request, "services/_incidents.html", "services/_incidents.html", context)
    context |= _neighbours(service) | {
        "resolved_count": facts.resolved_count(user, service),
        "health": facts.health(open_incidents),
        "is_down": service.is_declared_down(context["now"]),
        "can_declare": bool(permissions.can_declare(user)),
        "responders": list(service.responders.all()),
        "responder_teams": list(service.responder_teams.all()),
        "stakeholders": list(service.stakeholders.all()),
        "approvers": list(service.change_approvers.all()),
        "report_url": f"{reverse('incidents:create')}?service={service.slug}" if user.has_right("incident.create") else "",
        "panels": [
            {"panel": panel, "url": reverse(panel.url_name, args=[service.slug]), "live": "alert"}
            for panel in panels.panels_for("service", user.has_right)
        ],
    }
    return htmx.page(request, "services/detail.html", None, context)


def _neighbours(service: Service) -> dict[str, Any]:
    """The graph around the service, and the same as lists."""
    around = queries.graph_around(service)
    nodes, edges = around["nodes"], around["edges"]
    needs = [nodes[needed] for owner, needed in edges if owner == service.pk]
    dependents = [nodes[owner] for owner, needed in edges if needed == service.pk]
    drawn = [
        {
            "id": str(pk),
            "l": node.name,
            "s": f"{_('Service')} · {node.tier.name}",
            "k": "focus" if pk == service.pk else "ok",
            "i": "service",
            "url": node.get_absolute_url(),
        }
        for pk, node in nodes.items()
    ]
    return {
        "needs": needs,
        "dependents": dependents,
        "need_count": len(needs),
        "dependent_count": len(dependents),
        "graph": {"nodes": drawn, "edges": [[str(owner), str(needed)] for owner, needed in edges]},
    }


@require_http_methods(["GET", "POST"])
@desk.required
def declare_down(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Says that the service is down, in a dialog."""
    user = desk.user_of(request)
    service = queries.service_for(user, slug)
    permissions.can_declare(user).require()
    form = DownForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.declare_down(service, actor=user, **form.cleaned_data)
        return HttpResponse(status=204, headers={"HX-Redirect": service.get_absolute_url()})
    title = _("{name} is down").format(name=service.name)
    return htmx.dialog(request, form, url=reverse("services:declare_down", args=[slug]), title=title, action=_("Declare it down"))


@require_POST
@desk.required
def declare_up(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Says that it is up again."""
    user = desk.user_of(request)
    service = queries.service_for(user, slug)
    actions.declare_up(service, actor=user)
    return HttpResponse(status=204, headers={"HX-Redirect": service.get_absolute_url()})


@require_safe
@desk.required
def simulation(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who would be paged for an alert or incident of the service: `?priority=` and `?at=`; minute by minute, by which channel."""
    service = queries.service_for(desk.user_of(request), slug)
    form = forms.SimulationForm({"priority": request.GET.get("priority", "1"), "at": request.GET.get("at", "")})
    priority, begin = (form.cleaned_data["priority"], form.cleaned_data["at"]) if form.is_valid() else (1, None)
    facts_of = {"priority": priority, "tier": service.tier_id, "title": service.name}
    by = service.escalation_policy or routing.route(service.owner_team_id, facts_of, begin or clock.now())
    context = policies.simulated(snapshots.of(by) if by is not None else None, form, clock.now(), tier=service.tier_id)
    return render(request, "services/_simulation.html", {"service": service, "by": by, "is_own": service.escalation_policy is not None, **context})
