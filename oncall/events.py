"""What can happen in on-call. Escalation events stand in the timeline of what is escalated."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

ESCALATION_STARTED = catalogue.declare("escalation.started", _("{policy} began to page"), icon="bell-ringing", tone="orange")
STEP_PAGED = catalogue.declare("escalation.paged", _("Paged {people}: {target}"), icon="phone-call", tone="orange")
STEP_SKIPPED = catalogue.declare(
    "escalation.skipped", _("{count} steps were not caught up after an outage"), icon="player-skip-forward", tone="amber"
)
NOBODY_PAGED = catalogue.declare("escalation.nobody", _("Nobody could be paged: {reason}. The next step follows at once"), icon="user-x", tone="red")
REPEATED = catalogue.declare("escalation.repeated", _("{policy} begins again, round {round}"), icon="refresh", tone="orange")
EXHAUSTED = catalogue.declare("escalation.exhausted", _("{policy} ended without an answer"), icon="alert-triangle", tone="red")
ESCALATION_STOPPED = catalogue.declare("escalation.stopped", _("Paging stopped: {why}"), icon="bell-off")
PAGE_ACKNOWLEDGED = catalogue.declare("page.acknowledged", _("{actor} acknowledged the page ({via})"), icon="circle-check", tone="green")
