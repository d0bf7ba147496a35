from alerts.admin.grouping import GroupingLessonAdmin, GroupingRuleAdmin
from alerts.admin.sources import IntegrationAdmin, QuarantineAdmin

__all__ = ["GroupingLessonAdmin", "GroupingRuleAdmin", "IntegrationAdmin", "QuarantineAdmin"]
