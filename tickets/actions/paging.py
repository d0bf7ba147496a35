"""Tickets that call people: by the policy of their service, the routing rules of their team, or by hand (ALR-13)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import clock, errors
from journal import actions as journal
from notifications.actions import paging
from notifications.models import Page
from oncall import routing, snapshots
from oncall.actions import escalations
from oncall.models import Escalation, EscalationPolicy, Schedule
from tickets import events, permissions
from tickets.actions import locking
from tickets.models import Responder, Ticket
from workflows.models import Status

TICKET, RESPONDER = "ticket", "responder"
URGENT = 2  # P1 and P2 come through quiet hours
MOST_AT_ONCE = 20
ACKNOWLEDGES = {"start"}
BY_ITSELF = "by_itself"  # a fact of runs that no person asked for


@transaction.atomic
def begin(ticket: Ticket, *, actor: User | None) -> Escalation | None:
    """Starts to call people for a new ticket; None when its service and team call nobody. What an alert opened is paged by the alert."""
    locked = locking.locked(ticket)
    if not locked.is_open or locked.channel == "alert":
        return None
    return _start(locked, actor)


def _start(ticket: Ticket, actor: User | None) -> Escalation | None:
    by, facts = _called_by(ticket), {**facts_of(ticket), BY_ITSELF: True}
    return escalations.start(TICKET, ticket.pk, by, actor=actor, facts=facts, team=_team(ticket)) if by is not None else None


@transaction.atomic
def reconsider(ticket: Ticket, *, actor: User | None) -> Escalation | None:
    """The service, team or priority of a ticket changed before anybody began to work on it: who is to be called now is called.

    Who was called by the old service or team is not called any more, save by hand. A rule that calls nobody now silences nobody, and what runs by the
    same policy goes on, with the new priority. Answers the run by which people are called, None without one.
    """
    locked = locking.locked(ticket)
    runs = list(Escalation.objects.select_for_update().filter(subject_type=TICKET, subject_id=locked.pk).order_by("-pk"))
    is_answered = any(run.state in (Escalation.ACKNOWLEDGED, Escalation.STOPPED) for run in runs[:1])
    if locked.status_category != Status.TODO or locked.channel == "alert" or is_answered:
        return None
    by, facts = _called_by(locked), {**facts_of(locked), BY_ITSELF: True}
    if by is None or not snapshots.of(by).steps:
        return None
    same = next((run for run in runs if _is_of(run, by) and run.facts.get(BY_ITSELF)), None)
    if same is not None and (same.ended_at is None or locked.priority >= same.facts["priority"]):
        Escalation.objects.filter(pk=same.pk, ended_at__isnull=True).update(facts=facts)
        return same
    if all(run.facts.get(BY_ITSELF) for run in runs if run.ended_at is None):
        escalations.stop(TICKET, [locked.pk], actor=actor, why="rerouted")
    return _start(locked, actor)


def _called_by(ticket: Ticket) -> EscalationPolicy | Schedule | None:
    """The service's policy, else the first rule of the team that fits."""
    if ticket.service is not None and ticket.service.escalation_policy is not None:
        return ticket.service.escalation_policy
    team = _team(ticket)
    return routing.route(team.pk, facts_of(ticket), clock.now()) if team is not None else None


def _team(ticket: Ticket) -> Team | None:
    return ticket.team or (ticket.service.owner_team if ticket.service is not None else None)


def facts_of(ticket: Ticket) -> Mapping[str, Any]:
    """What pages and step conditions need to know. A restricted ticket tells its key only, because a page lies open on telephones."""
    summary, text = (_("restricted"), "") if ticket.is_restricted else (ticket.summary, ticket.description[:2000])
    return {
        "title": f"P{ticket.priority} {ticket.key} {summary}"[:250], "text": text, "url": ticket.get_absolute_url(), "priority": ticket.priority,
        "urgency": "important" if ticket.priority <= URGENT else "default", "tier": ticket.service.tier_id if ticket.service is not None else None,
        "tags": list(ticket.labels), "service": ticket.service.name if ticket.service is not None else "", "key": ticket.key,
    }  # fmt: skip


def _is_of(run: Escalation, by: EscalationPolicy | Schedule) -> bool:
    return run.policy_id == by.pk if isinstance(by, EscalationPolicy) else run.policy_id is None and run.snapshot["name"] == by.name


@transaction.atomic
def call(ticket: Ticket, *, actor: User | None, team: Team | None, people: Iterable[User], message: str = "") -> None:
    """Calls a team by hand, people, or both. Raises what page_team and ask raise."""
    wanted = list(people)
    if wanted or team is None:
        ask(ticket, actor=actor, people=wanted, message=message)
    if team is not None:
        page_team(ticket, actor=actor, team=team, message=message)


@transaction.atomic
def page_team(ticket: Ticket, *, actor: User | None, team: Team, message: str = "") -> Escalation:
    """Calls a team by hand, by its routing rules, else its first policy or schedule; who is called already stays so.

    message: what the telephones show first. Raises Refused, or Invalid when the team has none of them.
    """
    locked = locking.locked(ticket)
    permissions.can_page(actor, locked).require()
    said = " ".join(message.split())[:300]
    facts = {**facts_of(locked), "urgency": "important"}
    facts["text"] = "\n\n".join(part for part in (said, facts["text"]) if part)
    run = escalations.call_team(TICKET, locked.pk, team=team, actor=actor, facts=facts)
    if run.started_at == clock.now():  # of this transaction, so it is new
        journal.record(events.RESPONDER_ASKED, locked, actor=actor, people=f"{team.name} (“{said}”)" if said else team.name)
    return run


@transaction.atomic
def ask(ticket: Ticket, *, actor: User | None, people: Iterable[User], message: str = "") -> list[Responder]:
    """Asks people to help, and pages them at once; who is asked already stays so. Raises Refused, or Invalid for somebody who may not see the ticket."""
    locked = locking.locked(ticket)
    permissions.can_page(actor, locked).require()
    wanted = sorted({user.pk: user for user in people}.values(), key=lambda user: user.pk)
    text = " ".join(message.split())[:300]
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise errors.Invalid("people", _("Choose 1 to %(most)d people.") % {"most": MOST_AT_ONCE})
    blind = next((user for user in wanted if not user.is_active or not permissions.can_see(user, locked)), None)
    if blind is not None:
        raise errors.Invalid("people", _("%(name)s may not see %(key)s. Let the person in first.") % {"name": blind.name, "key": locked.key})
    known = set(Responder.objects.filter(ticket_id=locked.pk, state=Responder.ASKED).values_list("user_id", flat=True))
    at = clock.now()
    asked = [Responder(ticket_id=locked.pk, user=user, asked_by=actor, asked_at=at, message=text) for user in wanted if user.pk not in known]
    Responder.objects.bulk_create(asked)
    facts = facts_of(locked)
    for row in asked:
        paging.page(
            [row.user], key=f"responder:{row.pk}", subject_type=RESPONDER, subject_id=row.pk, title=str(facts["title"]), text=text or str(facts["text"]),
            url=str(facts["url"]), reason=_("%(name)s asks for your help") % {"name": actor.name if actor else "Evenkeel"}, at=at,
        )  # fmt: skip
    if asked:
        journal.record(events.RESPONDER_ASKED, locked, actor=actor, at=at, people=", ".join(row.user.name for row in asked))
    return asked


@transaction.atomic
def answer(responder: Responder, *, actor: User | None, accepts: bool, via: str = "app") -> Responder:
    """Somebody who was asked comes, or cannot; his page is over. Only he says so. A second answer replaces the first one."""
    if actor is None or responder.user_id != actor.pk:
        raise errors.Refused(_("Only who was asked can answer."))
    locked = Responder.objects.select_for_update(of=("self",)).get(pk=responder.pk)
    state = Responder.ACCEPTED if accepts else Responder.DECLINED
    if locked.state == state:
        return locked
    at = clock.now()
    locked.state, locked.answered_at = state, at
    locked.save(update_fields=["state", "answered_at"])
    paging.acknowledge(RESPONDER, locked.pk, actor=actor, via=via, at=at)
    journal.record(events.RESPONDER_ACCEPTED if accepts else events.RESPONDER_DECLINED, locked.ticket, actor=actor, at=at)
    return locked


@transaction.atomic
def acknowledge(ticket: Ticket, *, actor: User | None, via: str = "app") -> int:
    """Somebody has it: every run of the ticket goes quiet in this transaction, and no waiting page leaves. Answers how many runs and pages were open."""
    locked = locking.locked(ticket)
    is_paged = actor is not None and Page.objects.filter(user=actor, subject_type=TICKET, subject_id=locked.pk).exists()
    permissions.can_acknowledge(actor, locked, is_paged=is_paged).require()
    return escalations.acknowledge(TICKET, locked.pk, actor=actor, via=via)


def follow(ticket: Ticket, verb: str, *, actor: User | None) -> None:
    """What a move of a locked ticket means for those who are called: work on it answers, its end ends all. Belongs to the caller's transaction."""
    if ticket.status_category == Status.DONE:
        asked = list(Responder.objects.filter(ticket_id=ticket.pk).values_list("pk", flat=True))
        if asked:
            paging.end(RESPONDER, asked)
        if _is_calling(ticket):
            escalations.stop(TICKET, [ticket.pk], actor=actor, why=verb)
    elif verb in ACKNOWLEDGES and _is_calling(ticket):
        escalations.acknowledge(TICKET, ticket.pk, actor=actor)


def _is_calling(ticket: Ticket) -> bool:
    subject = Q(subject_type=TICKET, subject_id=ticket.pk, ended_at__isnull=True)
    return Escalation.objects.filter(subject).exists() or Page.objects.filter(subject).exists()
