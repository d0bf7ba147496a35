"""The version of a record over REST: ETag on a read, If-Match on a change, and what both sides changed (INC-25)."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common import errors
from common.api import error_response
from tickets.actions.comparing import Overwritten

TAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER,
    description="The ETag of the read that the change is based on; the same as `version` in the body. `*` or nothing looks at no version.",
)  # fmt: skip


class ClashSerializer(serializers.Serializer):
    """A field that both changed: the stored value, the one that was sent, and who stored it when."""

    theirs = serializers.JSONField()
    yours = serializers.JSONField()
    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()


class OverwrittenErrorSerializer(serializers.Serializer):
    """The one error shape, with `conflicts` by field and the `version` to send after a comparison."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField()  # type: ignore[assignment]  # the name a client reads
    conflicts = serializers.DictField(child=ClashSerializer())
    version = serializers.IntegerField()


class OverwrittenSerializer(serializers.Serializer):
    """Nothing was saved: somebody changed the same fields since."""

    error = OverwrittenErrorSerializer()


def etag(version: int) -> dict[str, str]:
    """The header of an answer that shows a ticket of this version."""
    return {"ETag": f'"{version}"'}


def wanted(request: Request, version: int | None) -> int | None:
    """The version that a change is based on, by the body or by If-Match. Raises Invalid for a header that is no ETag of ours, or says otherwise."""
    given = request.headers.get("If-Match", "*").strip()
    if given == "*":
        return version
    found = TAG.fullmatch(given)
    if found is None:
        raise errors.Invalid("If-Match", _('Send the ETag of the last read, such as "4", or leave the header out.'))
    if version is not None and version != int(found[1]):
        raise errors.Invalid("version", _("The body and If-Match name different versions. Send one of them."))
    return int(found[1])


def overwritten(error: Overwritten, stored: Mapping[str, Any], sent: Any) -> Response:
    """409 with both values of each field that both changed, as the API writes them."""
    conflicts = {
        clash.name: {"theirs": stored.get(clash.name), "yours": sent.get(clash.name), "by": clash.by.email if clash.by else None, "at": clash.at}
        for clash in error.clashes
    }
    fields = {name: [_("Somebody changed it meanwhile.")] for name in conflicts}
    return error_response(
        "conflict", error.message, status.HTTP_409_CONFLICT, fields, etag(error.version), conflicts=conflicts, version=error.version
    )
