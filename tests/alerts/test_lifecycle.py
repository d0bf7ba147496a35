"""What agents do with alerts."""

from datetime import timedelta

import pytest

from accounts.models import User
from alerts import queries
from alerts.actions import lifecycle
from alerts.models import Alert
from common import clock, errors
from incidents.models import Incident
from journal.models import Entry
from services.models import Service


@pytest.fixture
def alert(service: Service) -> Alert:
    """A P1 on the payments gateway that opened nothing."""
    now = clock.now()
    return Alert.objects.create(number=1, alias="a", message="Down", priority=1, service=service, first_occurred_at=now, last_occurred_at=now)


def status(alert: Alert) -> str:
    return Alert.objects.get(pk=alert.pk).status


def test_acknowledge_takes_it_once(agent: User, alert: Alert) -> None:
    lifecycle.acknowledge(alert, actor=agent)
    lifecycle.acknowledge(alert, actor=agent)
    stored = Alert.objects.get()
    assert (stored.status, stored.owner) == ("acknowledged", agent)
    assert Entry.objects.filter(event="alert.acknowledged").count() == 1
    lifecycle.unacknowledge(alert, actor=agent)
    assert status(alert) == "open"


@pytest.mark.parametrize(
    "verb", [lifecycle.acknowledge, lifecycle.close, lifecycle.reopen, lifecycle.unacknowledge, lifecycle.open_incident, lifecycle.detach]
)
def test_an_auditor_acts_on_nothing(auditor: User, alert: Alert, verb: object) -> None:
    with pytest.raises(errors.Refused):
        verb(alert, actor=auditor)  # type: ignore[operator]
    assert status(alert) == "open"
    assert not Entry.objects.filter(subject_type="alert").exists()


def test_a_closed_alert_cannot_be_acknowledged(agent: User, alert: Alert) -> None:
    lifecycle.close(alert, actor=agent)
    lifecycle.close(alert, actor=agent)
    assert Entry.objects.filter(event="alert.closed").count() == 1
    with pytest.raises(errors.Conflict):
        lifecycle.acknowledge(alert, actor=agent)


@pytest.mark.parametrize("had", ["open", "acknowledged"])
def test_a_closing_by_hand_is_taken_back(agent: User, alert: Alert, had: str) -> None:
    if had == "acknowledged":
        lifecycle.acknowledge(alert, actor=agent)
    lifecycle.close(alert, actor=agent)
    for _again in range(2):
        lifecycle.reopen(alert, actor=agent)
    assert status(alert) == had
    assert Entry.objects.filter(event="alert.reopened").count() == 1
    lifecycle.close(alert, actor=agent)
    assert status(alert) == "closed"


@pytest.mark.parametrize("why", ["its tool", "its incident", "a newer one", "a newer one, closed"])
def test_what_is_over_stays_closed(agent: User, alert: Alert, why: str) -> None:
    lifecycle.close(alert, actor=agent)
    now = clock.now()
    if why == "its tool":
        Alert.objects.update(recovered_at=now)
    elif why == "its incident":
        Alert.objects.update(closed_by=Alert.BY_INCIDENT)
    else:
        newer = Alert.objects.create(number=2, alias="a", message="Down", priority=1, first_occurred_at=now, last_occurred_at=now)
        if why.endswith("closed"):
            lifecycle.close(newer, actor=agent)
    with pytest.raises(errors.Conflict):
        lifecycle.reopen(alert, actor=agent)
    assert status(alert) == "closed"
    assert not Entry.objects.filter(event="alert.reopened").exists()


def test_a_snooze_ends(agent: User, alert: Alert) -> None:
    now = clock.now()
    lifecycle.snooze(alert, actor=agent, until=now + timedelta(hours=1))
    assert lifecycle.wake_snoozed() == 0
    with clock.shifted(now + timedelta(hours=2)):
        assert lifecycle.wake_snoozed() == 1
    assert status(alert) == "open"


@pytest.mark.parametrize("away", [timedelta(minutes=-1), timedelta(days=40)])
def test_a_snooze_is_within_a_month(agent: User, alert: Alert, away: timedelta) -> None:
    with pytest.raises(errors.Invalid) as refused:
        lifecycle.snooze(alert, actor=agent, until=clock.now() + away)
    assert refused.value.field == "until"
    assert status(alert) == "open"


def test_open_incident_by_hand_once(agent: User, alert: Alert) -> None:
    first = lifecycle.open_incident(alert, actor=agent)
    assert lifecycle.open_incident(alert, actor=agent) == first
    assert (first.priority, Incident.objects.count()) == (1, 1)


def test_attach_needs_an_incident_that_the_actor_can_see(agent: User, alert: Alert, incident: Incident) -> None:
    lifecycle.attach(alert, actor=agent, incident=incident)
    assert Alert.objects.get().incident == incident
    lifecycle.detach(alert, actor=agent)
    assert Alert.objects.get().incident is None


def test_only_the_desk_sees_alerts(agent: User, outsider: User, requester: User, alert: Alert) -> None:
    assert [queries.alerts_for(user).count() for user in (agent, outsider, requester)] == [1, 0, 0]
    assert queries.segment_counts(agent) == {
        "active": 1,
        "open": 1,
        "acknowledged": 0,
        "snoozed": 0,
        "quiet": 0,
        "groups": 0,
        "incidents": 0,
        "gathered": 0,
    }
