"""Handing out attachments: always as a download, never inline (RELIABILITY D8, D10)."""

from django.db.models import QuerySet
from django.http import FileResponse, Http404

from accounts.models import User
from tickets import queries
from tickets.models import Attachment, Ticket


def download(user: User, ticket: Ticket, attachment_id: int) -> FileResponse:
    """The file of an attachment that this user may see. Raises Http404 otherwise."""
    return download_of(queries.attachments_for(user, ticket), attachment_id)


def download_of(files: QuerySet[Attachment], attachment_id: int) -> FileResponse:
    """One of the files that somebody may see. Raises Http404 for any other."""
    row = files.filter(pk=attachment_id).first()
    if row is None:
        raise Http404
    response = FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
