"""Recovery: the tool says that it is over."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from alerts import events, folding
from alerts.actions import early, escalating
from alerts.actions import flapping as limits
from alerts.folding import Step
from alerts.models import Alert
from incidents.models import Incident
from journal import actions as journal
from oncall.actions import escalations

MOST_MATES = 200

RECOVERED = """
UPDATE alerts_alert SET recovered_at = given.at FROM unnest(%s::bigint[], %s::timestamptz[]) AS given(id, at) WHERE alerts_alert.id = given.id
"""


def close_recovered(steps: Sequence[Step], at: datetime) -> None:
    """Closes the open alerts of these aliases, and notes the recovery on one that a person closed before.

    An unknown alias is no error; a recovery of an earlier firing that comes late closes nothing.
    """
    by_alias = {step.event.alias: step for step in steps}
    newest = Alert.objects.filter(alias__in=by_alias).order_by("alias", "-id").distinct("alias").values_list("pk", flat=True)
    rows = Alert.objects.filter(pk__in=list(newest)).prefetch_related("integration", "incident").order_by("alias").select_for_update()
    ended = [alert for alert in rows if alert.recovered_at is None and folding.closes(by_alias[alert.alias].event, alert.starts_at)]
    _note(ended, by_alias)
    starts = {alert.alias: alert.starts_at for alert in ended}
    early.remember([step for step in steps if step.event.alias not in starts or step.event.starts_at != starts[step.event.alias]])
    flapping = [alert for alert in ended if alert.flapping_until is not None and alert.status != Alert.CLOSED]
    for alert in flapping:
        alert.flapping_until = by_alias[alert.alias].last_at + timedelta(minutes=limits.limits(alert.integration)[1])
    Alert.objects.bulk_update(flapping, ["flapping_until"])
    still_open = [alert for alert in ended if alert.status != Alert.CLOSED and alert.flapping_until is None]
    closing = {alert.alias: alert.uid for alert in still_open}
    for step in steps:
        if step.event.alias in {alert.alias for alert in flapping}:
            step.tell("Alert is flapping and stays open until it settles")
        elif step.event.alias in closing:
            step.tell("Closed alert", closing[step.event.alias])
        else:
            step.tell("Alert does not exist", is_done=False)
    close_all(still_open, by=Alert.BY_SOURCE, name_of=name_of_source, actor=None, at=at)


def _note(alerts: Sequence[Alert], by_alias: Mapping[str, Step]) -> None:
    for alert in alerts:
        alert.recovered_at = by_alias[alert.alias].last_at
    with connection.cursor() as cursor:
        cursor.execute(RECOVERED, [[alert.pk for alert in alerts], [alert.recovered_at for alert in alerts]])


def end(alert: Alert, at: datetime) -> None:
    """Marks a new alert, not saved yet, as over: its source said so before it said that it began."""
    alert.status, alert.closed_at, alert.recovered_at, alert.closed_by = Alert.CLOSED, at, at, Alert.BY_SOURCE
    alert.closed_by_name = name_of_source(alert)[:200]


def name_of_source(alert: Alert) -> str:
    """Who says what a tool says."""
    return alert.integration.name if alert.integration else "The source"


def close_all(alerts: Sequence[Alert], *, by: str, name_of: Any, actor: Any, at: datetime) -> None:
    """Closes locked alerts and tells their timelines and those of their incidents."""
    if not alerts:
        return
    unanswered = _paging([alert for alert in alerts if alert.status == Alert.OPEN and (alert.group_id or alert.incident_id)])
    by_name: dict[str, list[Alert]] = {}
    for alert in alerts:
        alert.status, alert.closed_at, alert.closed_by, alert.closed_by_name = Alert.CLOSED, at, by, str(name_of(alert))[:200]
        by_name.setdefault(alert.closed_by_name, []).append(alert)
    for name, rows in by_name.items():
        given = Alert.objects.filter(pk__in=[alert.pk for alert in rows])
        given.update(status=Alert.CLOSED, closed_at=at, closed_by=by, closed_by_name=name, snoozed_until=None, expires_at=None)
    escalations.stop("alert", [alert.pk for alert in alerts], actor=actor, why=_("the alert was closed"))
    tell(alerts, actor, at)
    if unanswered:
        _hand_over(unanswered, at)


def tell(alerts: Sequence[Alert], actor: Any, at: datetime) -> None:
    """Tells the timelines of closed alerts and of their incidents."""
    told = [(alert, {"key": alert.key, "message": alert.message, "by": alert.closed_by_name}) for alert in alerts]
    linked = [(alert.incident, data) for alert, data in told if alert.incident is not None]
    for event, rows in ((events.CLOSED, told), (events.INCIDENT_ALERT_CLOSED, linked)):
        if rows:
            journal.record_many(event, rows, actor=actor, at=at)
    _tell_quiet({incident.pk: incident for incident, _data in linked if incident.is_open}, actor, at)


def _tell_quiet(incidents: Mapping[int, Incident], actor: Any, at: datetime) -> None:
    """Open incidents none of whose alerts is open any more."""
    still = set(Alert.objects.filter(incident__in=incidents).exclude(status=Alert.CLOSED).values_list("incident", flat=True)) if incidents else set()
    quiet: list[tuple[Incident, dict[str, Any]]] = [(incident, {}) for pk, incident in incidents.items() if pk not in still]
    if quiet:
        journal.record_many(events.INCIDENT_QUIET, quiet, actor=actor, at=at)


def _paging(alerts: Sequence[Alert]) -> list[Alert]:
    """Those of these alerts for which somebody is being paged."""
    if not alerts:
        return []
    paged = set(escalations.subjects_paged(escalating.ALERT).filter(subject_id__in=[alert.pk for alert in alerts]))
    return [alert for alert in alerts if alert.pk in paged]


def _hand_over(alerts: Sequence[Alert], at: datetime) -> None:
    """One alert of a group or an incident pages for all: when it is over and nobody answered, one that is still open pages instead."""
    circles = Q(group__in=[alert.group_id for alert in alerts]) | Q(incident__in=[alert.incident_id for alert in alerts])
    mates = Alert.objects.filter(circles, status=Alert.OPEN, silenced_until__isnull=True).order_by("priority", "id")
    escalating.begin(list(mates.select_related(*escalating.RELATED)[:MOST_MATES]), at)
