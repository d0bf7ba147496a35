"""Mattermost and Rocket.Chat: an incoming webhook with an attachment."""

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Parcel, post_json


class Mattermost(HttpChannel):
    """The address is that of an incoming webhook (developers.mattermost.com/integrate/webhooks/incoming)."""

    name, label = "mattermost", "Mattermost"

    def request(self, parcel: Parcel) -> egress.Request:
        parts = [parcel.text, f"[{_('Acknowledge')}]({parcel.answer_url})" if parcel.answer_url else ""]
        attachment = {
            "fallback": f"{parcel.title} {parcel.link}".strip(), "title": parcel.title, "title_link": parcel.url or parcel.link,
            "text": "\n\n".join(part for part in parts if part), "color": "#d63939" if parcel.is_important else "#f59f00",
        }  # fmt: skip
        return post_json(parcel.address, {"text": parcel.title, "attachments": [attachment]})


class RocketChat(Mattermost):
    """Takes the same body (docs.rocket.chat, incoming webhook)."""

    name, label = "rocketchat", "Rocket.Chat"
