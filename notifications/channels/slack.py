"""Slack: a message with a button by the bot (chat.postMessage), or without an account to an incoming webhook."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Need, Outcome, Parcel, name_in, post_json

API = "https://slack.com/api"
OURS_TO_MEND = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"}


class Slack(HttpChannel):
    """The address is the id of a member or a channel (U…, C…), or the address of an incoming webhook."""

    name, label = "slack", "Slack"
    needs: ClassVar[Mapping[str, Need]] = {
        "secret": Need(_("Bot token (xoxb-…)")), "signing_secret": Need(_("Signing secret"), is_required=False), "url": Need(_("API address"), is_required=False),
    }  # fmt: skip

    def request(self, parcel: Parcel) -> egress.Request:
        if parcel.address.startswith("http"):
            return post_json(parcel.address, {"text": plain(parcel), "blocks": blocks(parcel, can_act=False)})
        body = {"channel": parcel.address, "text": plain(parcel), "blocks": blocks(parcel, can_act=bool(parcel.account.signing_secret))}
        headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {parcel.account.secret}"}
        return post_json(f"{(parcel.account.url or API).rstrip('/')}/chat.postMessage", body, headers)

    def read(self, answer: egress.Answer) -> Outcome:
        """The bot's answer is 200 with ok and an error; a webhook's is the word ok."""
        if not isinstance(answer.data, dict) or not answer.data or answer.data.get("ok"):
            return Outcome(True, provider_id=name_in(answer.data, "ts"), answer=str(answer.status))
        error = str(answer.data.get("error", ""))
        if error in ("ratelimited", "rate_limited"):
            return Outcome(False, answer=error, retry_after=30.0)
        return Outcome(
            False, answer=error, is_final=error not in OURS_TO_MEND | {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
        )

    def destination(self, parcel: Parcel) -> str:
        return "slack:webhook" if parcel.address.startswith("http") else f"slack:{parcel.account.pk}"


def plain(parcel: Parcel) -> str:
    """What a notification shows. Slack reads &, < and > as marks."""
    return _escaped(f"{parcel.title} {parcel.link}".strip())


def blocks(parcel: Parcel, *, can_act: bool) -> list[dict[str, Any]]:
    """The message with its button: one that Slack sends back to us where it is signed, else a link."""
    title = f"*<{parcel.url}|{_escaped(parcel.title)}>*" if parcel.url else f"*{_escaped(parcel.title)}*"
    text = f"{title}\n{_escaped(parcel.text)}"[:2900].rstrip()
    found: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    if parcel.answer_url:
        button: dict[str, Any] = {"type": "button", "text": {"type": "plain_text", "text": str(_("Acknowledge"))}, "style": "primary"}
        button |= {"action_id": "acknowledge", "value": parcel.code} if can_act else {"url": parcel.answer_url}
        found.append({"type": "actions", "elements": [button]})
    return found


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
