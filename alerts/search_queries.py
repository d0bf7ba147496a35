"""What the list of alerts is asked: queries in Opsgenie's language, and the ones that people keep (ALR-24)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import Team, User
from alerts import adapters, permissions, queries
from alerts.models import Alert, SavedSearch
from alerts.opsgenie import finding, language, mistakes
from common import clock
from common.query.errors import QueryError
from services.models import Service

STATES = frozenset({"status", "closedBy", "alertId", "tinyId"})
NEWEST = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of the list. names_state: it says itself whether it means open or closed alerts. error: why it cannot be answered."""

    text: str = ""
    condition: Q = field(default_factory=Q)
    names_state: bool = False
    error: QueryError | None = None


def asked(text: str) -> Asked:
    """What a query means."""
    text = text.replace("\0", "").strip()
    try:
        tree = language.parse(text)
    except language.BadQuery as error:
        return Asked(text, ~finding.EVERYTHING, error=mistakes.told(error, "query"))
    is_key = isinstance(tree, language.Term) and tree.field == "text" and finding.KEY.fullmatch(str(tree.value)) is not None
    return Asked(text, finding.condition(tree), is_key or bool(STATES & language.fields_of(tree)))


def searches_for(user: User) -> list[SavedSearch]:
    """The saved searches that a person sees, the own ones first."""
    rows = permissions.visible_searches(user, SavedSearch.objects.select_related("owner", "team")).order_by("name")
    return sorted(rows, key=lambda search: search.owner_id != user.pk)


def search_for(user: User, pk: int) -> SavedSearch:
    """One saved search. Raises Http404 when this person does not see it."""
    found = permissions.visible_searches(user, SavedSearch.objects.filter(pk=pk)).first()
    if found is None:
        raise Http404
    return found


def values(user: User, name: str, typed: str) -> Iterable[tuple[str, str]]:
    """Values that a field of the query may have, with what they stand for."""
    if not user.has_right("alert.view"):
        return []
    if name in ("owner", "recipients", "acknowledgedBy"):
        people = queries.people_who_act().filter(Q(name__icontains=typed) | Q(email__icontains=typed))
        return people.values_list("email", "name")[:12]
    if name == "service":
        return Service.objects.filter(Q(name__icontains=typed) | Q(slug__icontains=typed)).order_by("name").values_list("name", "slug")[:12]
    if name in ("teams", "responders"):
        return [(found, "") for found in Team.objects.filter(name__icontains=typed).order_by("name").values_list("name", flat=True)[:12]]
    if name == "integration.name":
        rows = queries.integrations_for(user).filter(name__icontains=typed).order_by("name")
        return [(row.name, row.adapter) for row in rows[:12]]
    if name == "integration.type":
        return [(slug, "") for slug in sorted(adapters.ADAPTERS) if typed.lower() in slug]
    if name in ("createdAt", "updatedAt", "lastOccurredAt", "snoozedUntil"):
        return [(f"{clock.now():%d-%m-%Y}", "")]
    return [(text, "") for text in _lately(user, name) if typed.lower() in text.lower()]


def _lately(user: User, name: str) -> list[str]:
    """What the newest open alerts say in a field, by how often."""
    column = {"tag": "tags", "source": "source", "entity": "entity"}.get(name)
    if column is None:
        return []
    rows: QuerySet[Alert] = permissions.visible_to(user, Alert.objects.filter(queries.SEGMENTS["active"]))
    counted: dict[str, int] = {}
    for said in rows.order_by("-id").values_list(column, flat=True)[:NEWEST]:
        for text in said if isinstance(said, list) else [said]:
            counted[text] = counted.get(text, 0) + 1
    return sorted((text for text in counted if text), key=lambda text: -counted[text])
