from alerts.admin.grouping import GroupingLessonAdmin, GroupingRuleAdmin
from alerts.admin.rules import AlertRuleAdmin, LookupTableAdmin, MaintenanceAdmin
from alerts.admin.sources import IntegrationAdmin, QuarantineAdmin

__all__ = [
    "AlertRuleAdmin",
    "GroupingLessonAdmin",
    "GroupingRuleAdmin",
    "IntegrationAdmin",
    "LookupTableAdmin",
    "MaintenanceAdmin",
    "QuarantineAdmin",
]
