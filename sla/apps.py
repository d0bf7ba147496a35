from common.apps import HouseConfig


class SlaConfig(HouseConfig):
    """Calendars and pure clock arithmetic."""

    name = "sla"
    verbose_name = "SLA"
