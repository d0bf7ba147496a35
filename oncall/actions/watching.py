"""What is told of schedules as time goes by: hand-overs as they happen, and what will go wrong in the next 14 days (ONC-04, ONC-13)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from journal import actions as journal
from journal.models import Entry
from oncall import checks, events, permissions, queries, rota, timeline
from oncall.models import HandOverNote, Schedule

ONCE_IN = timedelta(hours=20)


def tell_hand_overs() -> int:
    """Once a minute: whoever came on call since the last look, and who went off, is told. Answers in how many schedules that happened.

    Also a changed rotation or an override is a hand-over. The first look at a schedule tells nobody; after an outage only the present state is told.
    """
    at = clock.now()
    rows = list(Schedule.objects.select_related("team").order_by("pk"))
    stored = queries.stored_all(rows, at, at + rota.HORIZON)
    return sum(_hand_over(row, stored[row.pk], at) for row in rows)


@transaction.atomic
def _hand_over(schedule: Schedule, plan: rota.Schedule, at: datetime) -> int:
    people = queries.people_of(rota.people_at(plan, at))
    known, now = schedule.known_on_call, sorted(user.pk for user in people)
    if known == now:
        return 0
    same = Schedule.objects.filter(pk=schedule.pk, **({"known_on_call": known} if known is not None else {"known_on_call__isnull": True}))
    if not same.update(known_on_call=now) or known is None:
        return 0
    until = rota.until(plan, at)
    journal.record(
        events.HANDED_OVER, schedule, at=at, name=schedule.name, people=", ".join(user.name for user in people) or _("No one"),
        begins=[pk for pk in now if pk not in known], ends=[pk for pk in known if pk not in now], until=until.isoformat() if until else "",
    )  # fmt: skip
    return 1


@transaction.atomic
def write_note(schedule: Schedule, body: str, *, actor: User) -> HandOverNote:
    """Leaves a note for whoever is on call next. Raises Refused, or Invalid for an empty or too long one."""
    permissions.can_note(actor, schedule).require()
    text = body.strip()
    if not text or len(text) > 4000:
        raise errors.Invalid("body", _("Write what the next person must know, in at most 4000 characters."))
    made = HandOverNote.objects.create(schedule=schedule, author=actor, body=text, written_at=clock.now())
    journal.record(events.NOTE_WRITTEN, schedule, actor=actor, name=schedule.name)
    return made


@transaction.atomic
def warn_leads() -> int:
    """Once a day: each schedule in which something will go wrong in the next 14 days is told to who can mend it. Answers how many that are."""
    at = clock.now()
    rows = list(Schedule.objects.select_for_update().filter(is_enabled=True).prefetch_related("team").order_by("pk"))
    told = set(Entry.objects.filter(subject_type="schedule", event="schedule.warned", at__gt=at - ONCE_IN).values_list("subject_id", flat=True))
    stored = queries.stored_all(rows, at, at + timeline.AHEAD)
    names = timeline.Names.of(stored.values())
    warned = 0
    for row in rows:
        lines = [] if row.pk in told else warnings(row, rows, stored, names, at)
        if lines:
            journal.record(events.WARNED, row, at=at, name=row.name, text="; ".join(lines[:10]))
            warned += 1
    return warned


def warnings(schedule: Schedule, every: Sequence[Schedule], stored: Any, names: timeline.Names, at: datetime) -> list[str]:
    """What will go wrong in one schedule within 14 days, as sentences: hours without anybody, people who are away, unreachable, or on call twice at once."""
    end = at + timeline.AHEAD
    team = [one for one in every if one.team_id == schedule.team_id]
    span = timeline.span_of
    lines = [
        _("nobody is on call {span}").format(span=span(gap.begin, gap.end)) for gap in rota.gaps(stored[schedule.pk], at, end) if not gap.is_meant
    ]
    lines += [
        _("{name} is away while on call {span}").format(name=one.user.name, span=span(one.begin, one.end))
        for one in checks.clashes([schedule], stored, names, at, end)
    ]
    lines += [
        _("{name} is also on call in {other} {span}").format(name=one.user.name, other=one.other.name, span=span(one.begin, one.end))
        for one in checks.doubles(schedule, team, stored, names, at, end)
    ]
    lines += [_("{name} has no verified way to be paged").format(name=user.name) for user in checks.unreachable([schedule], stored, names, at, end)]
    return lines
