"""The long tail of chat services through Apprise, when it is installed (pip install apprise) and an admin switched it on.

Apprise opens its own connections: the checks of common/egress.py do not hold for it, and it tells neither an id nor how long to wait.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Channel, Outcome, Parcel

try:
    import apprise  # type: ignore[import-not-found,unused-ignore]  # an optional extra
except ImportError:
    apprise = None


def is_installed() -> bool:
    """Whether the extra is there."""
    return apprise is not None


class LongTail(Channel):
    """The contact's secret is an Apprise address, such as pover://user@token; its address shows only the service."""

    name, label = "apprise", "Apprise"

    def send(self, parcel: Parcel) -> Outcome:
        if apprise is None:
            return Outcome(False, answer=str(_("Apprise is not installed. Add it with: pip install apprise")))
        sender: Any = apprise.Apprise()
        if not sender.add(parcel.secret):
            return Outcome(False, is_final=True, answer=str(_("Apprise does not know this address.")))
        text = "\n\n".join(part for part in (parcel.text, parcel.link) if part) or parcel.title
        is_sent = bool(sender.notify(title=parcel.title, body=text))
        return Outcome(is_sent, answer="" if is_sent else "Apprise could not send it")

    def destination(self, parcel: Parcel) -> str:
        return f"apprise:{parcel.address.partition(':')[0]}"[:120]
