"""Handing out attachments: always as a download, never inline; small pictures of them are drawn anew (RELIABILITY D8, D10)."""

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse

from accounts.models import User
from tickets import pictures, queries
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
    _guard(response)
    response["Cache-Control"] = "private, no-store"
    return response


def _guard(response: HttpResponse | FileResponse) -> None:
    """Nothing in the answer may run, be taken for something else or be shown by another site."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"


def picture(user: User, ticket: Ticket, attachment_id: int) -> HttpResponse:
    """The small picture of an attachment that this user may see. Raises Http404 otherwise, and for what is no picture."""
    row = queries.attachments_for(user, ticket).filter(pk=attachment_id).first()
    drawn = pictures.small(row) if row is not None and row.is_picture else b""
    if not drawn:
        raise Http404
    response = HttpResponse(drawn, content_type="image/webp")
    _guard(response)
    response["Content-Disposition"] = "inline; filename=picture.webp"
    response["Cache-Control"] = "private, max-age=300"
    return response
