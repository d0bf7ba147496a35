"""What can happen to alerts and integrations."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

OPENED = catalogue.declare("alert.opened", _("{source} raised the alert {key}: {message}"), icon="bell", tone="amber")
CLOSED = catalogue.declare("alert.closed", _("{by} closed the alert {key}: {message}"), icon="circle-check", tone="green")
REOPENED = catalogue.declare("alert.reopened", _("{actor} took back the closing of the alert {key}"), icon="arrow-back-up", tone="amber")
ACKNOWLEDGED = catalogue.declare("alert.acknowledged", _("{actor} acknowledged the alert {key}"), icon="check", tone="blue")
UNACKNOWLEDGED = catalogue.declare("alert.unacknowledged", _("{actor} took back the acknowledgement of the alert {key}"), icon="arrow-back-up")
SNOOZED = catalogue.declare("alert.snoozed", _("{actor} snoozed the alert {key} until {until}"), icon="clock-pause", tone="violet")
WOKE = catalogue.declare("alert.woke", _("The snooze of the alert {key} ended"), icon="bell", tone="amber")
ASSIGNED = catalogue.declare("alert.assigned", _("{actor} assigned the alert {key} to {to}"), icon="user", tone="blue")
NOTED = catalogue.declare("alert.noted", _("{actor} noted: {note}"), icon="message-circle")
PRIORITY_RAISED = catalogue.declare("alert.priority_raised", _("The alert {key} went from P{before} to P{after}"), icon="flag", tone="amber")
INCIDENT_FAILED = catalogue.declare(
    "alert.incident_failed", _("No incident could be opened for the alert {key}: {reason}"), icon="alert-triangle", tone="red"
)
ATTACHED = catalogue.declare("alert.attached", _("The alert {key} was linked to {incident}"), icon="flame", tone="red")
DETACHED = catalogue.declare("alert.detached", _("{actor} unlinked the alert {key} from {incident}"), icon="unlink")
INCIDENT_ALERTED = catalogue.declare("incident.alerted", _("Alert {key} was linked: {message}"), icon="bell", tone="red")
INCIDENT_QUIET = catalogue.declare("incident.alerts_over", _("Every alert of it is closed"), icon="circle-check", tone="green")
INCIDENT_ALERT_CLOSED = catalogue.declare("incident.alert_closed", _("Alert {key} closed, by {by}"), icon="circle-check", tone="green")
HEARTBEAT_ADDED = catalogue.declare("heartbeat.added", _("{actor} added the heartbeat {name}"), icon="heartbeat")
HEARTBEAT_CHANGED = catalogue.declare("heartbeat.changed", _("{actor} changed {fields} of the heartbeat {name}"), icon="pencil")
HEARTBEAT_PAUSED = catalogue.declare("heartbeat.paused", _("{actor} paused the heartbeat {name}"), icon="player-pause", tone="violet")
HEARTBEAT_RESUMED = catalogue.declare("heartbeat.resumed", _("{actor} resumed the heartbeat {name}"), icon="player-play")
HEARTBEAT_DELETED = catalogue.declare("heartbeat.deleted", _("{actor} deleted the heartbeat {name}"), icon="trash")
HEARTBEAT_DOWN = catalogue.declare("heartbeat.down", _("The heartbeat {name} stopped: {why}"), icon="heartbeat", tone="red")
HEARTBEAT_UP = catalogue.declare("heartbeat.up", _("The heartbeat {name} is back"), icon="heartbeat", tone="green")
INTEGRATION_ADDED = catalogue.declare("integration.added", _("{actor} added the integration {name}"), icon="plug")
INTEGRATION_CHANGED = catalogue.declare("integration.changed", _("{actor} changed {fields} of the integration {name}"), icon="pencil")
INTEGRATION_SWITCHED_ON = catalogue.declare("integration.switched_on", _("{actor} switched the integration {name} on"), icon="plug", tone="green")
INTEGRATION_SWITCHED_OFF = catalogue.declare(
    "integration.switched_off", _("{actor} switched the integration {name} off"), icon="plug-off", tone="amber"
)
INTEGRATION_TESTED = catalogue.declare("integration.tested", _("{actor} sent a test alert through {name}"), icon="send")
INTEGRATION_RULES = catalogue.declare("integration.rules_changed", _("{actor} changed the rules of the integration {name}"), icon="filter-cog")
SIGNING_SET = catalogue.declare("integration.signing_set", _("{actor} gave the integration {name} a signing secret"), icon="key")
SIGNING_ENDED = catalogue.declare(
    "integration.signing_ended", _("{actor} stopped asking for signatures on the integration {name}"), icon="key-off", tone="amber"
)
FORMER_SECRET_ENDED = catalogue.declare(
    "integration.former_secret_ended", _("{actor} ended the former signing secret of the integration {name}"), icon="key-off"
)
VOLUME_UNUSUAL = catalogue.declare("integration.unusual", _("{name}: {what}"), icon="activity", tone="amber")
VOLUME_USUAL = catalogue.declare("integration.usual", _("What {name} sends is as usual again"), icon="activity", tone="green")
KEY_ROTATED = catalogue.declare("integration.key_rotated", _("{actor} gave the integration {name} a new key"), icon="key")
TAGGED = catalogue.declare("alert.tagged", _("{actor} added the tags {tags} to the alert {key}"), icon="tag")
UNTAGGED = catalogue.declare("alert.untagged", _("{actor} removed the tags {tags} from the alert {key}"), icon="tag")
DETAILED = catalogue.declare("alert.detailed", _("{actor} changed the details {names} of the alert {key}"), icon="pencil")
REWORDED = catalogue.declare("alert.reworded", _("{actor} changed the {field} of the alert {key}"), icon="pencil")
REPRIORITISED = catalogue.declare("alert.reprioritised", _("{actor} set the alert {key} from P{before} to P{after}"), icon="flag", tone="amber")
RESPONDER_ADDED = catalogue.declare("alert.responder_added", _("{actor} called {to} for the alert {key}"), icon="users", tone="blue")
ESCALATED = catalogue.declare("alert.escalated", _("{actor} escalated the alert {key} to the next step"), icon="stairs-up", tone="amber")
CREATED = catalogue.declare("alert.created_by_hand", _("{actor} wrote the alert {key}"), icon="pencil")
ACTION_RUN = catalogue.declare("alert.action_run", _("{actor} asked for the action {name} on the alert {key}"), icon="bolt")
DELETED = catalogue.declare("alert.deleted", _("{actor} deleted the alert {key}: {message}"), icon="trash", tone="red")
SEARCH_SAVED = catalogue.declare("alert_search.saved", _("{actor} saved the search {name}"), icon="search")
SEARCH_REMOVED = catalogue.declare("alert_search.removed", _("{actor} removed the saved search {name}"), icon="trash")
SILENCED = catalogue.declare("silence.set", _("{actor} silenced {matchers} until {until}: {comment}"), icon="bell-off", tone="violet")
SILENCE_ENDED = catalogue.declare("silence.ended", _("{actor} ended the silence of {matchers}"), icon="bell")
SUBSCRIBED = catalogue.declare("integration.subscribed", _("{name} now gets the messages of {topic}"), icon="plug")
SUBSCRIPTION_REFUSED = catalogue.declare(
    "integration.subscription_refused", _("The subscription of {name} to {topic} was not confirmed: {reason}"), icon="alert-triangle", tone="amber"
)
NOISE_CALLED = catalogue.declare("alert.noise_called", _("{actor} called the alert {key} noise: {reason}"), icon="thumb-down", tone="amber")
NOISE_TAKEN_BACK = catalogue.declare("alert.noise_taken_back", _("{actor} no longer calls the alert {key} noise"), icon="arrow-back-up")
FILE_ADDED = catalogue.declare("alert.file_added", _("{actor} added the file {name} to the alert {key}"), icon="paperclip")
FILE_REMOVED = catalogue.declare("alert.file_removed", _("{actor} removed the file {name} from the alert {key}"), icon="paperclip")
REGROUPED = catalogue.declare("alert.regrouped", _("{actor} put the alert {key} into the group of {group}"), icon="link", tone="blue")
UNGROUPED = catalogue.declare("alert.ungrouped", _("{actor} took the alert {key} out of the group of {group}"), icon="unlink")
RELEASED = catalogue.declare("alert.released", _("{actor} made the alert {key} loud again"), icon="bell-ringing", tone="amber")
RULE_ADDED = catalogue.declare("alert_rule.added", _("{actor} added the rule {name} ({kind})"), icon="adjustments-horizontal")
RULE_CHANGED = catalogue.declare("alert_rule.changed", _("{actor} changed {fields} of the rule {name}"), icon="pencil")
RULE_MOVED = catalogue.declare("alert_rule.moved", _("{actor} moved the rule {name} to place {place}"), icon="arrow-up")
RULE_REMOVED = catalogue.declare("alert_rule.removed", _("{actor} removed the rule {name}"), icon="trash")
TABLE_SAVED = catalogue.declare("lookup_table.saved", _("{actor} saved the lookup table {name} with {count} rows"), icon="table")
TABLE_REMOVED = catalogue.declare("lookup_table.removed", _("{actor} removed the lookup table {name}"), icon="trash")
MAINTENANCE_PLANNED = catalogue.declare("maintenance.planned", _("{actor} planned the maintenance {name}: {when}"), icon="tool")
MAINTENANCE_CHANGED = catalogue.declare("maintenance.changed", _("{actor} changed {fields} of the maintenance {name}"), icon="pencil")
MAINTENANCE_ENDED = catalogue.declare("maintenance.ended", _("{actor} ended the maintenance {name}"), icon="circle-check", tone="green")
MAINTENANCE_REMOVED = catalogue.declare("maintenance.removed", _("{actor} removed the maintenance {name}"), icon="trash")
CORRELATION_PROPOSED = catalogue.declare("correlation.proposed", _("{rule} proposes an incident: {title}"), icon="git-merge", tone="amber")
CORRELATION_ACCEPTED = catalogue.declare(
    "correlation.accepted", _("{actor} made {incident} of what happens together: {title}"), icon="flame", tone="red"
)
CORRELATION_DISMISSED = catalogue.declare("correlation.dismissed", _("{actor} dismissed the proposed incident {title}"), icon="x")
CORRELATION_RESTORED = catalogue.declare("correlation.restored", _("{actor} proposed the incident {title} again"), icon="arrow-back-up")
