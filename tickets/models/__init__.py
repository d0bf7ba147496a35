from tickets.models.clocks import Goal, SlaClock
from tickets.models.conversation import Attachment, Comment, Watch
from tickets.models.registers import Category, HoldReason, PriorityCell, ResolutionCode
from tickets.models.relating import Link, Task
from tickets.models.ticket import Ticket

__all__ = [
    "Attachment", "Category", "Comment", "Goal", "HoldReason", "Link", "PriorityCell", "ResolutionCode", "SlaClock", "Task", "Ticket", "Watch",
]  # fmt: skip
