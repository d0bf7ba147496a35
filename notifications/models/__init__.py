from notifications.models.paging import ContactMethod, Page, PersonalRule, QuietHours
from notifications.models.telling import Attempt, Message, Notice, Preferences

__all__ = ["Attempt", "ContactMethod", "Message", "Notice", "Page", "PersonalRule", "Preferences", "QuietHours"]
