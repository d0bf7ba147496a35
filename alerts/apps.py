from common.apps import HouseConfig


class AlertsConfig(HouseConfig):
    """Alerts: the door, the adapters, the pipeline."""

    name = "alerts"
