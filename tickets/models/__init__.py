from tickets.models.clocks import Goal, SlaClock
from tickets.models.conversation import Attachment, Comment, Link, Watch
from tickets.models.registers import Category, HoldReason, PriorityCell, ResolutionCode
from tickets.models.ticket import Ticket

__all__ = ["Attachment", "Category", "Comment", "Goal", "HoldReason", "Link", "PriorityCell", "ResolutionCode", "SlaClock", "Ticket", "Watch"]
