"""What a policy does to its subject, through the verbs of the app that owns it; after the commit of the step, so that no two apps hold each other's rows."""

from journal.handlers import on
from journal.models import Entry
from oncall import plan, subjects, telling
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


@on("schedule.handed_over")
def tell_of_hand_over(entry: Entry) -> None:
    """Who comes on call and who goes off hears of it."""
    telling.hand_over(entry)


@on("cover.asked")
def tell_who_is_asked(entry: Entry) -> None:
    """Somebody wants cover."""
    telling.cover_asked(entry)


@on("cover.accepted", "cover.declined")
def tell_who_asked(entry: Entry) -> None:
    """Somebody takes over, or cannot."""
    telling.cover_answered(entry)


@on("override.created")
def tell_who_is_put_on_call(entry: Entry) -> None:
    """Somebody is on call because another one said so."""
    telling.override_made(entry)


@on("schedule.warned")
def tell_who_can_mend(entry: Entry) -> None:
    """A schedule will have a hole."""
    telling.warned(entry)


@on("schedule.calendar_taken")
def tell_whom_a_calendar_puts_on_call(entry: Entry) -> None:
    """Overrides came from a calendar."""
    telling.calendar_taken(entry)


@on("calendar.failed")
def tell_who_gave_the_calendar(entry: Entry) -> None:
    """A followed calendar cannot be read."""
    telling.calendar_failed(entry)
