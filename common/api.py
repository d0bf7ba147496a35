"""What every part of the REST API shares: one error shape, one paging, one base for verbs."""

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, pagination, parsers, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from common import errors, paging
from common.query.errors import QueryError

log = logging.getLogger(__name__)

MAX_PAGE = 200
DEFAULT_PAGE = 50


def error_response(
    code: str,
    message: str,
    http_status: int,
    fields: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """The one error shape: {"error": {"code", "message", "fields": {name: [texts]}}}; a query's error also has position, length and suggestions."""
    body = {"error": {"code": code, "message": message, "fields": dict(fields or {}), **more}}
    return Response(body, status=http_status, headers=dict(headers or {}))


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turns domain errors and DRF's own into the one shape; anything else is a bug and stays a 500."""
    error = errors.of(error) or error
    if isinstance(error, errors.Refused):
        response = error_response("refused", error.message, status.HTTP_403_FORBIDDEN)
    elif isinstance(error, QueryError):
        where: dict[str, Any] = {"position": error.position, "length": error.length, "suggestions": list(error.suggestions)}
        response = error_response("invalid", error.message, status.HTTP_400_BAD_REQUEST, {error.field: [error.message]}, None, **where)
    elif isinstance(error, errors.Invalid):
        response = error_response("invalid", error.message, status.HTTP_400_BAD_REQUEST, {error.field: [error.message]})
    elif isinstance(error, errors.TooSlow):
        response = error_response("too_slow", error.message, status.HTTP_400_BAD_REQUEST)
    elif isinstance(error, errors.Conflict):
        response = error_response("conflict", error.message, status.HTTP_409_CONFLICT)
    elif isinstance(error, Http404):
        response = error_response("not_found", _("There is nothing here, or you may not see it."), status.HTTP_404_NOT_FOUND)
    elif isinstance(error, PermissionDenied):
        response = error_response("refused", _("You may not do this."), status.HTTP_403_FORBIDDEN)
    elif isinstance(error, exceptions.ValidationError):
        fields = _flat(error.detail)
        response = error_response("invalid", next(iter(fields.values()))[0], status.HTTP_400_BAD_REQUEST, fields)
    elif isinstance(error, exceptions.APIException):
        response = error_response(str(error.default_code), str(error.detail), error.status_code, headers=_headers(error))
    else:
        return None
    return response


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(getattr(error, "auth_header"))  # noqa: B009  # set by DRF at run time
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait))
    return headers


def _flat(detail: Any, name: str = "") -> dict[str, list[str]]:
    """DRF's nested details as {dotted field name: [texts]}; what belongs to no field stands under "request"."""
    if isinstance(detail, Mapping):
        flat: dict[str, list[str]] = {}
        for key, value in detail.items():
            inner = "request" if key == "non_field_errors" else str(key)
            flat.update(_flat(value, f"{name}.{inner}" if name else inner))
        return flat
    if isinstance(detail, list):
        if any(isinstance(item, Mapping) for item in detail):
            flat = {}
            for index, item in enumerate(detail):
                flat.update(_flat(item, f"{name}.{index}"))
            return flat
        return {name or "request": [str(item) for item in detail]}
    return {name or "request": [str(detail)]}


class JsonParser(parsers.BaseParser):
    """JSON, read by orjson: what is nested too deep or is no text is refused with the reason, not with a failure."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return orjson.loads(stream.read())
        except (orjson.JSONDecodeError, RecursionError) as error:
            raise exceptions.ParseError(_("This is not well-formed JSON: %(reason)s.") % {"reason": error}) from error


def checked(serializer: type[serializers.Serializer], data: Any) -> dict[str, Any]:
    """The values of a body. Raises ValidationError for wrong ones, and for fields that this call does not know: a typing error is no silence."""
    wanted = serializer(data=data)
    wanted.is_valid(raise_exception=True)
    known = {name for name, field in wanted.fields.items() if not field.read_only}
    unknown = [name for name in data if name not in known] if isinstance(data, Mapping) else []
    if unknown:
        remedy = _("There is no such field here. Known: %(known)s.") % {"known": ", ".join(sorted(known))}
        raise exceptions.ValidationError(dict.fromkeys(map(str, unknown), [remedy]))
    return dict(wanted.validated_data)


def unknown_address(request: HttpRequest, path: str = "") -> JsonResponse:
    """The answer to an address of the API that does not exist, in the API's own error shape."""
    message = _("There is no such address. /api/docs/ lists them all.")
    return JsonResponse({"error": {"code": "not_found", "message": message, "fields": {}}}, status=404)


class CursorPagination(pagination.BasePagination):
    """Cursor paging by keyset: {"next": URL or null, "results": [...]}. `?limit=` rows per page, at most 200; `?sort=` where a view offers it.

    A view names its orders in `sorts` (name → keys) and the first of them is the default.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        sorts: Mapping[str, Any] = getattr(view, "sorts", None) or {"id": (paging.Key("pk"),)}
        sort = request.query_params.get("sort") or next(iter(sorts))
        if sort not in sorts:
            raise errors.Invalid("sort", _("Sort by one of %(known)s.") % {"known": ", ".join(sorts)})
        found = paging.page(queryset, sorts[sort], after=request.query_params.get("cursor"), size=self._limit(request))
        self.next_mark = found.next_mark
        return found.rows

    def _limit(self, request: Request) -> int:
        given = request.query_params.get("limit")
        if given is None:
            return DEFAULT_PAGE
        if not given.isdecimal() or not 1 <= int(given[:6]) <= MAX_PAGE:
            raise errors.Invalid("limit", _("Ask for 1 to %(most)d rows.") % {"most": MAX_PAGE})
        return int(given)

    def get_paginated_response(self, data: Any) -> Response:
        following = replace_query_param(self.request.build_absolute_uri(), "cursor", self.next_mark) if self.next_mark else None
        return Response({"next": following, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": {"type": "string", "format": "uri", "nullable": True}, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        sorts = list(getattr(view, "sorts", None) or [])
        parameters = [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "The mark inside `next` of the page before.",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": DEFAULT_PAGE},
            },
        ]
        if sorts:
            parameters.append({"name": "sort", "in": "query", "required": False, "schema": {"type": "string", "enum": sorts, "default": sorts[0]}})
        return parameters
