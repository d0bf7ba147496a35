"""ONC-08: rules for other events than being paged: who made one hears of it by that way, nobody else does."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Team, User
from common import clock
from incidents.models import Incident
from notifications.actions import contacts, outbox, paging
from notifications.models import ContactMethod, Message, Page
from oncall.actions import escalations
from oncall.models import EscalationPolicy, EscalationStep
from tests.notifications.conftest import deliver
from tickets.actions import conversation, editing

pytestmark = pytest.mark.django_db


def rule(user: User, event: str, urgency: str = "important") -> ContactMethod:
    contact, _is_new = ContactMethod.objects.get_or_create(
        user=user, channel="email", name="Pager", address=f"pager-{user.pk}@example.com", verified_at=START
    )
    contacts.add_rule(actor=user, event=event, urgency=urgency, delay=0, contact=contact)
    return contact


START = datetime.fromisoformat("2026-11-24T12:00:00+00:00")


def page(*users: User) -> list[Page]:
    with transaction.atomic():
        return paging.page(users, key="k", subject_type="thing", subject_id=1, title="Gateway down", url="/alerts/7/")


def news() -> list[tuple[str, str]]:
    rows = Message.objects.filter(idempotency_key__startswith=paging.NEWS_KEY).order_by("id")
    return list(rows.values_list("recipient__name", "subject"))


def test_the_others_hear_who_has_it_and_that_it_is_over(agent: User, resolver: User, lead: User) -> None:
    for user in (agent, resolver):
        rule(user, "acknowledged")
    rule(resolver, "closed")
    page(agent, resolver, lead)
    paging.acknowledge("thing", 1, actor=agent)
    assert news() == [("Daniel Resolver", "Hanna Agent acknowledged: Gateway down")]
    paging.end("thing", [1])
    assert news()[1:] == [("Daniel Resolver", "Over: Gateway down")]
    assert Message.objects.get(subject__startswith="Over").body == "http://testserver/alerts/7/"


def test_a_rule_of_another_urgency_does_not_count(agent: User, resolver: User) -> None:
    rule(resolver, "acknowledged", "default")
    page(resolver)
    paging.acknowledge("thing", 1, actor=agent)
    assert news() == []


def test_who_did_not_answer_hears_that_it_goes_on(agent: User, resolver: User, team: Team) -> None:
    rule(agent, "escalated")
    policy = EscalationPolicy.objects.create(slug="p", name="P", team=team)
    for delay, user in ((0, agent), (5, resolver)):
        EscalationStep.objects.create(policy=policy, delay_minutes=delay, target=EscalationStep.USER, user=user)
    with clock.shifted(START):
        escalations.start("thing", 1, policy, actor=None, facts={"title": "Gateway down", "urgency": "important"})
        escalations.sweep()
    assert news() == []
    with clock.shifted(START + timedelta(minutes=5)):
        escalations.sweep()
    assert news() == [("Hanna Agent", "Goes on to the next step: Gateway down")]


def test_what_is_assigned_and_what_is_noted(incident: Incident, agent: User, resolver: User) -> None:
    for event in ("assigned", "note"):
        rule(resolver, event, "default")
    editing.assign(incident, actor=agent, assignee=resolver)
    conversation.comment(incident, actor=agent, body="Look at the log", is_internal=True)
    deliver()
    told = news()
    assert [name for name, _subject in told] == [resolver.name, resolver.name]
    assert all(subject.startswith(f"{incident.key} Gateway returns 502: ") for _name, subject in told)


def test_news_is_rarer_than_pages(agent: User, resolver: User, mailoutbox: list[Any]) -> None:
    """RELIABILITY: status updates 1 in 3 minutes."""
    rule(resolver, "acknowledged")
    for number in (1, 2):
        with transaction.atomic():
            paging.page([resolver], key=f"k{number}", subject_type="thing", subject_id=number, title=f"Number {number}")
        paging.acknowledge("thing", number, actor=agent)
    outbox.send_due()
    assert [mail.subject for mail in mailoutbox] == ["Hanna Agent acknowledged: Number 1"]
    waiting = Message.objects.get(idempotency_key__startswith=paging.NEWS_KEY, state=Message.QUEUED)
    assert waiting.due_at == clock.now() + timedelta(minutes=3)
