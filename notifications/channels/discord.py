"""Discord: a webhook, asked to wait so that it answers with the message (discord.com/developers/docs/resources/webhook)."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Parcel, post_json


class Discord(HttpChannel):
    """The address is that of a webhook. Nobody is mentioned by what an alert says."""

    name, label = "discord", "Discord"

    def request(self, parcel: Parcel) -> egress.Request:
        parts = urlsplit(parcel.address)
        url = urlunsplit(parts._replace(query=urlencode({"wait": "true"})))
        text = "\n\n".join(part for part in (parcel.text[:3000], f"[{_('Acknowledge')}]({parcel.answer_url})" if parcel.answer_url else "") if part)
        embed = {"title": parcel.title[:256], "description": text, "color": 0xD63939 if parcel.is_important else 0xF59F00}
        if parcel.url:
            embed["url"] = parcel.url
        return post_json(url, {"content": parcel.title[:2000], "embeds": [embed], "allowed_mentions": {"parse": []}})
