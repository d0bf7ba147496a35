"""Reads of alerts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Team, User
from alerts import labels, permissions
from alerts.models import Alert, AlertGroup, InboxRow, Integration, Silence, Volume
from common import clock, links, paging
from incidents.models import Incident
from journal import queries as journal
from journal.models import Entry
from oncall import board
from oncall.models import EscalationPolicy, Schedule
from tickets import permissions as ticket_permissions
from tickets import queries as tickets
from tickets.models import Ticket
from workflows.models import Status

Linked = TypeVar("Linked", Alert, AlertGroup)
PAGE_SIZE = 100
RELATED = ("team", "integration__team", "service__tier", "service__owner_team", "service__escalation_policy__team", "incident", "group__incident")
URGENT = 2
SEGMENTS: dict[str, Q] = {
    "active": ~Q(status=Alert.CLOSED), "open": Q(status=Alert.OPEN), "acknowledged": Q(status=Alert.ACKNOWLEDGED), "snoozed": Q(status=Alert.SNOOZED),
    "quiet": ~Q(status=Alert.CLOSED) & Q(silenced_until__isnull=False), "closed": Q(status=Alert.CLOSED),
    "all": Q(),
}  # fmt: skip
URGENT_FIRST = (paging.Key("priority"), paging.Key("id", is_descending=True))
NEWEST_FIRST = (paging.Key("id", is_descending=True),)
SORTS = {"priority": URGENT_FIRST, "newest": NEWEST_FIRST}


GROUPINGS = {
    "incident": gettext_lazy("Incident"),
    "service": gettext_lazy("Service"),
    "source": gettext_lazy("Source"),
    "none": gettext_lazy("Nothing"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts of one incident, service or source, or of none. key: tells the groups of a page apart. title: of another group than an incident's."""

    incident: Incident | None
    alerts: list[Alert]
    key: str = "0"
    title: str = ""

    @property
    def size(self) -> int:
        """How many alerts, those that are folded under another one included."""
        return sum(1 + getattr(alert, "alike", 0) for alert in self.alerts)


def alerts_for(user: User) -> QuerySet[Alert]:
    """Every alert this person may see, with what a list shows."""
    rows = permissions.visible_to(user, Alert.objects.all())
    return rows.select_related("integration", "service", "incident", "owner", "held_by__service", "held_for").defer(
        "payload", "details", "description", "incident__description"
    )


def segment(user: User, name: str) -> QuerySet[Alert]:
    """active, open, acknowledged, snoozed, quiet, closed or all. Raises Http404 for another name."""
    if name not in SEGMENTS:
        raise Http404
    return alerts_for(user).filter(SEGMENTS[name])


def page(alerts: QuerySet[Alert], *, sort: str = "priority", after: str | None = None, size: int = PAGE_SIZE) -> paging.Page[Alert]:
    """One page of a list."""
    return paging.page(alerts, SORTS.get(sort, URGENT_FIRST), after=after, size=size)


def grouped(alerts: list[Alert], by: str = "incident") -> list[Group]:
    """The alerts of a page by incident, service or source, the most urgent group first and those without one last."""
    if by == "none":
        return [Group(None, alerts)] if alerts else []
    groups: dict[Any, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(_group_of(alert, by), []).append(alert)
    ordered = sorted(
        groups.items(), key=lambda pair: (not pair[0][0], min(alert.priority for alert in pair[1]), -(pair[1][0].incident_id or 0), pair[0][1])
    )
    return [Group(members[0].incident if by == "incident" else None, members, key or "0", title) for (key, title), members in ordered]


def _group_of(alert: Alert, by: str) -> tuple[str, str]:
    """What tells its group apart, and what it is called; both empty for none."""
    if by == "service":
        name = alert.service.name if alert.service else alert.service_name
        return (slugify(name, allow_unicode=True) or name, name) if name else ("", "")
    if by == "source":
        return (str(alert.integration_id), alert.integration.name) if alert.integration else (slugify(alert.source), alert.source)
    return (str(alert.incident_id), "") if alert.incident_id else ("", "")


def veil(user: User, alerts: list[Linked]) -> list[Linked]:
    """The alerts, or groups of them, without the incidents that this user may not see, such as restricted ones of other teams."""
    ids = {alert.incident_id for alert in alerts if alert.incident_id}
    seen = set(tickets.tickets_for(user).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    for alert in alerts:
        if alert.incident_id and alert.incident_id not in seen:
            alert.incident = None
    return alerts


def alert_for(user: User, number: int) -> Alert:
    """One alert by its number, with everything. Raises Http404 when this user may not see it."""
    rows = permissions.visible_to(user, Alert.objects.filter(number=number))
    alert = rows.select_related(
        "integration", "service__tier", "service__owner_team", "incident__status", "owner", "group", "held_by__service", "held_for"
    ).first()
    if alert is None:
        raise Http404
    return veil(user, [alert])[0]


def segment_counts(user: User) -> Mapping[str, int]:
    """How many are active, open, acknowledged, snoozed and quiet, of how many groups and incidents the active ones are, and how many happen together
    with others without a group yet, in one query."""
    names = [name for name in SEGMENTS if name not in ("closed", "all")]
    rows = permissions.visible_to(user, Alert.objects.filter(SEGMENTS["active"]))
    told = {name: Count("id", filter=SEGMENTS[name]) for name in names}
    return rows.aggregate(**told, groups=Count("group", distinct=True), incidents=Count("incident", distinct=True), gathered=Count("correlation"))


def events_since(at: datetime) -> int:
    """How many events all tools sent since an instant."""
    return Volume.objects.filter(hour__gte=at).aggregate(n=Sum("events"))["n"] or 0


def sidebar_counts(user: User) -> Mapping[str, int]:
    """The figure beside Alerts: open ones, which nobody has acknowledged."""
    if not user.has_right("alert.view"):
        return {}
    return {"alerts.open": Alert.objects.filter(status=Alert.OPEN).count()}


def log_of(user: User, alert: Alert, *, limit: int = 100) -> list[Entry]:
    """What happened to an alert, newest first; an incident that this user may not see is not named."""
    entries = list(journal.entries_of("alert", alert.pk)[:limit])
    named = {entry.data["incident"] for entry in entries if entry.data.get("incident")}
    seen = set(tickets.tickets_for(user).filter(key__in=named).values_list("key", flat=True)) if named else set()
    for entry in entries:
        if entry.data.get("incident") and entry.data["incident"] not in seen:
            entry.data["incident"] = _("a restricted incident")
    return entries


def alerts_of_incident(user: User, incident: Incident) -> QuerySet[Alert]:
    """The alerts of an incident, the open and urgent ones first."""
    return alerts_for(user).filter(incident_id=incident.pk).order_by("closed_at", "priority", "-id")


def by_numbers(user: User, numbers: list[int]) -> list[Alert]:
    """The alerts of these numbers that the user may see, at most 200."""
    return list(alerts_for(user).filter(number__in=numbers[:200]).order_by("number"))


def people_who_act() -> QuerySet[User]:
    """Whom an alert can be given to, by name."""
    return User.objects.filter(Q(roles__rights__right="alert.act") | Q(is_superuser=True), is_active=True).distinct().order_by("name")


def integrations_for(user: User) -> QuerySet[Integration]:
    """The integrations, for the desk."""
    rows = Integration.objects.select_related("service", "team", "key")
    return rows if user.has_right("alert.view") else rows.none()


def integration_of(digest: str) -> Integration | None:
    """The integration whose key, or the one before it that is still good, has this digest."""
    is_it = Q(key__digest=digest) | Q(key__former_digest=digest, key__former_until__gt=clock.now())
    return Integration.objects.filter(is_it, key__revoked_at__isnull=True, is_enabled=True).select_related("key").first()


def quarantined() -> QuerySet[InboxRow]:
    """Accepted bodies that could not be read, newest first."""
    return InboxRow.objects.filter(state=InboxRow.QUARANTINED).select_related("integration").order_by("-received_at", "-id")


def search(user: User, text: str, limit: int) -> QuerySet[Alert]:
    """Alerts by ALR number, or by a part of the message; active ones first."""
    wanted = text.strip().upper()
    if wanted.startswith("ALR-") and wanted[4:].isdigit() and len(wanted) < 22:
        return alerts_for(user).filter(number=int(wanted[4:]))
    return alerts_for(user).filter(message__icontains=text).filter(SEGMENTS["active"]).order_by("priority", "-id")[:limit]


def responder_of(said: Mapping[str, str]) -> Team | User | EscalationPolicy | Schedule | None:
    """Whom an API names as {type, id or name or username}; None when there is nobody of that name."""
    kind, number = said.get("type", ""), said.get("id", "")
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
    name = said.get("username") or said.get("name") or number
    if kind == "user":
        return User.objects.filter(Q(pk=pk) | Q(email__iexact=name), is_active=True).order_by("pk").first()
    if kind == "schedule":
        return Schedule.objects.filter(Q(pk=pk) | Q(name__iexact=name) | Q(slug__iexact=name)).select_related("team").order_by("pk").first()
    if kind == "escalation":
        policies = EscalationPolicy.objects.filter(archived_at__isnull=True).select_related("team")
        return policies.filter(Q(pk=pk) | Q(name__iexact=name) | Q(slug__iexact=name)).order_by("pk").first()
    return Team.objects.filter(Q(pk=pk) | Q(name__iexact=name) | Q(slug__iexact=name)).order_by("pk").first() if kind == "team" else None


def silences_at(at: datetime) -> list[Silence]:
    """The silences that hold at an instant."""
    return list(Silence.objects.filter(starts_at__lte=at, ends_at__gt=at))


def silences_of(alert: Alert, known: Iterable[Silence]) -> list[Silence]:
    """Those of these silences that fit an alert."""
    said = labels.labels_of(alert)
    return [one for one in known if one.integration_id in (None, alert.integration_id) and labels.fits_all(labels.stored(one.matchers), said)]


def in_hand(user: User, teams: Sequence[int]) -> dict[int, board.InHand]:
    """What each team works on: its newest urgent incident in progress, else how many alerts it has acknowledged."""
    found: dict[int, board.InHand] = {}
    if user.has_right("alert.view"):
        rows = permissions.visible_to(user, Alert.objects.filter(status=Alert.ACKNOWLEDGED)).annotate(whose=Coalesce("team", "service__owner_team"))
        for team, amount in rows.filter(whose__in=teams).values_list("whose").annotate(n=Count("pk")).order_by():
            words = ngettext("{n} alert acknowledged", "{n} alerts acknowledged", amount).format(n=amount)
            found[team] = board.InHand(words, f"{reverse('alerts:list')}?state=acknowledged")
    urgent = Ticket.objects.filter(kind="incident", is_open=True, status_category=Status.PROGRESS, priority__lte=URGENT).annotate(
        whose=Coalesce("team", "service__owner_team")
    )
    seen: Any = ticket_permissions.visible_to(user, urgent.filter(whose__in=teams)).order_by("id")
    for team, key in seen.values_list("whose", "key")[:200]:
        found[team] = board.InHand(_("Working on {key}").format(key=key), links.to("incidents:detail", key), is_urgent=True)
    return found
