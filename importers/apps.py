from common.apps import HouseConfig


class ImportersConfig(HouseConfig):
    """Data from other products."""

    name = "importers"
