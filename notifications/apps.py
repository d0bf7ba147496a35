from common.apps import HouseConfig


class NotificationsConfig(HouseConfig):
    """How a message reaches a person: the outbox."""

    name = "notifications"
