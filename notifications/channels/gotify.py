"""Gotify: POST /message with the token of an application (gotify.net/docs/pushmsg)."""

from common import egress
from notifications.channels.base import HttpChannel, Parcel, post_json


class Gotify(HttpChannel):
    """The address is the server's, the contact's secret the token of an application on it."""

    name, label = "gotify", "Gotify"

    def request(self, parcel: Parcel) -> egress.Request:
        click = {"client::notification": {"click": {"url": parcel.link}}} if parcel.link else {}
        text = "\n\n".join(part for part in (parcel.text, parcel.link) if part) or parcel.title
        body = {"title": parcel.title, "message": text, "priority": 10 if parcel.is_important else 5, "extras": click}
        return post_json(f"{parcel.address.rstrip('/')}/message", body, {"X-Gotify-Key": parcel.secret})
