"""ntfy, by publishing JSON to the server's root (docs.ntfy.sh/publish)."""

from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Parcel, post_json


class Ntfy(HttpChannel):
    """The address is the topic's own, https://ntfy.example.com/topic; the contact's secret is an access token, where the topic is closed."""

    name, label = "ntfy", "ntfy"

    def request(self, parcel: Parcel) -> egress.Request:
        parts = urlsplit(parcel.address)
        folder, _slash, topic = parts.path.rstrip("/").rpartition("/")
        body = {
            "topic": topic, "title": parcel.title, "message": parcel.text or parcel.title, "priority": 5 if parcel.is_important else 3,
            "tags": ["rotating_light"] if parcel.is_important else [], "click": parcel.link,
            "actions": [{"action": "view", "label": str(_("Acknowledge")), "url": parcel.answer_url, "clear": True}] if parcel.answer_url else [],
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {parcel.secret}"} if parcel.secret else {}
        return post_json(f"{parts.scheme}://{parts.netloc}{folder}/", {key: value for key, value in body.items() if value}, headers)
