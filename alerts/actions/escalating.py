"""Alerts that page: who is called for them is said by the service's escalation policy, or by the routing rules of its team (ALR-13).

Of the alerts of one open incident, and of one group, only one pages at a time, so that a burst does not call people again and again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Team, User
from alerts import permissions, queries
from alerts.models import Alert
from common import clock, errors
from notifications.actions import paging
from oncall import routing
from oncall.actions import escalations
from oncall.models import EscalationPolicy, Schedule

ALERT = "alert"
RELATED = ("team", "integration__team", "service__owner_team", "service__escalation_policy__team")
URGENT = 2  # P1 and P2 come through quiet hours


@transaction.atomic
def begin(alerts: Sequence[Alert], at: datetime, *, actor: User | None = None) -> int:
    """Starts the escalations of open alerts, in a few queries however many they are; answers how many page."""
    free = _one_of_each_subject([alert for alert in alerts if alert.status == Alert.OPEN])
    called = _call_responders([alert for alert in free if alert.responders], actor)
    free = [alert for alert in free if alert.pk not in called]
    teams = {alert.pk: team for alert in free if (team := team_of(alert)) is not None}
    rules = routing.rules_of({team.pk for team in teams.values()})
    wishes = []
    for alert in free:
        team, facts = teams.get(alert.pk), facts_of(alert)
        by = alert.service.escalation_policy if alert.service is not None else None
        target = by or (routing.first(rules.get(team.pk, ()), facts, at) if team is not None else None)
        if target is not None:
            wishes.append(escalations.Wish(ALERT, alert.pk, target, facts, team))
    return len(called) + (escalations.start_many(wishes, actor=actor) if wishes else 0)


def _call_responders(alerts: Sequence[Alert], actor: User | None) -> set[int]:
    """Pages those whom alerts name themselves, instead of whom their service says; answers the alerts for which somebody was found."""
    known: dict[str, Any] = {}
    called: set[int] = set()
    for alert in alerts:
        for said in alert.responders:
            key = str(sorted(said.items()))
            to = known[key] if key in known else known.setdefault(key, queries.responder_of(said))
            if to is not None and call(alert, to, actor=actor, facts=facts_of(alert)):
                called.add(alert.pk)
    return called


def call(alert: Alert, to: Any, *, actor: User | None, facts: Mapping[str, Any]) -> bool:
    """Pages a team, a person, or by a policy or schedule; answers whether there was anybody to page."""
    if isinstance(to, Team):
        try:
            escalations.call_team(ALERT, alert.pk, team=to, actor=actor, facts=facts)
        except errors.Invalid:
            return False
        return True
    if not isinstance(to, User):
        return escalations.start(ALERT, alert.pk, to, actor=actor, facts=facts) is not None
    pages = paging.page(
        [to], key=f"alert:{alert.pk}:{to.pk}:{alert.count}", subject_type=ALERT, subject_id=alert.pk, title=str(facts["title"]), text=str(facts["text"]),
        url=str(facts["url"]), urgency=str(facts["urgency"]), topic=str(facts["service"] or ""), at=clock.now(), reason=_("named as responder"),
    )  # fmt: skip
    return bool(pages)


def named(to: Any) -> dict[str, str]:
    """A responder as alerts keep him."""
    kinds = {Team: "team", User: "user", Schedule: "schedule", EscalationPolicy: "escalation"}
    words = {"username": to.email} if isinstance(to, User) else {"name": to.name}
    return {"type": kinds[type(to)], "id": str(to.pk), **words}


@transaction.atomic
def page_team(alert: Alert, *, actor: User | None, team: Team) -> Alert:
    """Calls a team for an alert by hand. Raises Refused, Conflict when it is closed, or Invalid when the team has nobody to page."""
    permissions.can_act(actor).require()
    locked = Alert.objects.prefetch_related("service").select_for_update().get(pk=alert.pk)
    if locked.status == Alert.CLOSED:
        raise errors.Conflict(_("%(key)s is closed already.") % {"key": locked.key})
    escalations.call_team(ALERT, locked.pk, team=team, actor=actor, facts={**facts_of(locked), "urgency": "important"})
    return locked


def _one_of_each_subject(alerts: Sequence[Alert]) -> list[Alert]:
    """Without the alerts of an incident or a group for which another one pages already, or is about to."""
    taken = _taken([alert for alert in alerts if alert.incident_id is not None or alert.group_id is not None])
    free = []
    for alert in alerts:
        own = {(name, pk) for name, pk in (("incident", alert.incident_id), ("group", alert.group_id)) if pk is not None}
        if not own & taken:
            free.append(alert)
            taken |= own
    return free


def _taken(alerts: Sequence[Alert]) -> set[tuple[str, int]]:
    """The incidents and groups of these alerts for which one pages already."""
    if not alerts:
        return set()
    circles = Q(incident__in={alert.incident_id for alert in alerts}) | Q(group__in={alert.group_id for alert in alerts})
    paging = Alert.objects.filter(circles, pk__in=escalations.subjects_paged(ALERT)).values_list("incident_id", "group_id")
    return {found for incident, group in paging for found in (("incident", incident), ("group", group)) if found[1] is not None}


def team_of(alert: Alert) -> Team | None:
    """Whose routing rules say who is called."""
    if alert.team is not None:
        return alert.team
    if alert.service is not None:
        return alert.service.owner_team
    return alert.integration.team if alert.integration is not None else None


def facts_of(alert: Alert) -> dict[str, Any]:
    """What pages and step conditions need to know of an alert."""
    return {
        "title": f"P{alert.priority} {alert.message}"[:250], "text": alert.description[:2000], "url": alert.get_absolute_url(), "priority": alert.priority,
        "urgency": "important" if alert.priority <= URGENT else "default", "tier": alert.service.tier_id if alert.service is not None else None,
        "tags": list(alert.tags), "service": alert.service.name if alert.service is not None else alert.service_name, "key": alert.key,
    }  # fmt: skip


def count_lately(alert_id: int, minutes: int, at: datetime) -> int:
    """How many alerts the service of an alert had in the last minutes; of an alert without a service only itself."""
    service = Alert.objects.filter(pk=alert_id).values_list("service_id", flat=True).first()
    if service is None:
        return 1
    return Alert.objects.filter(service_id=service, first_occurred_at__gt=at - timedelta(minutes=minutes)).count()
