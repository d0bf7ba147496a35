from common.apps import HouseConfig


class IncidentsConfig(HouseConfig):
    """Incidents: from report to closure."""

    name = "incidents"
