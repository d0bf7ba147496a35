"""Matrix: a message of a bot in a room, by transaction id, so that a second try is no second message (spec.matrix.org, client-server API)."""

from collections.abc import Mapping
from html import escape
from typing import ClassVar
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Need, Outcome, Parcel, digest, name_in, post_json, refusal, wait_of


class Matrix(HttpChannel):
    """The address is the id of a room that the bot has joined."""

    name, label = "matrix", "Matrix"
    needs: ClassVar[Mapping[str, Need]] = {"url": Need(_("Address of the homeserver")), "secret": Need(_("Access token"))}

    def request(self, parcel: Parcel) -> egress.Request:
        lines = [parcel.title, parcel.text, f"{_('Acknowledge')}: {parcel.answer_url}" if parcel.answer_url else "", parcel.url]
        html = f"<strong>{escape(parcel.title)}</strong><br>{escape(parcel.text)}"
        for label, url in ((_("Acknowledge"), parcel.answer_url), (_("Open"), parcel.url)):
            html += f'<br><a href="{escape(url)}">{label}</a>' if url else ""
        body = {"msgtype": "m.text", "body": "\n".join(line for line in lines if line), "format": "org.matrix.custom.html", "formatted_body": html}
        room = quote(parcel.address, safe="")
        url = f"{parcel.account.url.rstrip('/')}/_matrix/client/v3/rooms/{room}/send/m.room.message/{digest(parcel.key)}"
        return post_json(url, body, {"Authorization": f"Bearer {parcel.account.secret}"}, method="PUT")

    def read(self, answer: egress.Answer) -> Outcome:
        return Outcome(True, provider_id=name_in(answer.data, "event_id"), answer=str(answer.status))

    def refused(self, answer: egress.Answer) -> Outcome:
        """Homeservers say in the body how many milliseconds to wait."""
        wait = answer.data.get("retry_after_ms") if isinstance(answer.data, dict) else None
        if answer.status == 429 and isinstance(wait, int) and not answer.headers.get("retry-after"):
            return Outcome(False, answer=f"429 {answer.text}", retry_after=wait_of(str(wait / 1000)))
        return refusal(answer)
