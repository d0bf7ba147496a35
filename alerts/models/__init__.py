from alerts.models.alert import Alert
from alerts.models.inbox import InboxRow
from alerts.models.integration import Integration

__all__ = ["Alert", "InboxRow", "Integration"]
