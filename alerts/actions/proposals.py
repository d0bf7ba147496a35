"""What people do with incidents that a correlation rule proposes (ALR-16): one click makes the incident, one dismisses it, and both can be seen in the journal."""

from collections import Counter

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import events, permissions
from alerts.actions import correlating, grouping, opening
from alerts.models import Alert, Correlation
from common import clock, errors
from incidents.models import Incident
from journal import actions as journal


@transaction.atomic
def accept(proposal: Correlation, *, actor: User | None) -> Incident:
    """Its alerts become one group with one incident, an open one of theirs where there is one. Doing it twice answers the same incident.

    Raises Refused, or Conflict when it is not proposed, or none of its alerts is left.
    """
    permissions.can_open_incident(actor).require()
    grouping.hold()
    row, at = _lock(proposal), clock.now()
    if row.state == Correlation.FORMED and row.group is not None and row.group.incident is not None:
        return row.group.incident
    if row.state not in (Correlation.PROPOSED, Correlation.DISMISSED):
        raise errors.Conflict(_("This is not proposed as an incident any more."))
    members = correlating.stored_of({row.pk: row.first_at})
    if not members:
        raise errors.Conflict(_("None of its alerts is left."))
    group = correlating.group_of(row, members)
    group.save(force_insert=True)
    incident = group.incident
    if incident is None:
        lead = min(members, key=lambda alert: (alert.status == Alert.CLOSED, alert.priority, alert.number))
        incident = opening.open_incident(lead, actor=actor, title=row.title)
        group.incident = incident
        group.save(update_fields=["incident"])
    correlating.resize({pk: -n for pk, n in Counter(alert.group_id or 0 for alert in members).items()}, {})
    going = [alert for alert in members if alert.status != Alert.CLOSED] or members
    opening.link_many([alert for alert in going if not opening.has_incident(alert)], incident, at, actor=actor)
    row.state, row.group, row.decided_by, row.decided_at = Correlation.FORMED, group, actor, at
    row.save(update_fields=["state", "group", "decided_by", "decided_at"])
    correlating.follow([(row, row.rule.name if row.rule is not None else "")], at)
    journal.record(events.CORRELATION_ACCEPTED, row, actor=actor, at=at, title=row.title, incident=incident.key)
    return incident


@transaction.atomic
def dismiss(proposal: Correlation, *, actor: User | None) -> Correlation:
    """It is no incident; alerts that join it later propose nothing. Raises Refused, or Conflict when it is an incident already."""
    return _decide(proposal, actor, Correlation.DISMISSED, events.CORRELATION_DISMISSED)


@transaction.atomic
def restore(proposal: Correlation, *, actor: User | None) -> Correlation:
    """Takes a dismissal back. Raises Refused, or Conflict when it is an incident already."""
    return _decide(proposal, actor, Correlation.PROPOSED, events.CORRELATION_RESTORED)


def _decide(proposal: Correlation, actor: User | None, state: str, event: str) -> Correlation:
    permissions.can_act(actor).require()
    row = _lock(proposal)
    if row.state == state:
        return row
    if row.state not in (Correlation.PROPOSED, Correlation.DISMISSED):
        raise errors.Conflict(_("This is not proposed as an incident any more."))
    row.state, row.decided_by, row.decided_at = state, actor, clock.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    journal.record(event, row, actor=actor, at=row.decided_at, title=row.title)
    return row


def _lock(proposal: Correlation) -> Correlation:
    return Correlation.objects.prefetch_related("rule", "group__incident").select_for_update().get(pk=proposal.pk)
