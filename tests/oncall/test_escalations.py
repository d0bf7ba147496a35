"""Escalations: a row with a due time pages the right people in the right order, stops when somebody answers, and survives outages (ONC-06, B1, B5, B7, B8)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Membership, Team, User
from common import clock
from journal.models import Entry
from notifications.actions import outbox, paging
from notifications.models import ContactMethod, Message, Page, PersonalRule, QuietHours
from oncall.actions import escalations
from oncall.models import Escalation, EscalationPolicy, EscalationStep, Rotation, Schedule, Turn

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
SUBJECT = ("alert", 7)
FACTS = {"title": "P1 Gateway returns 502", "text": "Since 10:00", "url": "/alerts/7/", "priority": 1, "tier": 1}


def reachable(user: User, name: str = "Mail") -> ContactMethod:
    return ContactMethod.objects.create(user=user, channel="email", name=name, address=f"{name.lower()}-{user.pk}@example.com", verified_at=START)


@pytest.fixture
def policy(team: Team, agent: User, resolver: User, lead: User) -> EscalationPolicy:
    """At once the agent, after 5 minutes the resolver, after 15 minutes the lead; once more after 10 minutes."""
    made = EscalationPolicy.objects.create(slug="gateways", name="Gateways first", team=team, repeat_count=1, repeat_after=10)
    for delay, user in ((0, agent), (5, resolver), (15, lead)):
        reachable(user)
        EscalationStep.objects.create(policy=made, delay_minutes=delay, target=EscalationStep.USER, user=user)
    return made


def begin(policy: EscalationPolicy, **facts: Any) -> Escalation:
    with clock.shifted(START):
        run = escalations.start(*SUBJECT, policy, actor=None, facts={**FACTS, **facts})
    assert run is not None
    return run


def sweep(minutes: float) -> list[str]:
    """Moves the clock, sweeps, and says who has been paged so far, in order."""
    with clock.shifted(START + timedelta(minutes=minutes)):
        escalations.sweep()
    return paged()


def paged() -> list[str]:
    return [row.user.name for row in Page.objects.select_related("user").order_by("pk")]


def told() -> list[str]:
    return list(Entry.objects.filter(subject_type="alert", subject_id=7).order_by("pk").values_list("event", flat=True))


def test_each_step_pages_when_it_is_due_and_the_round_repeats(policy: EscalationPolicy, agent: User, resolver: User, lead: User) -> None:
    run = begin(policy)
    first, second, third = agent.name, resolver.name, lead.name
    assert sweep(0) == [first]
    assert sweep(4.9) == [first]
    assert sweep(5) == [first, second]
    assert sweep(15) == [first, second, third]
    assert sweep(24.9) == [first, second, third]
    assert sweep(25) == [first, second, third, first]
    assert sweep(30) == [first, second, third, first, second]
    assert sweep(40) == [first, second, third, first, second, third]
    run.refresh_from_db()
    assert (run.state, run.next_step_at) == (Escalation.RUNNING, START + timedelta(minutes=50))
    sweep(50)
    run.refresh_from_db()
    assert (run.state, run.next_step_at, run.ended_at) == (Escalation.EXHAUSTED, None, START + timedelta(minutes=50))
    assert told() == ["escalation.started", *["escalation.paged"] * 3, "escalation.repeated", *["escalation.paged"] * 3, "escalation.exhausted"]
    assert Message.objects.count() == 6


def test_a_second_start_and_a_second_sweep_change_nothing(policy: EscalationPolicy, agent: User) -> None:
    run = begin(policy)
    assert begin(policy) == run
    assert sweep(0) == sweep(0) == [agent.name]


def test_an_acknowledgement_stops_every_run_and_every_waiting_message(policy: EscalationPolicy, agent: User, resolver: User) -> None:
    later = PersonalRule.objects.create(user=agent, event="page", urgency="important", delay_minutes=3, contact=reachable(agent, "Phone"))
    assert later.delay_minutes == 3
    begin(policy)
    sweep(0)
    with clock.shifted(START + timedelta(minutes=1)):
        assert escalations.acknowledge(*SUBJECT, actor=agent, via="link") == 2
        assert escalations.acknowledge(*SUBJECT, actor=resolver) == 0
    assert sweep(60) == [agent.name]
    run, page, message = Escalation.objects.get(), Page.objects.get(), Message.objects.get()
    assert (run.state, run.acknowledged_by, run.next_step_at) == (Escalation.ACKNOWLEDGED, agent, None)
    assert (page.state, page.acknowledged_by, page.acknowledged_via) == (Page.ACKNOWLEDGED, agent, "link")
    assert (message.state, message.outcome) == (Message.WITHDRAWN, "acknowledged")
    assert told()[-1] == "page.acknowledged"


def test_a_step_that_waits_for_closing_goes_on_after_an_acknowledgement(policy: EscalationPolicy, agent: User, lead: User) -> None:
    EscalationStep.objects.filter(user=lead).update(condition=EscalationStep.NOT_CLOSED)
    begin(policy)
    sweep(0)
    with clock.shifted(START + timedelta(minutes=1)):
        escalations.acknowledge(*SUBJECT, actor=agent)
    assert sweep(15) == [agent.name, lead.name]
    with clock.shifted(START + timedelta(minutes=16)):
        assert escalations.stop("alert", [7], actor=agent, why="closed") == 1
    assert sweep(60) == [agent.name, lead.name]
    assert set(Page.objects.values_list("state", flat=True)) == {Page.ENDED}


def test_after_an_outage_only_the_current_step_runs(policy: EscalationPolicy, resolver: User, lead: User) -> None:
    """RELIABILITY B1: no burst of old pages; what was skipped is told."""
    begin(policy)
    assert sweep(7) == [resolver.name]
    assert sweep(15) == [resolver.name, lead.name]
    assert Entry.objects.get(event="escalation.skipped").data["count"] == 1


def test_after_a_long_outage_the_last_step_runs_once(policy: EscalationPolicy, lead: User) -> None:
    run = begin(policy)
    assert sweep(600) == sweep(610) == [lead.name]
    run.refresh_from_db()
    assert run.state == Escalation.EXHAUSTED


def test_a_step_that_reaches_nobody_hands_on_at_once(policy: EscalationPolicy, agent: User, resolver: User, lead: User, team: Team) -> None:
    """RELIABILITY B7: nobody on call, a person who left."""
    empty = Schedule.objects.create(slug="empty", name="Empty", team=team)
    EscalationStep.objects.filter(user=agent).update(target=EscalationStep.CURRENT, schedule=empty, user=None)
    User.objects.filter(pk=resolver.pk).update(is_active=False)
    begin(policy)
    assert sweep(0) == [lead.name]
    assert told() == ["escalation.started", "escalation.nobody", "escalation.nobody", "escalation.paged"]


def test_who_has_no_verified_contact_is_no_dead_end(policy: EscalationPolicy, agent: User, resolver: User, settings: Any) -> None:
    settings.EMAIL_IS_CONFIGURED = False
    ContactMethod.objects.filter(user=agent).update(verified_at=None)
    begin(policy)
    assert sweep(0) == [agent.name, resolver.name]
    assert list(Page.objects.order_by("pk").values_list("state", flat=True)) == [Page.UNREACHABLE, Page.OPEN]
    assert not Message.objects.filter(recipient=agent).exists()


def test_a_policy_that_changes_or_goes_in_mid_run_changes_nothing(policy: EscalationPolicy, agent: User, resolver: User) -> None:
    """RELIABILITY B8."""
    begin(policy)
    sweep(0)
    policy.steps.all().delete()
    policy.delete()
    assert sweep(5) == [agent.name, resolver.name]


def test_priorities_tiers_and_times_choose_the_steps(policy: EscalationPolicy, agent: User, resolver: User, lead: User) -> None:
    """ONC-07."""
    EscalationStep.objects.filter(user=agent).update(priorities=[2, 3])
    EscalationStep.objects.filter(user=resolver).update(tiers=[3])
    EscalationStep.objects.filter(user=lead).update(from_at="22:00", until_at="06:00")
    begin(policy)
    for minutes in (0, 5, 15, 25, 30):
        assert sweep(minutes) == []
    assert "escalation.nobody" not in told()


def test_a_snooze_holds_the_steps_back(policy: EscalationPolicy, agent: User, resolver: User) -> None:
    """RELIABILITY B6."""
    begin(policy)
    sweep(0)
    with clock.shifted(START + timedelta(minutes=2)):
        escalations.snooze(*SUBJECT, until=START + timedelta(minutes=30), actor=agent)
    assert sweep(29) == [agent.name]
    assert resolver.name in sweep(30) or len(paged()) == 2


def test_unacknowledging_begins_a_new_round(policy: EscalationPolicy, agent: User) -> None:
    begin(policy)
    sweep(0)
    with clock.shifted(START + timedelta(minutes=1)):
        escalations.acknowledge(*SUBJECT, actor=agent)
    with clock.shifted(START + timedelta(minutes=2)):
        assert escalations.unacknowledge(*SUBJECT, actor=agent) == 1
    assert sweep(2) == [agent.name, agent.name]


def test_a_schedule_a_team_and_turns(policy: EscalationPolicy, team: Team, agent: User, resolver: User, lead: User) -> None:
    schedule = Schedule.objects.create(slug="primary", name="Primary", team=team)
    rotation = Rotation.objects.create(schedule=schedule, name="Weekly", starts_on="2026-11-02", hand_over_at="09:00")
    for place, user in enumerate((agent, resolver)):
        Turn.objects.create(rotation=rotation, position=place, user=user)
    assert Membership.objects.filter(team=team).count() == 3
    Membership.objects.filter(team=team).update(is_lead=False)
    Membership.objects.filter(team=team, user=resolver).update(is_lead=True)
    Membership.objects.filter(team=team, user=lead).delete()
    policy.steps.all().delete()
    for delay, target, more in (
        (0, EscalationStep.CURRENT, {"schedule": schedule}), (1, EscalationStep.NEXT, {"schedule": schedule}), (2, EscalationStep.ADMINS, {"team": team}),
        (3, EscalationStep.MEMBERS, {"team": team}), (4, EscalationStep.MEMBERS, {"team": team, "is_round_robin": True}),
    ):  # fmt: skip
        EscalationStep.objects.create(policy=policy, delay_minutes=delay, target=target, **more)
    begin(policy)
    assert sweep(0) == [resolver.name]
    assert sweep(1)[1:] == [agent.name]
    assert sweep(2)[2:] == [resolver.name]
    assert sorted(sweep(3)[3:]) == sorted([agent.name, resolver.name])
    assert len(sweep(4)[5:]) == 1


def test_personal_rules_say_how_and_when(policy: EscalationPolicy, agent: User) -> None:
    """ONC-08, ONC-14: an unverified contact is never used."""
    phone, other = reachable(agent, "Phone"), reachable(agent, "Other")
    ContactMethod.objects.filter(pk=other.pk).update(verified_at=None)
    for delay, contact in ((0, phone), (4, ContactMethod.objects.get(user=agent, name="Mail")), (1, other)):
        PersonalRule.objects.create(user=agent, event="page", urgency="important", delay_minutes=delay, contact=contact)
    begin(policy)
    sweep(0)
    sent = [(row.contact.name if row.contact else "", row.due_at - START) for row in Message.objects.select_related("contact").order_by("due_at")]
    assert sent == [("Phone", timedelta()), ("Mail", timedelta(minutes=4))]


def test_quiet_hours_hold_ordinary_pages_back(policy: EscalationPolicy, agent: User) -> None:
    """ONC-12."""
    QuietHours.objects.create(user=agent, from_at="09:00", until_at="12:00")
    User.objects.filter(pk=agent.pk).update(time_zone="UTC")
    begin(policy, urgency="default")
    sweep(0)
    assert Message.objects.get().due_at == START.replace(hour=12)
    escalations.stop("alert", [7], actor=None, why="over")
    again = begin(policy)
    assert again is not None
    sweep(0)
    assert Message.objects.order_by("-pk")[0].due_at == START


def test_a_message_of_an_answered_page_does_not_leave(policy: EscalationPolicy, agent: User, mailoutbox: list[Any]) -> None:
    """RELIABILITY B5, B20: also when a worker holds it already."""
    begin(policy)
    sweep(0)
    message = Message.objects.get()
    Page.objects.update(state=Page.ACKNOWLEDGED)
    outbox.send(message)
    message.refresh_from_db()
    assert (message.state, mailoutbox) == (Message.WITHDRAWN, [])


def test_a_test_page_reaches_every_verified_contact(agent: User) -> None:
    """ONC-14."""
    reachable(agent)
    reachable(agent, "Phone")
    page = paging.test_page(agent, actor=agent)
    assert (page.state, page.messages.count()) == (Page.OPEN, 2)
