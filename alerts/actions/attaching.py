"""Files on alerts: adding and removing them."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import events, permissions
from alerts.actions import lifecycle
from alerts.models import Alert, AlertAttachment
from common import clock, errors
from journal import actions as journal
from tickets.actions import conversation

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MOST = 50


@transaction.atomic
def attach(alert: Alert, *, actor: User | None, upload: "UploadedFile[bytes]", hand: str = "") -> AlertAttachment:
    """Adds a file. Raises Refused, or Invalid("file") when it is empty, too large, or one too many."""
    permissions.can_act(actor).require()
    size, name = upload.size or 0, conversation.clean_name(upload.name or "")
    if not 0 < size <= settings.ATTACHMENT_MAX_BYTES:
        raise errors.Invalid("file", _("Attach a file of 1 byte to %(most)d MB.") % {"most": settings.ATTACHMENT_MAX_BYTES // 1_000_000})
    held = lifecycle.hold(alert)
    if AlertAttachment.objects.filter(alert=held).count() >= MOST:
        raise errors.Invalid("file", _("An alert has at most %(most)d files.") % {"most": MOST})
    at = clock.now()
    added = AlertAttachment(alert=held, file=upload, name=name, size=size, added_by=(actor.email if actor else hand)[:200], created_at=at)
    added.file.name = get_valid_filename(name)[-80:] or "file"
    added.save(force_insert=True)
    journal.record(events.FILE_ADDED, held, actor=actor, at=at, key=held.key, name=name, hand=hand)
    return added


@transaction.atomic
def detach(attachment: AlertAttachment, *, actor: User | None, hand: str = "") -> None:
    """Removes a file, also from the disk once that is committed."""
    permissions.can_act(actor).require()
    held = lifecycle.hold(attachment.alert)
    name, storage = attachment.file.name, attachment.file.storage
    journal.record(events.FILE_REMOVED, held, actor=actor, key=held.key, name=attachment.name, hand=hand)
    attachment.delete()
    transaction.on_commit(lambda: storage.delete(str(name)))
