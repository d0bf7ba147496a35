"""Opsgenie's addresses for the attachments of alerts. A file is downloaded by a signed address that holds for ten minutes, as there."""

from typing import Any

from django.core import signing
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alerts import commands, normal
from alerts.actions import attaching
from alerts.models import AlertAttachment
from alerts.opsgenie import views
from alerts.opsgenie.gate import Reader
from common import errors
from oncall.opsgenie.envelope import Answer, Call

SALT, SECONDS = "alert attachment", 600


def _attachment(call: Call, ident: str, attachment_id: str) -> AlertAttachment:
    rows = AlertAttachment.objects.filter(alert=views.alert_of(call, ident, "alertIdentifierType"))
    found = rows.filter(pk=int(attachment_id)).first() if attachment_id.isascii() and attachment_id.isdecimal() and len(attachment_id) < 18 else None
    if found is None:
        raise Http404(f"Attachment with id [{attachment_id[:50]}] does not exist.")
    return found


def _hand(call: Call) -> str:
    reader: Reader = call.guest
    said = {"user": normal.line(call.form.get("user") or call.query.get("user"), commands.USER)}
    return commands.hand(said, reader.integration.name) if reader.integration is not None else ""


def _told(attachment: AlertAttachment) -> dict[str, Any]:
    return {"id": str(attachment.pk), "name": attachment.name}


def list_files(call: Call, ident: str) -> Answer:
    """The files of an alert."""
    return Answer([_told(one) for one in AlertAttachment.objects.filter(alert=views.alert_of(call, ident, "alertIdentifierType"))])


def add_file(call: Call, ident: str) -> Answer:
    """Adds a file, sent as the part `file` of a form."""
    alert = views.alert_of(call, ident, "alertIdentifierType")
    upload = call.files.get("file")
    if upload is None:
        raise errors.Invalid("file", _("Send the file as the part “file” of a multipart form."))
    reader: Reader = call.guest
    added = attaching.attach(alert, actor=reader.user, upload=upload, hand=_hand(call))
    return Answer({"id": str(added.pk)}, 201, {"result": "Attachment added"})


def get_file(call: Call, ident: str, attachment_id: str) -> Answer:
    """One file: its name, and where it can be downloaded for ten minutes."""
    found = _attachment(call, ident, attachment_id)
    url = reverse("alert_file", args=[signing.dumps(found.pk, salt=SALT)])
    return Answer({"name": found.name, "url": call.absolute(url)})


def remove_file(call: Call, ident: str, attachment_id: str) -> Answer:
    """Removes a file."""
    reader: Reader = call.guest
    attaching.detach(_attachment(call, ident, attachment_id), actor=reader.user, hand=_hand(call))
    return Answer(more={"result": "Attachment deleted"})


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file of a signed address."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    found = AlertAttachment.objects.filter(pk=pk).first()
    if found is None or not found.file.storage.exists(str(found.file.name)):
        raise Http404
    response = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
