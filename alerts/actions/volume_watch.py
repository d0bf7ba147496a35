"""The watch over what sources send: unusual volumes, silence, and new kinds of alerts (ALR-20). It looks every five minutes.

Everything that it knows is rows, so a restart costs nothing; what it did not see it does not judge (alerts/baseline.py).
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from alerts import baseline, events, volume_queries
from alerts.actions import opening, recovery
from alerts.folding import Step
from alerts.models import Alert, InboxRow, Integration, VolumeMark, VolumeWatch, WatchedHour
from alerts.normal import CLOSE, OPEN, Event, line
from common import clock
from journal import actions as journal

log = logging.getLogger(__name__)

BEHIND = timedelta(minutes=2)
NEW_AFTER, YOUNG, FORGOTTEN = timedelta(days=30), timedelta(weeks=baseline.LEAST_WEEKS), timedelta(days=180)
OVERLAP = 1_000  # numbers of alerts that were given before the last ones were committed

# The first alert of each kind that this integration has not sent for long, once the integration has been known for a while.
KINDS = """
WITH came AS (
    SELECT id, integration_id, kind, first_occurred_at FROM alerts_alert WHERE id > %(after)s AND kind <> '' AND integration_id IS NOT NULL
  ),
  fresh AS (
    SELECT DISTINCT ON (integration_id, kind) came.id FROM came LEFT JOIN alerts_knownkind AS known USING (integration_id, kind)
    WHERE (known.id IS NULL OR (known.last_at < %(absent)s AND came.first_occurred_at > known.last_at))
      AND (SELECT min(first_at) FROM alerts_knownkind AS oldest WHERE oldest.integration_id = came.integration_id) <= %(young)s
    ORDER BY integration_id, kind, came.id
  ),
  kept AS (
    INSERT INTO alerts_knownkind (integration_id, kind, first_at, last_at)
    SELECT integration_id, kind, min(first_occurred_at), max(first_occurred_at) FROM came GROUP BY integration_id, kind
    ON CONFLICT (integration_id, kind) DO UPDATE SET last_at = greatest(alerts_knownkind.last_at, excluded.last_at)
  )
UPDATE alerts_alert SET is_new_kind = true FROM fresh WHERE alerts_alert.id = fresh.id AND NOT is_new_kind
"""
FORGET = "DELETE FROM alerts_knownkind WHERE last_at < %s"


@transaction.atomic
def sweep() -> int:
    """Looks once; answers how many sources began or ceased to be unusual."""
    at = clock.now()
    watch, _is_new = VolumeWatch.objects.select_for_update().get_or_create(pk=1, defaults={"looked_at": at})
    newest = _mark_kinds(watch, at)
    if not InboxRow.objects.filter(state=InboxRow.PENDING, received_at__lt=at - BEHIND).exists():
        _note_watched(watch.looked_at, at)
    is_new_hour = baseline.hour_of(watch.looked_at) != baseline.hour_of(at)
    watch.looked_at, watch.alert_id = at, newest
    changed = _judge(watch, at)
    watch.save(update_fields=["looked_at", "alert_id", "nothing_since"])
    if is_new_hour:
        _forget(at)
    return changed


def _mark_kinds(watch: VolumeWatch, at: datetime) -> int:
    newest = Alert.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if newest > watch.alert_id:
        with connection.cursor() as cursor:
            cursor.execute(KINDS, {"after": watch.alert_id - OVERLAP, "absent": at - NEW_AFTER, "young": at - YOUNG})
    return newest


def _note_watched(before: datetime, at: datetime) -> None:
    for hour, seconds in baseline.watched(before, at).items():
        row, is_new = WatchedHour.objects.get_or_create(hour=hour, defaults={"seconds": seconds})
        if not is_new:
            WatchedHour.objects.filter(pk=row.pk).update(seconds=F("seconds") + seconds)


def _forget(at: datetime) -> None:
    """What is too old to be usual."""
    WatchedHour.objects.filter(hour__lt=at - FORGOTTEN).delete()
    VolumeMark.objects.filter(ended_at__lt=at - FORGOTTEN).delete()
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [at - FORGOTTEN])


def _judge(watch: VolumeWatch, at: datetime) -> int:
    """Opens and ends marks, and the alerts of those integrations that want them."""
    known = volume_queries.watched_hours(at)
    rows = {one.pk: one for one in Integration.objects.filter(is_enabled=True).select_related("service__tier", "service__owner_team", "team")}
    sent = volume_queries.sent_by(rows, at)
    verdicts = {pk: verdict for pk, one in sent.items() if (verdict := baseline.judge(one, known, at)) is not None}
    silent = [pk for pk, one in verdicts.items() if one.sort == baseline.SILENT]
    is_all_quiet = len(silent) > 1 and not any(baseline.hour_of(at) - back * baseline.HOUR in one.events for one in sent.values() for back in (0, 1))
    if is_all_quiet:  # then it is not the sources: the door, or the network before it
        watch.nothing_since = watch.nothing_since or min(verdicts[pk].since for pk in silent)
        log.warning("volumes: no source sends anything since %s", watch.nothing_since)
        return 0
    watch.nothing_since = None
    open_marks = {mark.integration_id: mark for mark in VolumeMark.objects.filter(ended_at=None).prefetch_related("integration").select_for_update()}
    return _end(open_marks, verdicts, sent, known, at) + _begin(open_marks, verdicts, rows, at)


def _begin(marks: Mapping[int, VolumeMark], verdicts: Mapping[int, baseline.Verdict], rows: Mapping[int, Integration], at: datetime) -> int:
    begun = 0
    for pk, verdict in verdicts.items():
        mark = marks.get(pk)
        if mark is None or mark.ended_at is not None:
            mark = VolumeMark(integration=rows[pk], sort=verdict.sort, began_at=verdict.since, seen=verdict.seen, expected=verdict.expected)
            mark.save(force_insert=True)
            journal.record(events.VOLUME_UNUSUAL, rows[pk], actor=None, at=at, name=rows[pk].name, what=str(mark.get_sort_display()))
            begun += 1
        _tell(mark, rows[pk], at)
    return begun


def _tell(mark: VolumeMark, integration: Integration, at: datetime) -> None:
    """The alert of a mark, once, where the integration wants one; its team gets it."""
    wanted = integration.alerts_silence if mark.sort == VolumeMark.SILENT else integration.alerts_volume
    if mark.is_told or not wanted:
        return
    message = line(f"{integration.name}: {mark.get_sort_display().lower()}", 130)
    text = _("Events: {seen}, usual at this time: {usual:.0f}. It closes by itself when what comes is as usual again.").format(
        seen=mark.seen, usual=mark.expected
    )
    event = Event(
        OPEN, mark.alias, message, text, "P3", source="Evenkeel", tags=("volume",), payload={"integration": integration.name, "what": mark.sort}
    )
    home = opening.Home(integration.service, integration.team)
    opening.open_or_count([Step(event, None, 1, at, at)], {}, at, home=home)
    mark.is_told = True
    mark.save(update_fields=["is_told"])


def _end(
    marks: Mapping[int, VolumeMark], verdicts: Mapping[int, baseline.Verdict], sent: Mapping[int, baseline.Sent], known: set[datetime], at: datetime
) -> int:
    """What is as usual again, or unusual in another way. What nobody looked at stays as it was, unless something came."""
    ended = 0
    for pk, mark in marks.items():
        verdict, one = verdicts.get(pk), sent.get(pk)
        is_same = verdict is not None and verdict.sort == mark.sort
        spoke = one is not None and baseline.hour_of(at) in one.events
        is_unknown = one is not None and verdict is None and not baseline.is_certain(known, at) and not (mark.sort == VolumeMark.SILENT and spoke)
        if is_same or is_unknown:
            continue
        mark.ended_at = at
        mark.save(update_fields=["ended_at"])
        journal.record(events.VOLUME_USUAL, mark.integration, actor=None, at=at, name=mark.integration.name)
        ended += 1
        if mark.is_told:
            recovery.close_recovered([Step(Event(CLOSE, mark.alias, str(mark)), None, 1, at, at)], at)
    return ended
