from notifications.models.paging import ContactMethod, Page, PersonalRule, QuietHours
from notifications.models.providers import ChannelAccount, Destination
from notifications.models.telling import Attempt, Message, Notice, Preferences

__all__ = ["Attempt", "ChannelAccount", "ContactMethod", "Destination", "Message", "Notice", "Page", "PersonalRule", "Preferences", "QuietHours"]
