"""What a person decides about his notifications."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import events
from accounts.models import User
from common import errors
from journal import actions as journal
from notifications import topics
from notifications.models import Preferences


@transaction.atomic
def change(*, actor: User, ways: Mapping[str, str], digest: str) -> Preferences:
    """Keeps the person's own choice; a topic that is not named takes its default. Raises Invalid for an unknown topic, way or rhythm."""
    for topic, way in ways.items():
        if topic not in topics.TOPICS:
            raise errors.Invalid("ways", _("Choose among these topics: %(known)s.") % {"known": ", ".join(topics.TOPICS)})
        if way not in dict(topics.WAYS):
            raise errors.Invalid("ways", _("Choose one of %(known)s.") % {"known": ", ".join(dict(topics.WAYS))})
    if digest not in dict(topics.RHYTHMS):
        raise errors.Invalid("digest", _("Choose one of %(known)s.") % {"known": ", ".join(dict(topics.RHYTHMS))})
    kept = {topic: way for topic, way in ways.items() if way != topics.TOPICS[topic].default}
    person = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    row, _is_new = Preferences.objects.get_or_create(user=person)
    if (row.ways, row.digest) != (kept, digest):
        row.ways, row.digest = kept, digest
        row.save(update_fields=["ways", "digest"])
        journal.record(events.PROFILE_CHANGED, person, actor=person, fields=_("notifications"))
    return row
