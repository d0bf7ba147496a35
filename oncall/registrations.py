"""On-call in the sidebar, in the palette, and under a person's name."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import navigation, search
from notifications import answers
from notifications import subjects as noticed
from oncall import permissions, subjects, timeline
from oncall.actions import escalations
from oncall.models import CoverRequest, FollowedCalendar, Override, Schedule


def answer(user: User, subject_type: str, subject_id: int, verb: str, via: str) -> None:
    """An answer by link, SMS or button: the verb of the app that owns the subject, else only the paging stops."""
    acknowledge = subjects.get(subject_type).acknowledge
    if acknowledge is not None:
        acknowledge(subject_id, user, via)
    else:
        escalations.acknowledge(subject_type, subject_id, actor=user, via=via)


answers.otherwise(answer)


def of_notices(model: type[Any], way: str) -> Callable[[User, bool], QuerySet[Any]]:
    """The records of a type that a person may hear of: those of schedules that he sees. way: from the record to its schedule."""
    return lambda user, is_internal: model.objects.filter(**{f"{way}__in": permissions.visible_to(user, Schedule.objects.all())})


def followed_by(user: User, is_internal: bool) -> QuerySet[FollowedCalendar]:
    """The calendars of which somebody hears: those that he gave, and those of schedules that he looks after."""
    its_lead = Q(schedule__team__memberships__user=user, schedule__team__memberships__is_lead=True)
    return FollowedCalendar.objects.filter(Q(owner=user) | (Q(schedule__isnull=False) if user.has_right("oncall.manage") else its_lead))


noticed.register("schedule", of_notices(Schedule, "pk"))
noticed.register("cover_request", of_notices(CoverRequest, "schedule"))
noticed.register("override", of_notices(Override, "schedule"))
noticed.register("followed_calendar", followed_by)


navigation.register(
    navigation.Entry("oncall", _("On-call"), "oncall:now", section=2, order=15, icon="phone-call", go="o", right="oncall.view", tab=3)
)
navigation.register_badge(timeline.badge)
search.register_command(search.Command(_("See who is on call now"), "phone-call", "oncall:now", right="oncall.view"))
search.register_command(search.Command(_("See my shifts"), "calendar", "oncall:shifts", right="oncall.view"))
