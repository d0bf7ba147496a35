"""Comments, attachments and watchers."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from journal import actions as journal
from tickets import events, permissions, pictures
from tickets.actions import clocks, lifecycle, locking, writing
from tickets.models import Attachment, Comment, Ticket, Watch
from tickets.models.conversation import PICTURES


@transaction.atomic
def comment(ticket: Ticket, *, actor: User | None, body: str, is_internal: bool) -> Comment:
    """Adds an internal note or a public reply. The first public reply of the desk gives the first response.

    Raises Refused, Conflict for a reply on a closed ticket, Invalid("body") for an empty or too long text.
    """
    locked = locking.locked(ticket)
    _require_open_for(locked, actor, is_internal=is_internal)
    text = clean_body(body)
    at = clock.now()
    is_response = not is_internal and writing.is_response(locked, actor)
    added = writing.write(locked, actor=actor, body=text, is_internal=is_internal, at=at, is_response=is_response)
    if is_response:
        clocks.turn(locked, at)
    if not is_internal and actor is not None and actor.pk == locked.reporter_id:
        lifecycle.answered(locked, actor=actor)
    return added


def clean_body(body: str) -> str:
    """The text of a comment. Raises Invalid("body") for an empty or too long one."""
    text = writing.clean("body", body)
    if not text:
        raise errors.Invalid("body", _("Write something first."))
    return text


def _require_open_for(ticket: Ticket, actor: User | None, *, is_internal: bool) -> None:
    decision = permissions.can_note if is_internal else permissions.can_reply
    decision(actor, ticket).require()


@transaction.atomic
def comment_with_files(ticket: Ticket, *, actor: User | None, body: str, is_internal: bool, uploads: "Sequence[UploadedFile[bytes]]") -> None:
    """A note or a reply together with its files: all of it, or nothing. The text may be missing when there is a file.

    Raises Refused, or Invalid for the text or the file that is wrong.
    """
    for upload in uploads:
        _require_size(upload)
    if body.strip() or not uploads:
        comment(ticket, actor=actor, body=body, is_internal=is_internal)
    for upload in uploads:
        attach(ticket, actor=actor, upload=upload, is_internal=is_internal)


def _require_size(upload: "UploadedFile[bytes]") -> int:
    """The size in bytes. Raises Invalid("file") when it is none, or more than an attachment may have."""
    size = upload.size or 0
    if not size:
        raise errors.Invalid("file", _("The file %(name)s is empty.") % {"name": clean_name(upload.name or "")})
    if size > settings.ATTACHMENT_MAX_BYTES:
        raise errors.Invalid("file", _("Attach files of at most %(most)d MB.") % {"most": settings.ATTACHMENT_MAX_BYTES // 1_000_000})
    return size


@transaction.atomic
def attach(ticket: Ticket, *, actor: User | None, upload: "UploadedFile[bytes]", is_internal: bool = True) -> Attachment:
    """Adds a file. Raises Refused, Conflict for a public one on a closed ticket, Invalid("file") when it is empty or larger than the limit."""
    locked = locking.locked(ticket)
    _require_open_for(locked, actor, is_internal=is_internal)
    size = _require_size(upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    at = clock.now()
    name = clean_name(upload.name or "")
    added = Attachment(
        ticket=locked, uploader=actor, file=upload, name=name, content_type=_content_type(upload), size=size,
        digest=digest.hexdigest(), is_internal=is_internal, created_at=at,
    )  # fmt: skip
    added.file.name = f"{added.digest[:16]}-{get_valid_filename(name)[-80:] or 'file'}"
    added.save(force_insert=True)
    Ticket.objects.filter(pk=locked.pk).update(attachment_count=F("attachment_count") + 1, updated_at=at)
    journal.record(events.ATTACHED, locked, actor=actor, at=at, name=name, attachment=added.pk, is_internal=is_internal)
    return added


def _content_type(upload: "UploadedFile[bytes]") -> str:
    """What a picture is by its content; of anything else what the sender says, unless he says that it is such a picture."""
    found = pictures.type_of(upload)
    told = (upload.content_type or "")[:100]
    return found or (told if told and told not in PICTURES else "application/octet-stream")


def clean_name(name: str) -> str:
    """The file name to show and to download under: no path, no control or direction characters, at most 200 letters."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in base if letter.isprintable() and letter not in '"<>|:*?').strip(" .")
    return kept[-200:] or "file"


@transaction.atomic
def watch(ticket: Ticket, *, actor: User) -> Watch:
    """The actor wants to hear of this ticket. Raises Refused."""
    permissions.can_watch(actor, ticket).require()
    row, is_new = Watch.objects.get_or_create(ticket_id=ticket.pk, user=actor)
    if is_new:
        journal.record(events.WATCHED, ticket, actor=actor)
    return row


@transaction.atomic
def unwatch(ticket: Ticket, *, actor: User) -> None:
    """The actor has heard enough."""
    deleted, _rows = Watch.objects.filter(ticket_id=ticket.pk, user=actor).delete()
    if deleted:
        journal.record(events.UNWATCHED, ticket, actor=actor)
