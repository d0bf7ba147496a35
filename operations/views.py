"""Health for machines, the palette for people."""

import time

import redis
from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from accounts import desk
from common import clock, doorbell, navigation, search, wording
from operations import metrics, queries

HITS_PER_SOURCE = 6
SECONDS_BEHIND = 30  # then every screen of an agent says so


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when PostgreSQL answers; Redis is only the doorbell, so without it the product is degraded and still ready. 503 otherwise."""
    checks = {"postgresql": _postgresql(), "redis": _redis()}
    is_ready = checks["postgresql"] == "ok"
    status = "ok" if all(check == "ok" for check in checks.values()) else "degraded" if is_ready else "unavailable"
    return JsonResponse({"status": status, "checks": checks}, status=200 if is_ready else 503)


def _postgresql() -> str:
    started = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return "does not answer"
    return "ok" if time.monotonic() - started < 5 else "slow"


def _redis() -> str:
    try:
        doorbell.live_redis().ping()
    except redis.RedisError:
        return "does not answer"
    return "ok"


@require_safe
@never_cache
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, read from the database at the moment of the scrape."""
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


@login_required
@require_safe
@never_cache
def palette(request: HttpRequest) -> HttpResponse:
    """What the palette shows for a text: things to do, then each app's hits, which lead to the desk's screens. A leading > shows commands only."""
    typed = request.GET.get("q", "").replace("\0", "").strip()[:200]
    commands_only = typed.startswith(">")
    text = typed.lstrip("> ").strip()
    groups = []
    if text and not commands_only and desk.user_of(request).has_right("desk.access"):
        groups = [{"title": source.title, "hits": list(source.find(request.user, text, HITS_PER_SOURCE))} for source in search.sources()]
    commands = [
        {"title": command.title, "icon": command.icon, "url": reverse(command.url_name, args=command.args), "hotkey": command.hotkey}
        for command in search.commands(request.user, text)
    ]
    context = {"text": text, "commands": commands, "groups": [group for group in groups if group["hits"]]}
    return render(request, "operations/palette.html", context)


@require_safe
@desk.required
def sidebar(request: HttpRequest) -> HttpResponseBase:
    """The sidebar's list again, for the page at `?at=`, with fresh figures."""
    nav = navigation.sections(desk.user_of(request), request.GET.get("at", ""))
    return render(request, "components/side_nav.html", {"nav": nav, "live_major": None})


@require_safe
@desk.required
def banner(request: HttpRequest) -> HttpResponseBase:
    """A red line for every agent while pages wait for longer than half a minute, or nobody watches the pager; else nothing."""
    at = clock.now()
    behind, watch = queries.seconds_behind(at), queries.last_audit()
    lines = []
    if behind > SECONDS_BEHIND:
        lines.append(_("Pages are delayed: the oldest has been waiting for %(time)s. Call people by telephone.") % {"time": wording.span(behind)})
    if watch is not None and (at - watch.at).total_seconds() > queries.UNWATCHED_SECONDS:
        lines.append(_("Nobody watches the pager: its auditor last ran %(time)s ago.") % {"time": wording.span((at - watch.at).total_seconds())})
    return render(request, "operations/_banner.html", {"lines": lines})


@require_safe
@desk.required
def pager(request: HttpRequest) -> HttpResponseBase:
    """How the pager is doing: how far behind, what the auditor found, how long synthetic pages took."""
    return render(request, "operations/pager.html", {"now": clock.now(), **queries.pager_health(clock.now())})
