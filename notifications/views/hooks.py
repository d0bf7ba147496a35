"""Where providers report back. Each request proves by the provider's own signature that it is the provider; all others get 403 and change nothing."""

import time
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications import letters, links, queries, signatures
from notifications.actions import replies

TWILIO_OVER = {
    "delivered": True,
    "read": True,
    "undelivered": False,
    "failed": False,
    "completed": True,
    "busy": False,
    "no-answer": False,
    "canceled": False,
}
VONAGE_OVER = {"delivered": True, "failed": False, "rejected": False, "expired": False}
ACK_KEY = "4"


def _provider(view: Any) -> Any:
    """Decorator: a POST from outside, without a session and so without a form token."""
    return csrf_exempt(require_POST(never_cache(view)))


def _fields(request: HttpRequest) -> dict[str, str]:
    """A form as it was signed."""
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _is_twilio(request: HttpRequest, channel: str) -> bool:
    account = queries.account_of(channel, f"twilio_{channel}")
    given = request.headers.get("X-Twilio-Signature", "")
    return account is not None and signatures.twilio(letters.absolute(request.get_full_path()), _fields(request), account.secret, given)


@_provider
def twilio_sms(request: HttpRequest) -> HttpResponse:
    """A reply by SMS; TwiML answers."""
    if not _is_twilio(request, "sms"):
        return HttpResponseForbidden()
    fields = _fields(request)
    said = replies.by_text("sms", fields.get("From", ""), fields.get("Body", ""))
    return HttpResponse(f"<Response><Message>{escape(said)}</Message></Response>", content_type="text/xml")


@_provider
def twilio_keys(request: HttpRequest, page: int) -> HttpResponse:
    """A key pressed in a call."""
    if not _is_twilio(request, "voice"):
        return HttpResponseForbidden()
    fields = _fields(request)
    said = replies.by_key(page, "voice", fields.get("To", "")) if fields.get("Digits") == ACK_KEY else "Not acknowledged."
    return HttpResponse(f"<Response><Say>{escape(said)}</Say><Hangup/></Response>", content_type="text/xml")


@_provider
def twilio_status(request: HttpRequest) -> HttpResponse:
    """What became of a message or a call."""
    fields = _fields(request)
    channel = "voice" if "CallSid" in fields else "sms"
    if not _is_twilio(request, channel):
        return HttpResponseForbidden()
    status = fields.get("MessageStatus") or fields.get("CallStatus") or ""
    if status in TWILIO_OVER:
        why = f"{status} {fields.get('ErrorCode', '')}".strip()
        replies.receipt(channel, fields.get("MessageSid") or fields.get("CallSid") or "", is_delivered=TWILIO_OVER[status], why=why)
    return HttpResponse(status=204)


@_provider
def vonage_sms(request: HttpRequest) -> HttpResponse:
    """A reply by SMS, or the receipt of one: both come signed, the receipt with a status."""
    account = queries.account_of("sms", "vonage_sms")
    fields = {name: str(value) for name, value in _json(request).items()} or _fields(request)
    if account is None or not signatures.vonage_sms(fields, account.signing_secret, now=time.time()):
        return HttpResponseForbidden()
    name = fields.get("messageId") or fields.get("message-id") or ""
    if "status" in fields:
        if fields["status"] in VONAGE_OVER:
            replies.receipt("sms", name, is_delivered=VONAGE_OVER[fields["status"]], why=f"{fields['status']} {fields.get('err-code', '')}".strip())
    else:
        replies.by_text("sms", f"+{fields.get('msisdn', '').lstrip('+')}", fields.get("text", ""))
    return HttpResponse(status=204)


@_provider
def vonage_keys(request: HttpRequest, page: int) -> HttpResponse:
    """A key pressed in a call; the answer is what the call does next."""
    account = queries.account_of("voice", "vonage_voice")
    header = request.headers.get("Authorization", "")
    if account is None or not signatures.vonage_voice(header, request.body, account.signing_secret, now=time.time()):
        return HttpResponseForbidden()
    told = _json(request)
    dtmf = told.get("dtmf")
    digits = dtmf.get("digits") if isinstance(dtmf, dict) else dtmf
    said = replies.by_key(page, "voice", f"+{str(told.get('to', '')).lstrip('+')}") if digits == ACK_KEY else "Not acknowledged."
    return JsonResponse([{"action": "talk", "text": said}], safe=False)


@_provider
def slack(request: HttpRequest) -> HttpResponse:
    """A button in Slack: the payload names who pressed it; a page in a channel is answered by its own person's link only."""
    account = queries.account_of("slack", "slack")
    header, at = request.headers.get("X-Slack-Signature", ""), request.headers.get("X-Slack-Request-Timestamp", "")
    if account is None or not signatures.slack(request.body, at, account.signing_secret, header, now=time.time()):
        return HttpResponseForbidden()
    payload = _object(_fields(request).get("payload", ""))
    action = next((one for one in payload.get("actions") or [] if isinstance(one, dict) and one.get("action_id") == "acknowledge"), {})
    value = str(action.get("value", ""))
    addresses = [str((payload.get(part) or {}).get("id", "")) for part in ("user", "channel")]
    said = next(
        (replies.by_key(int(value), "slack", one) for one in addresses if value.isdecimal() and queries.was_sent(int(value), "slack", one)), ""
    )
    return JsonResponse({"response_type": "ephemeral", "text": said or "This page was not sent to you."})


@_provider
def mattermost(request: HttpRequest, signed: str) -> HttpResponse:
    """A button in Mattermost: the address itself is signed, as that of the link beside it."""
    try:
        said = replies.by_link(links.read(signed))
    except (links.Expired, links.Forged):
        return HttpResponseForbidden()
    return JsonResponse({"ephemeral_text": said})


@_provider
def telegram(request: HttpRequest) -> HttpResponse:
    """A button or a message in Telegram; the answer to the button goes back in the same request."""
    account = queries.account_of("telegram", "telegram")
    if account is None or not signatures.telegram(account.signing_secret, request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")):
        return HttpResponseForbidden()
    update = _json(request)
    pressed, written = update.get("callback_query"), update.get("message")
    if isinstance(pressed, dict):
        said = replies.by_text("telegram", _chat(pressed.get("message")), str(pressed.get("data", "")))
        return JsonResponse(
            {"method": "answerCallbackQuery", "callback_query_id": str(pressed.get("id", "")), "text": said[:200], "show_alert": True}
        )
    if isinstance(written, dict) and _chat(written):
        said = (
            f"Chat {_chat(written)}"
            if str(written.get("text", "")).startswith("/start")
            else replies.by_text("telegram", _chat(written), str(written.get("text", "")))
        )
        return JsonResponse({"method": "sendMessage", "chat_id": _chat(written), "text": said})
    return HttpResponse(status=204)


def _chat(message: Any) -> str:
    chat = message.get("chat") if isinstance(message, dict) else None
    return str(chat.get("id", "")) if isinstance(chat, dict) else ""


def _json(request: HttpRequest) -> dict[str, Any]:
    return _object(request.body) if "json" in (request.content_type or "") else {}


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
