"""What a policy does to its subject, through the verbs of the app that owns it; after the commit of the step, so that no two apps hold each other's rows."""

from journal.handlers import on
from journal.models import Entry
from oncall import plan, subjects
from oncall.actions import escalations
from oncall.models import Escalation


@on("escalation.exhausted")
def close_subject(entry: Entry) -> None:
    """A policy that closes after its last repeat closes what nobody answered."""
    run = Escalation.objects.get(pk=entry.data["run"])
    close = subjects.get(run.subject_type).close
    if plan.policy_of(run.snapshot).is_closing and close is not None:
        close(run.subject_id, None, "escalation")


@on("escalation.repeated")
def reopen_subject(entry: Entry) -> None:
    """A policy that says so sets the subject back to open with each repeat."""
    run = Escalation.objects.get(pk=entry.data["run"])
    reopen = subjects.get(run.subject_type).reopen
    if plan.policy_of(run.snapshot).is_reopening and reopen is not None and run.ended_at is None:
        reopen(run.subject_id, None, "escalation")


@on("escalation.unanswered")
def page_anew(entry: Entry) -> None:
    """Who acknowledged it does not answer: the acknowledgement is taken back, by the verb of the app that owns the subject."""
    run = Escalation.objects.get(pk=entry.data["run"])
    reopen = subjects.get(run.subject_type).reopen
    if run.state != Escalation.ACKNOWLEDGED or run.ended_at is not None:
        return
    if reopen is not None:
        reopen(run.subject_id, None, "escalation")
    else:
        escalations.unacknowledge(run.subject_type, run.subject_id, actor=None)
