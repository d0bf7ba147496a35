"""What can happen to every kind of ticket."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

ASSIGNED = catalogue.declare("ticket.assigned", _("{actor} assigned it to {to}"), icon="user", tone="blue")
CONFIRMED = catalogue.declare("ticket.confirmed", _("{actor} confirmed that it is solved"), icon="circle-check", tone="green", is_public=True)
REJECTED = catalogue.declare("ticket.rejected", _("{actor} said that it is not solved"), icon="circle-x", tone="red", is_public=True)
SILENT = catalogue.declare("ticket.silent", _("Nobody objected for {days} days"), icon="hourglass", is_public=True)
MERGED = catalogue.declare("ticket.merged", _("{actor} merged it into {to}"), icon="git-merge", tone="violet")
ABSORBED = catalogue.declare("ticket.absorbed", _("{actor} merged {key} into it"), icon="git-merge", tone="violet")
SPLIT = catalogue.declare("ticket.split", _("{actor} split off {to}"), icon="arrows-split", tone="violet")
ESCALATED = catalogue.declare("ticket.escalated", _("{actor} escalated it from L{before} to L{level}, {to}"), icon="stairs-up", tone="orange")
EDITED = catalogue.declare("ticket.edited", _("{actor} changed {fields}"), icon="pencil")
ADMITTED = catalogue.declare("ticket.admitted", _("{actor} changed who sees it: {changes}"), icon="eye", tone="amber")
PRIORITY_CHANGED = catalogue.declare(
    "ticket.priority_changed", _("Priority went from P{before} to P{after}"), icon="flag", tone="amber", is_public=True
)
PRIORITY_OVERRIDDEN = catalogue.declare(
    "ticket.priority_overridden", _("{actor} set the priority from P{before} to P{after} by hand: {reason}"), icon="flag", tone="amber"
)
PRIORITY_RETURNED = catalogue.declare(
    "ticket.priority_returned", _("{actor} returned the priority to the computed one: P{before} to P{after}"), icon="flag", tone="amber"
)
MATRIX_CHANGED = catalogue.declare("priority.matrix_changed", _("{actor} changed the priority matrix: {changes}"), icon="flag", tone="amber")
DISPATCHED = catalogue.declare("ticket.dispatched", _("{to} was chosen by a rule: {reason}"), icon="user", tone="blue")
CHANGE_UNDONE = catalogue.declare("ticket.change_undone", _("{actor} undid the change"), icon="arrow-back-up")
QUEUE_SAVED = catalogue.declare("queue.saved", _("{actor} saved the queue {name}"), icon="list-details")
QUEUE_CHANGED = catalogue.declare("queue.changed", _("{actor} changed the queue {name}: {fields}"), icon="list-details")
QUEUE_DELETED = catalogue.declare("queue.deleted", _("{actor} deleted the queue {name}"), icon="list-details")
TRANSITIONED = catalogue.declare(
    "ticket.transitioned", _("{actor} moved it from {before} to {after}"), icon="arrow-right", tone="blue", is_public=True
)
MOVE_REFUSED = catalogue.declare("ticket.move_refused", _("{actor} was refused: {reason}"), icon="lock", tone="amber")
FOLLOW_UP_DUE = catalogue.declare("ticket.follow_up_due", _("The follow-up date has come: {reason}"), icon="clock", tone="amber")
COMMENT_ADDED = catalogue.declare("comment.added", _("{actor} commented"), icon="message-circle")
COMMENT_EDITED = catalogue.declare("comment.edited", _("{actor} edited a comment"), icon="pencil")
COMMENT_TAKEN_BACK = catalogue.declare("comment.taken_back", _("{actor} took a message back before it left"), icon="arrow-back-up")
ENTRY_PINNED = catalogue.declare("timeline.pinned", _("{actor} pinned a line to the review"), icon="pin")
ENTRY_UNPINNED = catalogue.declare("timeline.unpinned", _("{actor} unpinned a line"), icon="pin")
ENTRY_HIDDEN = catalogue.declare("timeline.hidden", _("{actor} hid a line"), icon="eye-off")
ENTRY_SHOWN = catalogue.declare("timeline.shown", _("{actor} showed a hidden line again"), icon="eye")
ATTACHED = catalogue.declare("ticket.attached", _("{actor} attached {name}"), icon="paperclip")
WATCHED = catalogue.declare("ticket.watched", _("{actor} watches it"), icon="eye")
UNWATCHED = catalogue.declare("ticket.unwatched", _("{actor} no longer watches it"), icon="eye-off")
LINKED = catalogue.declare("ticket.linked", _("{actor} linked {to} ({relation})"), icon="link")
UNLINKED = catalogue.declare("ticket.unlinked", _("{actor} unlinked {to} ({relation})"), icon="unlink")
TASK_ADDED = catalogue.declare("task.added", _("{actor} added the task “{text}”"), icon="subtask")
TASK_CHANGED = catalogue.declare("task.changed", _("{actor} changed {fields} of the task “{text}”"), icon="subtask")
TASK_REMOVED = catalogue.declare("task.removed", _("{actor} removed the task “{text}”"), icon="subtask")
TASK_DONE = catalogue.declare("task.done", _("{actor} did the task “{text}”"), icon="checkbox", tone="green")
TASK_REOPENED = catalogue.declare("task.reopened", _("{actor} opened the task “{text}” again"), icon="subtask")
SLA_PROMISED = catalogue.declare("sla.promised", _("The SLA goals that hold changed"), icon="clock")
SLA_STANDING = catalogue.declare("sla.standing", _("The workflow changed how {after} counts for the SLA clocks"), icon="clock")
SLA_THRESHOLD = catalogue.declare("ticket.sla_threshold", _("{metric}: {percent} % of the time is used"), icon="clock", tone="amber")
SLA_DIFFERED = catalogue.declare(
    "sla.differed", _("The audit found {metric} stored otherwise than the ledger tells: {columns}"), icon="alert-triangle"
)
SLA_RECOUNT_ASKED = catalogue.declare("sla.recount_asked", _("{actor} asked that open clocks follow the present goals"), icon="clock")
SLA_RECOUNTED = catalogue.declare("sla.recounted", _("{count} open clocks follow the present goals"), icon="clock")
SLA_BREACHED = catalogue.declare("sla.breached", _("{metric} was not met in time"), icon="alert-triangle", tone="red")
SLA_MET = catalogue.declare("sla.met", _("{metric} was met"), icon="circle-check", tone="green")
RESPONDER_ASKED = catalogue.declare("responder.asked", _("{actor} asked {people} to help"), icon="user-plus", tone="amber")
RESPONDER_ACCEPTED = catalogue.declare("responder.accepted", _("{actor} comes to help"), icon="user-check", tone="green")
RESPONDER_DECLINED = catalogue.declare("responder.declined", _("{actor} cannot come to help"), icon="user-x")
