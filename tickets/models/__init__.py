from tickets.models.canned import CannedReply
from tickets.models.clocks import Goal, Metric, Recount, SlaClock
from tickets.models.conversation import Attachment, Comment, CommentRevision, Watch
from tickets.models.handover import Handover
from tickets.models.queues import BulkChange, Queue, QueueStar
from tickets.models.registers import AssignmentRule, Category, HoldReason, PriorityCell, PriorityModifier, ResolutionCode
from tickets.models.relating import Admission, AffectedService, Link, Task
from tickets.models.reporting import ReporterLink
from tickets.models.responding import Responder
from tickets.models.screens import ScreenField
from tickets.models.ticket import Ticket
from tickets.models.timeline import TimelineMark

__all__ = [
    "Admission",
    "AffectedService",
    "AssignmentRule",
    "Attachment",
    "BulkChange",
    "CannedReply",
    "Category",
    "Comment",
    "CommentRevision",
    "Goal",
    "Handover",
    "HoldReason",
    "Link",
    "Metric",
    "PriorityCell",
    "PriorityModifier",
    "Recount",
    "Queue",
    "QueueStar",
    "ReporterLink",
    "ResolutionCode",
    "Responder",
    "ScreenField",
    "SlaClock",
    "Task",
    "Ticket",
    "TimelineMark",
    "Watch",
]
