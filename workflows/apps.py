from common.apps import HouseConfig


class WorkflowsConfig(HouseConfig):
    """Statuses and transitions, as data."""

    name = "workflows"
