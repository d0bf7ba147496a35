"""How Opsgenie's API answers: every answer is a JSON object with requestId and took, errors too (its SDKs need that)."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urljoin

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import AuthenticationFailed

from accounts.authentication import TokenAuthentication
from accounts.models import ApiToken, User
from common import errors

MOST_BYTES = 1_000_000
LIMITS = {"X-RateLimit-State": "OK", "X-RateLimit-Reason": "ACCOUNT", "X-RateLimit-Period-In-Sec": "60"}
READ_ONLY = _lazy("This API token may only read. Make one with the scope “Read and write”.")
UNKNOWN = "Could not authenticate. Send your API token as “Authorization: GenieKey …”."


class GenieKey(TokenAuthentication):
    """An API token under Opsgenie's word for it. A key in the address is refused: addresses end up in logs."""

    schemes = ("geniekey",)


@dataclass(frozen=True, slots=True)
class Call:
    """A request of somebody who is known. guest: who that is: a user, unless the address lets others in too. body: its JSON object, empty for none.

    form, files: of a multipart form. url: the address without its query.
    """

    guest: Any
    query: Mapping[str, str]
    body: Mapping[str, Any]
    url: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)

    @property
    def user(self) -> User:
        """The person behind it."""
        return cast(User, self.guest)

    def absolute(self, path: str) -> str:
        """A path of this host as a whole address."""
        return urljoin(self.url, path)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers. data: under that name in the envelope. more: beside it."""

    data: Any = None
    status: int = 200
    more: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[..., Answer]


class Failed(Exception):
    """A request that cannot be served, with its status and words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def person(request: HttpRequest) -> User:
    """The person of an API token who may see who is on call. Raises Failed."""
    user, token = authenticated(request)
    if request.method != "GET" and token.scope != ApiToken.WRITE:
        raise Failed(403, str(READ_ONLY))
    if not user.has_right("oncall.view"):
        raise Failed(403, _("You may not see who is on call: that needs the right oncall.view."))
    return user


def address(enter: Callable[[HttpRequest], Any] = person, /, **handlers: Handler) -> Callable[..., HttpResponse]:
    """One address with a handler for each method: address(get=..., post=...). Handlers take the call and what stands in the address.

    enter: says who comes in, and raises Failed for those who do not.
    """

    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        begun = time.monotonic()
        more: Mapping[str, str] = {}
        try:
            answer = _handle(request, enter, handlers, named)
            more = answer.headers
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
        for header, value in {**LIMITS, **more}.items():
            response.headers[header] = value
        if status == 401:
            response.headers["WWW-Authenticate"] = "GenieKey"
        return response

    guarded = never_cache(csrf_exempt(view))
    guarded.actions = handlers  # type: ignore[attr-defined]  # the methods of the address, as viewsets tell them
    return guarded


def _handle(request: HttpRequest, enter: Callable[[HttpRequest], Any], handlers: Mapping[str, Handler], named: Mapping[str, Any]) -> Answer:
    guest = enter(request)
    handler = handlers.get((request.method or "").lower())
    if handler is None:
        raise Failed(405, _("This address does not take %(method)s.") % {"method": request.method})
    url = request.build_absolute_uri(request.path)
    if request.method == "POST" and request.content_type == "multipart/form-data":
        return handler(Call(guest, request.GET.dict(), {}, url, request.POST.dict(), request.FILES.dict()), **named)
    return handler(Call(guest, request.GET.dict(), _body(request), url), **named)


def authenticated(request: HttpRequest) -> tuple[User, ApiToken]:
    """The person of an API token, and the token. Raises Failed."""
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
