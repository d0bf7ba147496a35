from oncall.models.cover import Absence, CoverRequest, FollowedCalendar, Override
from oncall.models.handing import CalendarFeed, HandOverNote, PayTable
from oncall.models.policies import EscalationPolicy, EscalationStep, RoutingRule
from oncall.models.runs import Escalation
from oncall.models.schedules import Restriction, Rotation, Schedule, Turn

__all__ = [
    "Absence",
    "CalendarFeed",
    "CoverRequest",
    "EscalationPolicy",
    "EscalationStep",
    "Escalation",
    "FollowedCalendar",
    "HandOverNote",
    "Override",
    "PayTable",
    "Restriction",
    "Rotation",
    "RoutingRule",
    "Schedule",
    "Turn",
]
