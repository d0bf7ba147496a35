"""Telegram: sendMessage of a bot with a button under it (core.telegram.org/bots/api#sendmessage)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Need, Outcome, Parcel, name_in, post_json, refusal, wait_of

API = "https://api.telegram.org"


class Telegram(HttpChannel):
    """The address is the id of a chat in which the bot may write."""

    name, label = "telegram", "Telegram"
    needs: ClassVar[Mapping[str, Need]] = {
        "secret": Need(_("Bot token")), "signing_secret": Need(_("Secret token of the webhook"), is_required=False), "url": Need(_("API address"), is_required=False),
    }  # fmt: skip

    def request(self, parcel: Parcel) -> egress.Request:
        text = "\n\n".join(part for part in (parcel.title, parcel.text[:3000], parcel.url) if part)
        body: dict[str, Any] = {"chat_id": parcel.address, "text": text, "disable_notification": not parcel.is_important}
        if parcel.answer_url:
            can_act = bool(parcel.account.signing_secret)
            button = {"callback_data": f"ack {parcel.code}"} if can_act else {"url": parcel.answer_url}
            body["reply_markup"] = {"inline_keyboard": [[{"text": str(_("Acknowledge")), **button}]]}
        return post_json(f"{(parcel.account.url or API).rstrip('/')}/bot{parcel.account.secret}/sendMessage", body)

    def read(self, answer: egress.Answer) -> Outcome:
        result = answer.data.get("result") if isinstance(answer.data, dict) else None
        return Outcome(True, provider_id=name_in(result, "message_id"), answer=str(answer.status))

    def refused(self, answer: egress.Answer) -> Outcome:
        """A refusal says in its body how long to wait."""
        more = answer.data.get("parameters") if isinstance(answer.data, dict) else None
        wait = more.get("retry_after") if isinstance(more, dict) else None
        if answer.status == 429 and isinstance(wait, int):
            return Outcome(False, answer=f"429 {answer.text}", retry_after=wait_of(str(wait)))
        return refusal(answer)

    def destination(self, parcel: Parcel) -> str:
        return f"telegram:{parcel.account.pk}"
