"""Who sees a restricted ticket beside those it concerns: named people and teams (INC-28)."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import clock, errors
from journal import actions as journal
from tickets import events, permissions
from tickets.actions import locking
from tickets.models import Admission, Ticket

MOST = 50


@transaction.atomic
def admit(ticket: Ticket, *, actor: User | None, people: Iterable[User], teams: Iterable[Team], expected_version: int | None = None) -> Ticket:
    """Makes these people and teams the ones who see the ticket beside those it concerns; whoever is not named is let in no more.

    Raises Refused, Conflict for an old version, Invalid for a ticket that is not restricted, somebody who has left, and a list that is too long.
    """
    locked = locking.locked(ticket, expected_version)
    permissions.can_admit(actor, locked).require()
    persons, groups = {one.pk: one for one in people}, {one.pk: one for one in teams}
    if not locked.is_restricted and (persons or groups):
        raise errors.Invalid("people", _("%(key)s is not restricted: everybody on the desk sees it. Restrict it first.") % {"key": locked.key})
    if len(persons) > MOST or len(groups) > MOST:
        raise errors.Invalid("people", _("Name at most %(most)d people and as many teams.") % {"most": MOST})
    known = list(Admission.objects.filter(ticket_id=locked.pk).select_related("user", "team"))
    gone = [row for row in known if (row.user_id not in persons if row.user_id else row.team_id not in groups)]
    fresh_people = [one for pk, one in persons.items() if pk not in {row.user_id for row in known}]
    fresh_teams = [one for pk, one in groups.items() if pk not in {row.team_id for row in known}]
    left = next((one for one in fresh_people if not one.is_active), None)
    if left is not None:
        raise errors.Invalid("people", _("%(name)s cannot sign in any more.") % {"name": left.name})
    if not (gone or fresh_people or fresh_teams):
        return locked
    at = clock.now()
    Admission.objects.filter(pk__in=[row.pk for row in gone]).delete()
    added: list[dict[str, Any]] = [*({"user": one} for one in fresh_people), *({"team": one} for one in fresh_teams)]
    Admission.objects.bulk_create(Admission(ticket_id=locked.pk, added_by=actor, added_at=at, **one) for one in added)
    locked.admitted_people, locked.admitted_teams = sorted(persons) or None, sorted(groups) or None
    locking.save(locked, ["admitted_people", "admitted_teams"], at)
    changes = ", ".join([*(f"+ {one}" for one in (*fresh_people, *fresh_teams)), *(f"\u2212 {row}" for row in gone)])
    journal.record(events.ADMITTED, locked, actor=actor, at=at, changes=changes)
    return locked
