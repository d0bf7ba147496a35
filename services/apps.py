from common.apps import HouseConfig


class ServicesConfig(HouseConfig):
    """Services, tiers, dependencies, owners, responders, stakeholders."""

    name = "services"
