"""Giving new tickets of a team to a person by the team's rule (QUE-05)."""

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from common import clock
from journal import actions as journal
from tickets import assigning, events, permissions
from tickets.actions import editing
from tickets.models import AssignmentRule, Ticket


@transaction.atomic
def dispatch(ticket: Ticket, *, actor: User | None = None) -> Ticket:
    """Assigns an open ticket that nobody has by the rule of its team, and keeps the reason. Without a rule, or with nobody there, it stays as it is.

    The rule is locked, so that two tickets at once do not go to the same person twice.
    """
    if ticket.team_id is None:
        return ticket
    rule = AssignmentRule.objects.select_for_update().filter(team=ticket.team_id, is_enabled=True).first()  # who was last is read under the lock
    strategy = assigning.get(rule.strategy) if rule else None
    if rule is None or strategy is None:
        return ticket
    fresh = Ticket.objects.select_related("team").get(pk=ticket.pk)
    if fresh.assignee_id is not None or not fresh.is_open or fresh.team_id != rule.team_id:
        return fresh
    choice = strategy.choose(rule, fresh, candidates(rule, fresh))
    if choice is None:
        return fresh
    assigned = editing.assign(fresh, actor=actor, assignee=choice.person)
    rule.last_assignee = choice.person
    rule.save(update_fields=["last_assignee"])
    journal.record(events.DISPATCHED, assigned, actor=actor, to=choice.person.name, reason=choice.reason, strategy=strategy.name)
    return assigned


def candidates(rule: AssignmentRule, ticket: Ticket) -> list[User]:
    """The members of the rule's team who may work on this ticket and are not away, by name."""
    at = clock.now()
    there = User.objects.filter(teams=rule.team_id, is_active=True).filter(Q(away_until=None) | Q(away_until__lte=at)).order_by("name", "pk")
    return [person for person in there if permissions.is_assignable(person, ticket.kind, permissions.teams_of(ticket))]
