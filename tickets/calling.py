"""Reads of who is called for a ticket."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.models import Page
from oncall import plan
from oncall.models import Escalation
from tickets import permissions
from tickets.actions import paging
from tickets.models import Responder, Ticket


def runs_of(ticket: Ticket) -> Sequence[Any]:
    """The escalations of a ticket, newest first, each with the people who were paged by it."""
    return runs_of_subject(paging.TICKET, ticket.pk)


def runs_of_subject(subject_type: str, subject_id: int) -> Sequence[Any]:
    """The same of anything that pages. said: how far it came, in words. is_waiting: a further step is to come."""
    runs = list(Escalation.objects.filter(subject_type=subject_type, subject_id=subject_id).select_related("acknowledged_by").order_by("-pk")[:10])
    if not runs:
        return []
    pages = Page.objects.filter(subject_type=subject_type, subject_id=subject_id, key__startswith="run:").select_related("user").order_by("pk")
    names: dict[int, list[str]] = {}
    for page in pages:
        of_run = names.setdefault(int(page.key.split(":")[1]), [])
        if page.user.name not in of_run:
            of_run.append(page.user.name)
    for run in runs:
        run.name = run.snapshot["name"]  # type: ignore[attr-defined]
        run.people = names.get(run.pk, [])  # type: ignore[attr-defined]
        run.said = _said(run)  # type: ignore[attr-defined]
        run.is_waiting = run.state == Escalation.RUNNING and run.next_step_at is not None  # type: ignore[attr-defined]
    return runs


def _said(run: Escalation) -> str:
    """How far it came: “stopped at step 1 of 3”."""
    amount = len(plan.delays(plan.policy_of(run.snapshot)))
    at = min(max(run.step, 1), amount)
    if run.state == Escalation.RUNNING:
        return _("calling, step {n} of {all}").format(n=at, all=amount)
    return (_("no answer after {all} steps") if run.state == Escalation.EXHAUSTED else _("stopped at step {n} of {all}")).format(n=at, all=amount)


def responders_of(ticket: Ticket, user: User) -> Sequence[Any]:
    """Who was asked by hand, with the addresses at which this person answers when he was asked."""
    rows = list(Responder.objects.filter(ticket_id=ticket.pk).select_related("user", "asked_by").order_by("pk"))
    for row in rows:
        is_mine = row.user_id == user.pk and ticket.is_open
        row.accept_url = _url(ticket, row, "accept") if is_mine and row.state != Responder.ACCEPTED else ""  # type: ignore[attr-defined]
        row.decline_url = _url(ticket, row, "decline") if is_mine and row.state != Responder.DECLINED else ""  # type: ignore[attr-defined]
    return rows


def _url(ticket: Ticket, row: Responder, verb: str) -> str:
    return reverse("tickets:answer_page", args=[ticket.key, row.pk, verb])


def may_acknowledge(ticket: Ticket, user: User) -> bool:
    """Whether somebody is being called right now, nobody answered, and this person may."""
    waiting = Escalation.objects.filter(subject_type=paging.TICKET, subject_id=ticket.pk, state=Escalation.RUNNING, ended_at__isnull=True)
    is_paged = Page.objects.filter(user=user, subject_type=paging.TICKET, subject_id=ticket.pk).exists()
    return waiting.exists() and bool(permissions.can_acknowledge(user, ticket, is_paged=is_paged))
