from oncall.models.cover import Absence, CoverRequest, Override
from oncall.models.policies import EscalationPolicy, EscalationStep, RoutingRule
from oncall.models.runs import Escalation
from oncall.models.schedules import Restriction, Rotation, Schedule, Turn

__all__ = [
    "Absence",
    "CoverRequest",
    "EscalationPolicy",
    "EscalationStep",
    "Escalation",
    "Override",
    "Restriction",
    "Rotation",
    "RoutingRule",
    "Schedule",
    "Turn",
]
