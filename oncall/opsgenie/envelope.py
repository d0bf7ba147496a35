"""How Opsgenie's API answers: every answer is a JSON object with requestId and took, errors too (its SDKs need that)."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import AuthenticationFailed

from accounts.authentication import TokenAuthentication
from accounts.models import ApiToken, User
from common import errors

MOST_BYTES = 1_000_000
UNKNOWN = "Could not authenticate. Send your API token as “Authorization: GenieKey …”."


class GenieKey(TokenAuthentication):
    """An API token under Opsgenie's word for it. A key in the address is refused: addresses end up in logs."""

    schemes = ("geniekey",)


@dataclass(frozen=True, slots=True)
class Call:
    """A request that is known to come from a person. body: its JSON object, empty for none."""

    user: User
    query: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers. data: under that name in the envelope. more: beside it."""

    data: Any = None
    status: int = 200
    more: Mapping[str, Any] | None = None


Handler = Callable[..., Answer]


class Failed(Exception):
    """A request that cannot be served, with its status and words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def address(**handlers: Handler) -> Callable[..., HttpResponse]:
    """One address with a handler for each method: address(get=..., post=...). Handlers take the call and what stands in the address."""

    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        begun = time.monotonic()
        try:
            answer = _handle(request, handlers, named)
            told: dict[str, Any] = {**({"data": answer.data} if answer.data is not None else {}), **(answer.more or {})}
            status = answer.status
        except Failed as error:
            status, told = error.status, {"message": error.message}
        except Http404 as error:
            status, told = 404, {"message": str(error) or "Not found"}
        except errors.Invalid as error:
            status, told = 422, {"message": error.message, "errors": {error.field: error.message}}
        except errors.Refused as error:
            status, told = 403, {"message": error.message}
        except errors.DomainError as error:
            status, told = 409, {"message": error.message}
        name = str(uuid.uuid4())
        took = round(time.monotonic() - begun, 3)
        response = HttpResponse(orjson.dumps({**told, "took": took, "requestId": name}), content_type="application/json", status=status)
        response.headers["X-Request-ID"], response.headers["X-Response-Time"] = name, str(took)
        if status == 401:
            response.headers["WWW-Authenticate"] = "GenieKey"
        return response

    guarded = never_cache(csrf_exempt(view))
    guarded.actions = handlers  # type: ignore[attr-defined]  # the methods of the address, as viewsets tell them
    return guarded


def _handle(request: HttpRequest, handlers: Mapping[str, Handler], named: Mapping[str, Any]) -> Answer:
    user, token = _authenticated(request)
    handler = handlers.get((request.method or "").lower())
    if handler is None:
        raise Failed(405, _("This address does not take %(method)s.") % {"method": request.method})
    if request.method != "GET" and token.scope != ApiToken.WRITE:
        raise Failed(403, _("This API token may only read. Make one with the scope “Read and write”."))
    if not user.has_right("oncall.view"):
        raise Failed(403, _("You may not see who is on call: that needs the right oncall.view."))
    return handler(Call(user, request.GET.dict(), _body(request)), **named)


def _authenticated(request: HttpRequest) -> tuple[User, ApiToken]:
    try:
        found = GenieKey().authenticate(cast(Any, request))
    except AuthenticationFailed as error:
        raise Failed(401, str(error.detail)) from error
    if found is None or not found[0].is_active:
        raise Failed(401, UNKNOWN)
    return found


def _body(request: HttpRequest) -> Mapping[str, Any]:
    if request.method in ("GET", "DELETE"):
        return {}
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise Failed(413, _("The body is too large."))
    if not request.body:
        return {}
    try:
        found = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise Failed(400, _("The body is not JSON: %(why)s") % {"why": str(error)[:200]}) from error
    if not isinstance(found, dict):
        raise Failed(400, _("The body must be a JSON object."))
    return found
