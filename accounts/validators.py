"""What an account's columns may hold."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import rights


def known_right(value: str) -> None:
    """Raises ValidationError for a right that the product does not know."""
    if value not in rights.RIGHTS:
        raise ValidationError(_("%(right)s is not a right. Choose one of the table in the admin guide.") % {"right": value})


def known_zone(value: str) -> None:
    """Raises ValidationError for a time zone that is not in the IANA database."""
    if value not in available_timezones():
        raise ValidationError(_("%(zone)s is not a time zone. Write it like Europe/Oslo.") % {"zone": value})
