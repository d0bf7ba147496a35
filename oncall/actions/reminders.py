"""Acknowledged and forgotten: who has it is asked again, and without an answer paging begins anew (ONC-11). Due rows and a sweep, as for the steps."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from common import clock
from journal import actions as journal
from notifications.actions import paging
from notifications.models import Page
from oncall import events, plan, subjects
from oncall.models import Escalation

BATCH = 100


def sweep() -> int:
    """Asks who is due, and takes back what nobody answered; answers how many runs were looked at."""
    at = clock.now()
    due = Escalation.objects.filter(Q(remind_at__lte=at) | Q(unack_at__lte=at)).order_by("pk").values_list("pk", flat=True)
    return sum(step(pk) for pk in list(due[:BATCH]))


@transaction.atomic
def step(pk: int) -> bool:
    """One run that nobody else holds."""
    run = Escalation.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    at = clock.now()
    if run is None:
        return False
    if run.state != Escalation.ACKNOWLEDGED or run.ended_at is not None:
        _save(run, remind_at=None, unack_at=None)
        return False
    policy = plan.policy_of(run.snapshot)
    if run.unack_at is not None and run.unack_at <= at:
        _take_back(run, policy, at)
    elif run.remind_at is not None and run.remind_at <= at:
        _ask(run, policy, at)
    return True


def _ask(run: Escalation, policy: plan.Policy, at: datetime) -> None:
    person = run.acknowledged_by
    _save(run, **plan.after_asking(policy, at))
    if person is None:
        return
    minutes = int((at - (run.acknowledged_at or at)).total_seconds() // 60)
    paging.page(
        [person], key=f"remind:{run.pk}:{int(at.timestamp())}", subject_type=run.subject_type, subject_id=run.subject_id,
        title=_("Do you still have it? %(title)s") % {"title": run.facts.get("title", "")}, url=str(run.facts.get("url", "")),
        urgency=str(run.facts.get("urgency") or "important"), reason=_("You acknowledged it %(n)d minutes ago.") % {"n": minutes}, at=at,
    )  # fmt: skip
    _tell(run, events.REMINDED, at)


def _take_back(run: Escalation, policy: plan.Policy, at: datetime) -> None:
    """Unless the question was answered; then the time begins again with the answer."""
    answered = _answered_at(run)
    if answered is not None:
        _save(run, **plan.after_acknowledging(policy, answered))
        return
    _save(run, remind_at=None, unack_at=None)
    _tell(run, events.UNANSWERED, at)


def _answered_at(run: Escalation) -> datetime | None:
    """When the newest question was answered; None while it was not, or nobody was asked."""
    newest = Page.objects.filter(key__startswith=f"remind:{run.pk}:").order_by("-pk").first()
    return newest.acknowledged_at if newest is not None and newest.state == Page.ACKNOWLEDGED else None


def _save(run: Escalation, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(run, name, value)
    run.version += 1
    run.save(update_fields=[*columns, "version"])


def _tell(run: Escalation, event: str, at: datetime) -> None:
    person = run.acknowledged_by.name if run.acknowledged_by is not None else "Evenkeel"
    journal.record(event, subjects.journal_subject(run.subject_type, run.subject_id), actor=None, at=at, run=run.pk, person=person)
