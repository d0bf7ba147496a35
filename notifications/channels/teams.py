"""Microsoft Teams: an adaptive card to the address of a workflow (learn.microsoft.com, “Create incoming webhooks with Workflows”)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Parcel, post_json


class Teams(HttpChannel):
    """The card's buttons are links."""

    name, label = "teams", "Microsoft Teams"

    def request(self, parcel: Parcel) -> egress.Request:
        lines: list[dict[str, Any]] = [
            {
                "type": "TextBlock",
                "text": parcel.title,
                "weight": "Bolder",
                "size": "Medium",
                "wrap": True,
                "color": "Attention" if parcel.is_important else "Default",
            }
        ]
        if parcel.text:
            lines.append({"type": "TextBlock", "text": parcel.text[:3000], "wrap": True})
        links = ((_("Acknowledge"), parcel.answer_url), (_("Open"), parcel.url))
        actions = [{"type": "Action.OpenUrl", "title": str(title), "url": url} for title, url in links if url]
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": lines,
            "actions": actions,
        }
        attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
        return post_json(parcel.address, {"type": "message", "attachments": [attachment]})
