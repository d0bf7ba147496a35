from tickets.models.clocks import Goal, Metric, Recount, SlaClock
from tickets.models.conversation import Attachment, Comment, Watch
from tickets.models.registers import Category, HoldReason, PriorityCell, ResolutionCode
from tickets.models.relating import Link, Task
from tickets.models.ticket import Ticket

__all__ = [
    "Attachment", "Category", "Comment", "Goal", "HoldReason", "Link", "Metric", "PriorityCell", "Recount", "ResolutionCode", "SlaClock", "Task",
    "Ticket", "Watch",
]  # fmt: skip
