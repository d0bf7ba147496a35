"""Alertmanager's API v2 for amtool, Grafana and whoever reads alerts and sets silences. Alerts come in through the door (alerts/dialects/alertmanager.py).

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from alerts import labels, normal, permissions, queries
from alerts.actions import silencing
from alerts.amapi import wire
from alerts.models import Alert, Integration
from alerts.opsgenie import gate
from alerts.opsgenie.gate import Reader
from common import clock, errors
from oncall.opsgenie.envelope import Failed

MOST, MOST_BYTES = 5_000, 100_000
STARTED_AT = datetime.now(UTC)
View = Callable[..., HttpResponse]


class Told(Exception):
    """An answer that is no success. told: an object, a text, or None for an empty body."""

    def __init__(self, status: int, told: Any) -> None:
        super().__init__(status)
        self.status, self.told = status, told


def answer(told: Any, status: int = 200) -> HttpResponse:
    """JSON, or nothing at all."""
    return HttpResponse(b"" if told is None else orjson.dumps(told), content_type="application/json", status=status)


def coded(code: int, message: str, status: int) -> Told:
    """An error with a code, as the framework of Alertmanager writes it."""
    return Told(status, {"code": code, "message": message})


def address(**handlers: Any) -> View:
    """One address with a handler for each method. Handlers take the request, who asks, and what stands in the address."""

    def view(request: HttpRequest, key: str = "", **named: Any) -> HttpResponse:
        try:
            reader = _enter(request, key)
            handler = handlers.get((request.method or "").lower())
            if handler is None:
                raise coded(405, f"method {request.method} is not allowed, but [{','.join(name.upper() for name in handlers)}] are", 405)
            return answer(handler(request, reader, **named))
        except Told as error:
            response = answer(error.told, error.status)
            if error.status == 401:
                response.headers["WWW-Authenticate"] = 'Basic realm="Evenkeel"'
            return response
        except errors.Refused as error:
            return answer({"code": 403, "message": error.message}, 403)
        except errors.Invalid as error:
            return answer(error.message, 404 if error.field == "id" else 400)

    guarded = never_cache(csrf_exempt(view))
    guarded.actions = handlers  # type: ignore[attr-defined]  # the methods of the address, as viewsets tell them
    return guarded


def _enter(request: HttpRequest, key: str) -> Reader:
    integration = gate.integration_of(key or gate.key_in(request))
    if integration is not None:
        return Reader(None, integration)
    try:
        return gate.enter(request)
    except Failed as error:
        raise coded(error.status, error.message, error.status) from error


# ---------------------------------------------------------------- alerts


def _matchers(request: HttpRequest) -> list[labels.Matcher]:
    try:
        return [labels.parse(text) for text in request.GET.getlist("filter")]
    except labels.BadMatcher as error:
        raise Told(400, str(error)) from error


def _flag(request: HttpRequest, name: str) -> bool:
    text = request.GET.get(name, "true").lower()
    if text not in ("true", "false", "1", "0"):
        raise coded(601, f'{name} in query must be of type boolean: "{text[:50]}"', 422)
    return text in ("true", "1")


def _alerts(request: HttpRequest, reader: Reader) -> list[dict[str, Any]]:
    matchers, by = _matchers(request), request.GET.get("receiver", "")
    wanted = {"active": _flag(request, "active"), "suppressed": _flag(request, "silenced")}
    try:
        named = labels.matcher("receiver", by, is_regex=True) if by else None
    except labels.BadMatcher as error:
        raise Told(400, f"failed to parse receiver param: {error}") from error
    rows = reader.alerts().exclude(status=Alert.CLOSED).select_related("integration").defer("payload").order_by("-pk")[:MOST]
    silences = queries.silences_at(clock.now())
    told = [wire.of_alert(alert, silences) for alert in rows]
    return [
        one for one in told
        if wanted[one["status"]["state"]] and labels.fits_all(matchers, one["labels"]) and (named is None or named.fits({"receiver": one["receivers"][0]["name"]}))
    ]  # fmt: skip


def list_alerts(request: HttpRequest, reader: Reader) -> Any:
    """The alerts that are not closed, by matchers and state."""
    return sorted(_alerts(request, reader), key=lambda one: one["fingerprint"])


def list_groups(request: HttpRequest, reader: Reader) -> Any:
    """The same, together by name and receiver."""
    return wire.groups(_alerts(request, reader))


def list_receivers(request: HttpRequest, reader: Reader) -> Any:
    """The integrations that the key reaches."""
    own = reader.integration
    rows = [own] if own is not None and own.reach == Integration.OWN else Integration.objects.order_by("name")
    return [wire.receiver(one) for one in rows]


def get_status(request: HttpRequest, reader: Reader) -> Any:
    """The version and what amtool needs."""
    return wire.status(str(settings.SPECTACULAR_SETTINGS["VERSION"]), STARTED_AT)


# ---------------------------------------------------------------- silences


def list_silences(request: HttpRequest, reader: Reader) -> Any:
    """The silences, also those that ended in the last days, by matchers."""
    matchers, at = _matchers(request), clock.now()
    rows = permissions.silences_within(reader.integration).filter(ends_at__gt=at - wire.EXPIRED_SHOWN)[:MOST]
    return [wire.of_silence(one, at) for one in rows if all(_fits(matcher, one.matchers) for matcher in matchers)]


def _fits(matcher: labels.Matcher, rows: list[dict[str, Any]]) -> bool:
    return any(row["name"] == matcher.name and matcher.fits({matcher.name: row["value"]}) for row in rows)


def put_silence(request: HttpRequest, reader: Reader) -> Any:
    """Makes or changes a silence."""
    body = _body(request)
    for name in ("matchers", "startsAt", "endsAt", "createdBy", "comment"):
        if body.get(name) is None:
            raise coded(602, f"{name} in body is required", 422)
    if not isinstance(body["matchers"], list):
        raise coded(400, 'parsing silence body from "" failed, because matchers is no list', 400)
    if not body["matchers"]:
        raise coded(612, "matchers in body should have at least 1 items", 422)
    uid = _uid(body["id"]) if body.get("id") else None
    starts_at, ends_at = (normal.instant(body[name]) for name in ("startsAt", "endsAt"))
    if starts_at is None or ends_at is None:
        raise coded(400, 'parsing silence body from "" failed, because startsAt or endsAt is no instant', 400)
    silence = silencing.put(
        actor=reader.user, matchers=[_matcher(number, row) for number, row in enumerate(body["matchers"])], starts_at=starts_at, ends_at=ends_at,
        created_by=normal.line(body["createdBy"], 200), comment=normal.text(body["comment"], 5_000), uid=uid,
        integration=reader.integration if reader.integration is not None and reader.integration.reach == Integration.OWN else None,
    )  # fmt: skip
    return {"silenceID": str(silence.uid)}


def _matcher(number: int, row: Any) -> labels.Matcher:
    if not isinstance(row, Mapping):
        raise coded(400, 'parsing silence body from "" failed, because a matcher is no object', 400)
    for name in ("name", "value", "isRegex"):
        if row.get(name) is None:
            raise coded(602, f"matchers.{number}.{name} in body is required", 422)
    if not isinstance(row["name"], str) or not isinstance(row["value"], str):
        raise coded(400, 'parsing silence body from "" failed, because name and value are texts', 400)
    try:
        return labels.matcher(
            row["name"], row["value"][:1_000].replace("\0", ""), is_regex=row["isRegex"] is True, is_equal=row.get("isEqual") is not False
        )
    except labels.BadMatcher as error:
        raise Told(400, f"invalid silence: {error}") from error


def _body(request: HttpRequest) -> Mapping[str, Any]:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", ""):
        raise coded(415, f'unsupported media type "{kind[:80]}", only [application/json] are allowed', 415)
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise coded(413, "the body is too large", 413)
    try:
        found = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise coded(400, f'parsing silence body from "" failed, because {error}', 400) from error
    if not isinstance(found, Mapping):
        raise coded(400, 'parsing silence body from "" failed, because it is no object', 400)
    return found


def _uid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise coded(601, f"silenceID in path must be of type uuid: {orjson.dumps(str(text)[:100]).decode()}", 422) from None


def _silence(reader: Reader, silence_id: str) -> Any:
    found = permissions.silences_within(reader.integration).filter(uid=_uid(silence_id)).first()
    if found is None:
        raise Told(404, None)
    return found


def get_silence(request: HttpRequest, reader: Reader, silence_id: str) -> Any:
    """One silence."""
    return wire.of_silence(_silence(reader, silence_id), clock.now())


def delete_silence(request: HttpRequest, reader: Reader, silence_id: str) -> Any:
    """Ends it."""
    silencing.end(_silence(reader, silence_id), actor=reader.user)


def healthy(request: HttpRequest, key: str = "") -> HttpResponse:
    """That the product answers; no key is needed."""
    return HttpResponse("OK", content_type="text/plain; charset=utf-8")
