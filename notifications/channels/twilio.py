"""SMS and calls through Twilio (twilio.com/docs/messaging/api/message-resource, .../voice/api/call-resource)."""

import base64
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Need, Outcome, Parcel, name_in, short

API = "https://api.twilio.com"
NEEDS: Mapping[str, Need] = {
    "user": Need(_("Account SID")), "secret": Need(_("Auth token")), "sender": Need(_("From number")), "url": Need(_("API address"), is_required=False),
}  # fmt: skip


class _Twilio(HttpChannel):
    needs: ClassVar[Mapping[str, Need]] = NEEDS
    resource = ""

    @abstractmethod
    def fields(self, parcel: Parcel) -> dict[str, str]:
        """What this resource takes beside the numbers."""

    def request(self, parcel: Parcel) -> egress.Request:
        account = parcel.account
        login = base64.b64encode(f"{account.user}:{account.secret}".encode()).decode()
        fields = {"To": parcel.address, "From": account.sender, **self.fields(parcel)}
        return egress.Request(
            "POST", f"{(account.url or API).rstrip('/')}/2010-04-01/Accounts/{account.user}/{self.resource}.json", urlencode(fields).encode(),
            {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {login}"},
        )  # fmt: skip

    def read(self, answer: egress.Answer) -> Outcome:
        return Outcome(True, provider_id=name_in(answer.data, "sid"), answer=f"{answer.status} {name_in(answer.data, 'status')}".strip())

    def destination(self, parcel: Parcel) -> str:
        return f"twilio:{parcel.account.user}"[:120]


class TwilioSms(_Twilio):
    """A text message; Twilio reports back whether it arrived."""

    name, label, resource = "twilio_sms", "Twilio", "Messages"

    def fields(self, parcel: Parcel) -> dict[str, str]:
        report = {"StatusCallback": f"{parcel.hook_url}twilio/status/"} if parcel.hook_url.startswith("https://") else {}
        return {"Body": short(parcel), **report}


class TwilioVoice(_Twilio):
    """A call that reads the page out twice; 4 acknowledges."""

    name, label, resource = "twilio_voice", "Twilio", "Calls"

    def fields(self, parcel: Parcel) -> dict[str, str]:
        report = {"StatusCallback": f"{parcel.hook_url}twilio/status/"} if parcel.hook_url.startswith("https://") else {}
        return {"Twiml": spoken(parcel), "Timeout": "30", **report}


def spoken(parcel: Parcel) -> str:
    """TwiML: says what is wrong, and takes a key."""
    said = f"<Say>{escape(spoken_text(parcel))}</Say>"
    if not parcel.code:
        return f"<Response>{said}{said}</Response>"
    action = quoteattr(f"{parcel.hook_url}twilio/keys/{parcel.code}/")
    return f'<Response><Gather numDigits="1" timeout="8" action={action}>{said}{said}</Gather></Response>'


def spoken_text(parcel: Parcel) -> str:
    """What is read out."""
    what = f"{parcel.title}. {parcel.text}" if not parcel.answer_url else f"This is Evenkeel with a page. {parcel.title}."
    return f"{what} Press 4 to acknowledge." if parcel.code else what
