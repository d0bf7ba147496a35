"""What can happen to schedules, to who is on call, and in escalations, whose events stand in the timeline of what is escalated."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

ESCALATION_STARTED = catalogue.declare("escalation.started", _("{policy} began to page"), icon="bell-ringing", tone="orange")
STEP_PAGED = catalogue.declare("escalation.paged", _("Paged {people}: {target}"), icon="phone-call", tone="orange")
STEP_SKIPPED = catalogue.declare(
    "escalation.skipped", _("{count} steps were not caught up after an outage"), icon="player-skip-forward", tone="amber"
)
NOBODY_PAGED = catalogue.declare("escalation.nobody", _("Nobody could be paged: {reason}. A next step does not wait"), icon="user-x", tone="red")
REPEATED = catalogue.declare("escalation.repeated", _("{policy} begins again, round {round}"), icon="refresh", tone="orange")
REMINDED = catalogue.declare("escalation.reminded", _("{person} was asked whether he still has it"), icon="bell-ringing")
UNANSWERED = catalogue.declare("escalation.unanswered", _("{person} did not say that he still has it: paging begins anew"), icon="bell-x", tone="red")
EXHAUSTED = catalogue.declare("escalation.exhausted", _("{policy} ended without an answer"), icon="alert-triangle", tone="red")
ESCALATION_STOPPED = catalogue.declare("escalation.stopped", _("Paging stopped: {why}"), icon="bell-off")
PAGE_ACKNOWLEDGED = catalogue.declare("page.acknowledged", _("{actor} acknowledged the page ({via})"), icon="circle-check", tone="green")

SCHEDULE_CREATED = catalogue.declare("schedule.created", _("{actor} made the schedule {name}"), icon="calendar")
SCHEDULE_CHANGED = catalogue.declare("schedule.changed", _("{actor} changed {fields} of the schedule {name}"), icon="pencil")
SCHEDULE_DELETED = catalogue.declare("schedule.deleted", _("{actor} deleted the schedule {name}"), icon="trash", tone="red")
ROTATION_ADDED = catalogue.declare("schedule.rotation_added", _("{actor} added the rotation {name}"), icon="repeat")
ROTATION_CHANGED = catalogue.declare("schedule.rotation_changed", _("{actor} changed the rotation {name}"), icon="repeat")
ROTATION_REMOVED = catalogue.declare("schedule.rotation_removed", _("{actor} removed the rotation {name}"), icon="repeat", tone="red")
OVERRIDE_CREATED = catalogue.declare("override.created", _("{actor} put {who} on call from {begin} to {end}"), icon="calendar", tone="violet")
OVERRIDE_CANCELED = catalogue.declare("override.canceled", _("{actor} canceled the override of {who} from {begin} to {end}"), icon="calendar")
OVERRIDE_CHANGED = catalogue.declare(
    "override.changed", _("{actor} moved the override of {who}: from {begin} to {end}"), icon="calendar", tone="violet"
)
COVER_ASKED = catalogue.declare("cover.asked", _("{actor} asked for cover from {begin} to {end}"), icon="calendar", tone="amber")
COVER_ACCEPTED = catalogue.declare("cover.accepted", _("{actor} takes over from {begin} to {end}"), icon="circle-check", tone="green")
COVER_DECLINED = catalogue.declare("cover.declined", _("{actor} declined to take over from {begin} to {end}"), icon="circle-x", tone="red")
COVER_WITHDRAWN = catalogue.declare("cover.withdrawn", _("{actor} no longer asks for cover from {begin} to {end}"), icon="arrow-back-up")

POLICY_CREATED = catalogue.declare("policy.created", _("{actor} made the escalation policy {name}"), icon="stairs-up")
POLICY_CHANGED = catalogue.declare("policy.changed", _("{actor} changed {fields} of the escalation policy {name}"), icon="stairs-up")
POLICY_ARCHIVED = catalogue.declare("policy.archived", _("{actor} archived the escalation policy {name}"), icon="stairs-up")
ROUTING_CHANGED = catalogue.declare("routing.changed", _("{actor} changed the routing rules of {name}"), icon="arrows-split")
HANDED_OVER = catalogue.declare("schedule.handed_over", _("{people} took over: {name}"), icon="phone-call", tone="green")
NOTE_WRITTEN = catalogue.declare("schedule.note_written", _("{actor} wrote a hand-over note: {name}"), icon="pencil")
WARNED = catalogue.declare("schedule.warned", _("{name} needs attention: {text}"), icon="alert-triangle", tone="amber")
FEED_MADE = catalogue.declare("feed.made", _("{actor} made a calendar address: {name}"), icon="calendar")
CALENDAR_TAKEN = catalogue.declare(
    "schedule.calendar_taken",
    _("{actor} took overrides from a calendar into {name}: {added} new, {changed} changed, {removed} gone"),
    icon="calendar",
)
AWAY_TAKEN = catalogue.declare(
    "absences.taken", _("{actor} took times away from a calendar: {added} new, {changed} changed, {removed} gone"), icon="calendar"
)
CALENDAR_FOLLOWED = catalogue.declare("calendar.followed", _("{actor} gave a calendar to follow: {name}"), icon="calendar")
CALENDAR_FORGOTTEN = catalogue.declare("calendar.forgotten", _("{actor} ended the following of a calendar: {name}"), icon="calendar")
CALENDAR_FAILED = catalogue.declare("calendar.failed", _("A calendar cannot be read: {problem}"), icon="alert-triangle", tone="amber")
