"""SMS and calls through any gateway that takes JSON by HTTP: a modem, a PBX, a national provider."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Need, Parcel, digest, post_json, short
from notifications.channels.twilio import spoken_text

NEEDS: Mapping[str, Need] = {
    "url": Need(_("Address of the gateway")), "secret": Need(_("Bearer token"), is_required=False), "sender": Need(_("From number"), is_required=False),
}  # fmt: skip


class GatewaySms(HttpChannel):
    """POST {"to", "from", "text", "kind": "sms", "id"}; a 2xx answer with an "id" is the receipt."""

    name, label = "gateway_sms", _("HTTP gateway")
    needs: ClassVar[Mapping[str, Need]] = NEEDS
    kind = "sms"

    def text(self, parcel: Parcel) -> str:
        """What is sent."""
        return short(parcel)

    def request(self, parcel: Parcel) -> egress.Request:
        account = parcel.account
        body = {"to": parcel.address, "from": account.sender, "text": self.text(parcel), "kind": self.kind, "id": digest(parcel.key)}
        return post_json(account.url, body, {"Authorization": f"Bearer {account.secret}"} if account.secret else {})


class GatewayVoice(GatewaySms):
    """The same with the text to be read out."""

    name, label = "gateway_voice", _("HTTP gateway")
    kind = "voice"

    def text(self, parcel: Parcel) -> str:
        return spoken_text(parcel)
