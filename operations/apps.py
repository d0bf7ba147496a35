from common.apps import HouseConfig


class OperationsConfig(HouseConfig):
    """How the product itself is doing: health, metrics, set-up, the palette over everything."""

    name = "operations"
