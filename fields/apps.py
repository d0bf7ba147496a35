from common.apps import HouseConfig


class FieldsConfig(HouseConfig):
    """Custom field definitions; the values live in a JSONB column of each table."""

    name = "fields"
