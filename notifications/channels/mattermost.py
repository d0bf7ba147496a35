"""Mattermost and Rocket.Chat: an incoming webhook with an attachment."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Parcel, post_json


class Mattermost(HttpChannel):
    """The address is that of an incoming webhook (developers.mattermost.com/integrate/webhooks/incoming)."""

    name, label = "mattermost", "Mattermost"

    def request(self, parcel: Parcel) -> egress.Request:
        parts = [parcel.text, f"[{_('Acknowledge')}]({parcel.answer_url})" if parcel.answer_url else ""]
        attachment: dict[str, Any] = {
            "fallback": f"{parcel.title} {parcel.link}".strip(), "title": parcel.title, "title_link": parcel.url or parcel.link,
            "text": "\n\n".join(part for part in parts if part), "color": "#d63939" if parcel.is_important else "#f59f00",
        }  # fmt: skip
        return post_json(parcel.address, {"text": parcel.title, "attachments": [attachment | self.buttons(parcel)]})

    def buttons(self, parcel: Parcel) -> dict[str, Any]:
        """A button whose press Mattermost sends back to the signed address (developers.mattermost.com, interactive messages)."""
        if not parcel.answer_url:
            return {}
        signed = parcel.answer_url.rstrip("/").rpartition("/")[2]
        pressed = {"url": f"{parcel.hook_url}mattermost/{signed}/", "context": {}}
        return {"actions": [{"id": "acknowledge", "type": "button", "name": str(_("Acknowledge")), "style": "primary", "integration": pressed}]}


class RocketChat(Mattermost):
    """Takes the same body (docs.rocket.chat, incoming webhook) and knows no button that comes back."""

    name, label = "rocketchat", "Rocket.Chat"

    def buttons(self, parcel: Parcel) -> dict[str, Any]:
        return {}
