"""A person calls a team from the screen of who is on call: the team gets an alert of its own, and is paged (ONC-15)."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Team, User
from alerts import queries
from alerts.actions import lifecycle, raising
from alerts.models import Alert
from common import errors
from incidents import actions as incidents
from oncall.models import Escalation, EscalationPolicy, EscalationStep, RoutingRule
from services.models import Service
from tickets.actions import lifecycle as tickets

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def policy(team: Team, resolver: User) -> EscalationPolicy:
    made = EscalationPolicy.objects.create(slug="p", name="P", team=team)
    EscalationStep.objects.create(policy=made, target=EscalationStep.USER, user=resolver)
    return made


def test_a_team_is_called_with_an_alert_of_its_own(agent: User, team: Team, policy: EscalationPolicy) -> None:
    RoutingRule.objects.create(team=team, position=0, name="Quiet")  # pages no one by itself; by hand somebody is paged all the same
    alert = raising.call_team(actor=agent, team=team, message="  The customs link\nis down ", priority=2)
    assert (alert.message, alert.team, alert.priority, alert.source) == ("The customs link is down", team, 2, agent.name)
    run = Escalation.objects.get()
    assert (run.policy, run.subject_id, run.facts["urgency"]) == (policy, alert.pk, "important")


def test_a_team_without_anybody_makes_no_alert(agent: User, team: Team) -> None:
    with pytest.raises(errors.Invalid) as caught:
        raising.call_team(actor=agent, team=team, message="Down")
    assert caught.value.field == "team"
    assert not Alert.objects.exists()


@pytest.mark.parametrize(("given", "field"), [({"message": " \n "}, "message"), ({"message": "x", "priority": 7}, "priority")])
def test_what_is_wrong_names_the_field(agent: User, team: Team, policy: EscalationPolicy, given: dict[str, object], field: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        raising.call_team(actor=agent, team=team, **given)  # type: ignore[arg-type]  # a table of wrong values
    assert caught.value.field == field


def test_in_the_dialog(sign_in: SignIn, agent: User, auditor: User, team: Team, policy: EscalationPolicy) -> None:
    browser = sign_in(agent)
    assert f'value="{team.slug}" selected' in browser.get(f"/alerts/call/?team={team.slug}").content.decode()
    assert browser.post("/alerts/call/", {"team": team.slug, "message": "", "priority": "1"}).status_code == 422
    done = browser.post("/alerts/call/", {"team": team.slug, "message": "Down", "priority": "1"})
    assert (done.status_code, Alert.objects.get().key in done["HX-Trigger"]) == (204, True)
    assert sign_in(auditor).get("/alerts/call/").status_code == 403


def test_what_a_team_has_in_hand(agent: User, outsider: User, service: Service, team: Team, policy: EscalationPolicy) -> None:
    assert queries.in_hand(agent, [team.pk]) == {}
    alert = raising.call_team(actor=agent, team=team, message="Down")
    lifecycle.acknowledge(alert, actor=agent)
    assert queries.in_hand(agent, [team.pk])[team.pk].words == "1 alert acknowledged"
    incident = incidents.create(actor=agent, summary="Gateway returns 502", service=service, urgency=1, team=team)
    tickets.transition(incident, "start", actor=agent)
    found = queries.in_hand(agent, [team.pk])[team.pk]
    assert (found.words, found.is_urgent) == (f"Working on {incident.key}", incident.priority <= 2)
    assert queries.in_hand(outsider, [team.pk]) == {}
