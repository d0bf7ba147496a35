"""The channels by name: what a contact method needs, and who sends."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import egress, errors
from notifications.channels.app import App
from notifications.channels.base import Channel
from notifications.channels.chat import Chat
from notifications.channels.discord import Discord
from notifications.channels.email import Email
from notifications.channels.gateway import GatewaySms, GatewayVoice
from notifications.channels.gotify import Gotify
from notifications.channels.longtail import LongTail
from notifications.channels.matrix import Matrix
from notifications.channels.mattermost import Mattermost, RocketChat
from notifications.channels.ntfy import Ntfy
from notifications.channels.slack import Slack
from notifications.channels.teams import Teams
from notifications.channels.telegram import Telegram
from notifications.channels.twilio import TwilioSms, TwilioVoice
from notifications.channels.vonage import VonageSms, VonageVoice
from notifications.channels.webhook import Webhook
from notifications.channels.webpush import UnifiedPush, WebPush

PHONE = re.compile(r"\+[1-9]\d{6,14}")


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise errors.Invalid("address", _("Write an e-mail address, such as hanna@example.com.")) from error
    return text


def _phone(text: str) -> str:
    number = re.sub(r"[\s()/.-]", "", text)
    if not PHONE.fullmatch(number):
        raise errors.Invalid("address", _("Write the number with its country, such as +49 170 1234567."))
    return number


def _url(text: str) -> str:
    try:
        egress.check(text)
    except egress.Forbidden as error:
        raise errors.Invalid("address", _("Write an address that begins with https:// or http://.")) from error
    return text


def _topic(text: str) -> str:
    if not re.fullmatch(r"https?://[^/?#]+/(?:[^?#]*/)?[-_A-Za-z0-9]{1,64}", _url(text)):
        raise errors.Invalid("address", _("Write the address of the topic, such as https://ntfy.sh/my-pages."))
    return text


def _member(text: str) -> str:
    if not re.fullmatch(r"[CDGUW][A-Z0-9]{5,20}", text):
        raise errors.Invalid("address", _("Write the id of the member or channel, such as U02ABCDEF: in Slack under “Copy member ID”."))
    return text


def _chat(text: str) -> str:
    if not re.fullmatch(r"-?\d{1,20}|@[A-Za-z0-9_]{5,32}", text):
        raise errors.Invalid("address", _("Write the id of the chat, such as 123456789. The bot tells it when you send it /start."))
    return text


def _room(text: str) -> str:
    if not re.fullmatch(r"![^:\s]+:\S+", text) and not re.fullmatch(r"![-_A-Za-z0-9]{20,}", text):
        raise errors.Invalid("address", _("Write the id of the room, such as !abcdef:example.org: in Element under Settings, Advanced."))
    return text


def _anything(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to reach a person. providers: who can send it; the first one needs no account, or the admin's account says which.

    secret: what the field for the contact's own secret is called, empty when there is none. is_by_hand: a person adds it by typing its address.
    """

    name: str
    label: Any
    icon: str
    providers: Mapping[str, Channel]
    address: Any = gettext_lazy("Address")
    hint: Any = ""
    check: Callable[[str], str] = _anything
    secret: Any = ""
    is_secret_required: bool = False
    needs_account: bool = False
    is_by_hand: bool = True


def _of(*channels: Channel) -> dict[str, Channel]:
    return {channel.name: channel for channel in channels}


_HOOK, _NUMBER = gettext_lazy("Address of the incoming webhook"), gettext_lazy("With the country: +49 170 1234567")
_SMS, _CALLS = _of(TwilioSms(), VonageSms(), GatewaySms()), _of(TwilioVoice(), VonageVoice(), GatewayVoice())
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("email", gettext_lazy("E-mail"), "mail", _of(Email()), gettext_lazy("E-mail address"), check=_email),
        Kind("sms", "SMS", "message", _SMS, gettext_lazy("Mobile number"), _NUMBER, _phone, needs_account=True),
        Kind("voice", gettext_lazy("Call"), "phone-call", _CALLS, gettext_lazy("Telephone number"), _NUMBER, _phone, needs_account=True),
        Kind("webpush", gettext_lazy("Browser"), "world", _of(WebPush()), needs_account=True, is_by_hand=False),
        Kind(
            "ntfy", "ntfy", "bell-ringing", _of(Ntfy()), gettext_lazy("Address of the topic"), "https://ntfy.sh/my-pages", _topic,
            gettext_lazy("Access token, when the topic is closed"),
        ),
        Kind(
            "gotify", "Gotify", "bell-ringing", _of(Gotify()), gettext_lazy("Address of the server"), "https://gotify.example.com", _url,
            gettext_lazy("Token of the application"), is_secret_required=True,
        ),
        Kind("unifiedpush", "UnifiedPush", "bell-ringing", _of(UnifiedPush()), gettext_lazy("Endpoint"), gettext_lazy("As the app on the phone shows it"), _url),
        Kind("slack", "Slack", "hash", _of(Slack()), gettext_lazy("Member or channel"), "U02ABCDEF", _member, needs_account=True),
        Kind("teams", "Microsoft Teams", "users", _of(Teams()), gettext_lazy("Address of the workflow"), "", _url),
        Kind("mattermost", "Mattermost", "message-circle", _of(Mattermost()), _HOOK, "", _url),
        Kind("rocketchat", "Rocket.Chat", "message-circle", _of(RocketChat()), _HOOK, "", _url),
        Kind("telegram", "Telegram", "send", _of(Telegram()), gettext_lazy("Chat"), "123456789", _chat, needs_account=True),
        Kind("discord", "Discord", "message-2", _of(Discord()), gettext_lazy("Address of the webhook"), "", _url),
        Kind("matrix", "Matrix", "message-plus", _of(Matrix()), gettext_lazy("Room"), "!abcdef:example.org", _room, needs_account=True),
        Kind(
            "webhook", gettext_lazy("Webhook"), "webhook", _of(Webhook()), gettext_lazy("Address"), "https://example.com/pages", _url,
            gettext_lazy("Signing secret"), is_secret_required=True,
        ),
        Kind(
            "apprise", "Apprise", "plug", _of(LongTail()), gettext_lazy("Service"), gettext_lazy("A name for it, such as Pushover"),
            secret=gettext_lazy("Apprise address"), is_secret_required=True, needs_account=True,
        ),
        Kind("app", gettext_lazy("Banner in Evenkeel"), "bell", _of(App()), is_by_hand=False),
        Kind("channel", gettext_lazy("Chat channel"), "message-circle", _of(Chat()), is_by_hand=False),
    )
}  # fmt: skip


def kind(name: str) -> Kind | None:
    """The way of that name."""
    return KINDS.get(name)


def channel(name: str, provider: str = "") -> Channel | None:
    """Who sends a message of this way: the provider of the account, else the only one."""
    known = KINDS.get(name)
    if known is None:
        return None
    return known.providers.get(provider) if provider else next(iter(known.providers.values()))
