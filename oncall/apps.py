from common.apps import HouseConfig


class OncallConfig(HouseConfig):
    """Who is on call, and paging: schedules, overrides, escalation policies, escalations."""

    name = "oncall"
    verbose_name = "On-call"
