"""Fetching a calendar by its address; never inside a transaction."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from common import egress, errors
from oncall import ical

MOVED = (301, 302, 303, 307, 308)


def fetch(address: str) -> bytes:
    """The calendar at an https address, at most a little more than may be read. Raises Invalid("address") with the remedy."""
    if urlsplit(address).scheme == "webcal":  # what programs call the same over https
        address = address.replace("webcal", "https", 1)
    if urlsplit(address).scheme != "https":
        raise errors.Invalid("address", _("Use an address that begins with https://."))
    try:
        answer = egress.send(egress.Request("GET", address, headers={"Accept": "text/calendar, */*;q=0.5"}), most=ical.MOST_BYTES + 1)
    except egress.Forbidden:
        raise errors.Invalid("address", _("This address may not be called from here. Use a public one, or ask an admin to allow it.")) from None
    except egress.Unreachable:
        raise errors.Invalid("address", _("Nobody answered there within ten seconds. Check the address.")) from None
    if answer.status in MOVED:
        raise errors.Invalid("address", _("The calendar has moved. Open the address in a browser and use the one to which it leads."))
    if answer.status in (401, 403):
        raise errors.Invalid("address", _("The calendar is not public: the server asks for a sign-in. Use its secret address."))
    if answer.status != 200:
        raise errors.Invalid("address", _("The server answered %(status)d instead of a calendar. Check the address.") % {"status": answer.status})
    return answer.content


def shown(address: str) -> str:
    """Enough of an address to know it by: the host and the end."""
    return f"{urlsplit(address).hostname or ''}/…{address[-6:]}"[:120]
