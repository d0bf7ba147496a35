"""On-call in the sidebar, in the palette, and under a person's name."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import navigation, search
from notifications import answers
from oncall import subjects, timeline
from oncall.actions import escalations


def answer(user: User, subject_type: str, subject_id: int, verb: str, via: str) -> None:
    """An answer by link, SMS or button: the verb of the app that owns the subject, else only the paging stops."""
    acknowledge = subjects.get(subject_type).acknowledge
    if acknowledge is not None:
        acknowledge(subject_id, user, via)
    else:
        escalations.acknowledge(subject_type, subject_id, actor=user, via=via)


answers.otherwise(answer)

navigation.register(
    navigation.Entry("oncall", _("On-call"), "oncall:now", section=2, order=15, icon="phone-call", go="o", right="oncall.view", tab=3)
)
navigation.register_badge(timeline.badge)
search.register_command(search.Command(_("See who is on call now"), "phone-call", "oncall:now", right="oncall.view"))
search.register_command(search.Command(_("See my shifts"), "calendar", "oncall:shifts", right="oncall.view"))
