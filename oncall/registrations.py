"""On-call in the sidebar, in the palette, and under a person's name."""

from django.utils.translation import gettext_lazy as _

from common import navigation, search
from oncall import timeline

navigation.register(
    navigation.Entry("oncall", _("On-call"), "oncall:now", section=2, order=15, icon="phone-call", go="o", right="oncall.view", tab=3)
)
navigation.register_badge(timeline.badge)
search.register_command(search.Command(_("See who is on call now"), "phone-call", "oncall:now", right="oncall.view"))
search.register_command(search.Command(_("See my shifts"), "calendar", "oncall:shifts", right="oncall.view"))
