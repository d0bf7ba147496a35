"""Reads of services."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import Http404

from accounts.models import User
from services import permissions
from services.models import Dependency, Service


def services_for(user: User) -> QuerySet[Service]:
    """All services this user may see, with tier and owner."""
    return permissions.visible_to(user, Service.objects.select_related("tier", "owner_team"))


def filtered(user: User, text: str, tiers: list[int], teams: list[str]) -> QuerySet[Service]:
    """Services by a part of name, short name or description or by an alias, by tier and by the short names of owner teams."""
    rows = services_for(user).order_by("tier", "name")
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(slug__icontains=text) | Q(description__icontains=text) | Q(aliases__contains=[text.lower()]))
    if tiers:
        rows = rows.filter(tier__in=tiers)
    return rows.filter(owner_team__slug__in=teams) if teams else rows


def service_for(user: User, slug: str) -> Service:
    """One service by short name. Raises Http404 when there is none for this user."""
    service = services_for(user).filter(slug=slug).first()
    if service is None:
        raise Http404
    return service


def by_names(names: Iterable[str]) -> dict[str, Service]:
    """Services by what monitoring calls them: short name before name before alias, letter case ignored; keys are lower case."""
    wanted = {name.strip().lower() for name in names if name and name.strip()}
    if not wanted:
        return {}
    found: dict[str, Service] = {}
    rows = Service.objects.select_related("tier", "owner_team", "escalation_policy__team").order_by("pk")
    candidates: list[Service] = list(rows.annotate(lower=Lower("name")).filter(Q(slug__in=wanted) | Q(lower__in=wanted)))
    if len({name for row in candidates for name in (row.slug, row.name.lower())} & wanted) < len(wanted):
        candidates += [row for row in rows.exclude(aliases=[]) if wanted.intersection(alias.lower() for alias in row.aliases)]
    for level in range(3):
        for row in candidates:
            for name in _names(row, level):
                if name in wanted:
                    found.setdefault(name, row)
    return found


def _names(service: Service, level: int) -> list[str]:
    """How a service is called, by weight: 0 its short name, 1 its name, 2 its aliases."""
    return ([service.slug], [service.name.lower()], [alias.lower() for alias in service.aliases])[level]


UPSTREAM = """
WITH RECURSIVE upstream(service_id, needs_id) AS (
  SELECT service_id, needs_id FROM services_dependency WHERE service_id = ANY(%s)
  UNION SELECT upstream.service_id, next.needs_id FROM upstream JOIN services_dependency AS next ON next.service_id = upstream.needs_id
) SELECT service_id, needs_id FROM upstream
"""


def upstream_of(ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """What each of these services needs, directly or through others; without those that need nothing. A circle does no harm."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(UPSTREAM, [wanted])
        for service_id, needs_id in cursor.fetchall():
            found.setdefault(service_id, set()).add(needs_id)
    return {pk: frozenset(above - {pk}) for pk, above in found.items()}


def declared_down(ids: Iterable[int], at: datetime) -> dict[int, Service]:
    """Those of these services that somebody declared down."""
    return Service.objects.filter(down_until__gt=at).in_bulk(ids)


def search(user: User, text: str, limit: int) -> QuerySet[Service]:
    """Services whose name resembles the text, best first."""
    rows = services_for(user).annotate(closeness=TrigramWordSimilarity(text, "name"))
    return rows.filter(Q(name__icontains=text) | Q(closeness__gt=0.5)).order_by("-closeness", "name")[:limit]


def graph_around(service: Service) -> dict[str, Any]:
    """The neighbourhood of a service, two steps each way: {"nodes": {id: Service}, "edges": [(service id, needs id)]}."""
    edges: set[tuple[int, int]] = set()
    for start, other in (("service_id", "needs_id"), ("needs_id", "service_id")):
        frontier = {service.pk}
        for _step in range(2):
            found = list(Dependency.objects.filter(**{f"{start}__in": frontier}).values_list("service_id", "needs_id"))
            edges.update(found)
            frontier = {pair[0] if other == "service_id" else pair[1] for pair in found}
    ids = {service.pk} | {pk for pair in edges for pk in pair}
    nodes = {row.pk: row for row in Service.objects.select_related("tier").filter(pk__in=ids)}
    return {"nodes": nodes, "edges": sorted(edges)}
