from common.apps import HouseConfig


class JournalConfig(HouseConfig):
    """The ledger: what happened, and who still has to hear of it."""

    name = "journal"
