from alerts.models.alert import Alert
from alerts.models.alert_rule import AlertRule, LookupTable, Maintenance
from alerts.models.attachment import AlertAttachment
from alerts.models.change import ChangeEvent
from alerts.models.clock import SourceClock
from alerts.models.correlation import Correlation
from alerts.models.delivery import Delivery
from alerts.models.early import EarlyRecovery
from alerts.models.group import AlertGroup, GroupingLesson, GroupingRule
from alerts.models.heartbeat import Heartbeat, HeartbeatSign, HeartbeatWatch
from alerts.models.inbox import InboxRow
from alerts.models.integration import Integration
from alerts.models.noise import NoiseMark
from alerts.models.rule import IntegrationRule
from alerts.models.search import SavedSearch
from alerts.models.silence import QuietMark, Silence
from alerts.models.subscription import Subscription
from alerts.models.volume import Volume
from alerts.models.volume_mark import KnownKind, VolumeMark, VolumeWatch, WatchedHour

__all__ = [
    "Alert",
    "AlertAttachment",
    "AlertGroup",
    "AlertRule",
    "ChangeEvent",
    "Correlation",
    "Delivery",
    "EarlyRecovery",
    "GroupingLesson",
    "GroupingRule",
    "Heartbeat",
    "HeartbeatSign",
    "HeartbeatWatch",
    "InboxRow",
    "Integration",
    "IntegrationRule",
    "KnownKind",
    "LookupTable",
    "Maintenance",
    "NoiseMark",
    "QuietMark",
    "SavedSearch",
    "Silence",
    "SourceClock",
    "Subscription",
    "Volume",
    "VolumeMark",
    "VolumeWatch",
    "WatchedHour",
]
