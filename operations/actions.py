"""The upkeep of an installation, and the watch over its pager."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import User
from alerts.actions import escalating, grouping, intake
from alerts.models import Alert
from common import clock, egress
from incidents import actions as incidents
from journal import actions as journal
from journal.models import Delivery
from notifications.actions import outbox, providers
from notifications.models import Message
from oncall.actions import escalations
from oncall.models import Escalation
from operations import findings
from operations.models import Audit, Probe
from services import actions as services
from sla import actions as sla
from tickets.actions import clocks, conversation, defaults, paging
from tickets.models import Ticket
from workflows import actions as workflows
from workflows.defaults import INCIDENT

log = logging.getLogger(__name__)

KEEP_DELIVERED = timedelta(days=3)
KEEP_AUDITS = timedelta(days=14)
BATCH = 10_000
AUDIT_LOCK = 7203101
PROBE = "probe"


@transaction.atomic
def install_defaults(*, actor: User | None = None, time_zone: str = "UTC") -> None:
    """What every installation needs before its first ticket: roles, tiers, calendars, the workflow, matrix, goals, categories.

    Makes what is missing and leaves what an admin changed, so it runs at every start.
    """
    accounts.create_default_roles(actor=actor)
    services.create_default_tiers(actor=actor)
    providers.create_defaults(actor=actor)
    always, business = sla.create_default_calendars(actor=actor, time_zone=time_zone)
    workflows.create_from_plan(INCIDENT, actor=actor)
    defaults.create_defaults(always, business, actor=actor)
    grouping.create_default_rule(actor=actor)


def keep_house() -> None:
    """Forgets delivered reactions after three days and sessions that ended."""
    at = clock.now()
    old = Delivery.objects.filter(state=Delivery.DONE, due_at__lt=at - KEEP_DELIVERED).order_by("id").values_list("pk", flat=True)[:BATCH]
    Delivery.objects.filter(pk__in=list(old)).delete()
    Session.objects.filter(expire_date__lt=at).delete()
    Audit.objects.filter(at__lt=at - KEEP_AUDITS).delete()
    Probe.objects.filter(started_at__lt=at - KEEP_AUDITS).delete()


def audit() -> Audit | None:
    """Looks for whatever the pager missed, mends it, tells people by an incident, and the outside only when all was well (RELIABILITY 3.7, HB-07).

    It runs in another worker than the pager, so that it also does the work of one that died. None while another auditor is at it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [AUDIT_LOCK])
        if not cursor.fetchone()[0]:
            return None
    try:
        return _audit()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [AUDIT_LOCK])


def _audit() -> Audit:
    at, started = clock.now(), time.monotonic()
    note_probes()
    found = findings.wrong(at)
    repaired = sum(_repair(name, ids, at) for name, ids in found.items())
    made = Audit.objects.create(
        at=at, findings={name: len(ids) for name, ids in found.items()}, repaired=repaired, seconds=round(time.monotonic() - started, 3)
    )
    if found:
        log.warning("audit: found %s, repaired %s", made.findings, repaired)
        _tell_people(made)
    elif tell_outside():
        made.is_told = True
        made.save(update_fields=["is_told"])
    return made


def _repair(name: str, ids: list[int], at: datetime) -> int:
    """Does what should have been done; answers how many rows. A repair that fails leaves the others their turn."""
    mend = REPAIRS.get(name)
    if mend is None:
        return 0
    try:
        return mend(ids, at)
    except Exception:  # whatever it is: the finding itself is told to people
        log.exception("audit: %s could not be repaired", name)
        return 0


def _quieten(ids: list[int], at: datetime) -> int:
    """Escalations of what is answered or over go quiet."""
    done = 0
    for run in Escalation.objects.filter(pk__in=ids):
        is_answered = run.subject_type == "alert" and Alert.objects.filter(pk=run.subject_id, status=Alert.ACKNOWLEDGED).exists()
        if is_answered:
            done += escalations.acknowledge(run.subject_type, run.subject_id, actor=None, via="audit")
        else:
            done += escalations.stop(run.subject_type, [run.subject_id], actor=None, why="audit")
    return done


def _call(ids: list[int], at: datetime) -> int:
    """Somebody is called for open alerts after all."""
    rows = Alert.objects.filter(pk__in=ids, status=Alert.OPEN).select_related("service__tier", "service__owner_team", "integration__team", "incident")
    return escalating.begin(list(rows.select_related("service__escalation_policy__team")), at)


def _call_for_incidents(ids: list[int], at: datetime) -> int:
    """Somebody is called for open incidents after all."""
    return sum(paging.begin(ticket, actor=None) is not None for ticket in Ticket.objects.filter(pk__in=ids))


REPAIRS: Mapping[str, Callable[[list[int], datetime], int]] = {
    "steps_late": lambda ids, at: sum(escalations.step(pk) for pk in ids),
    "runs_of_answered_alerts": _quieten,
    "runs_of_closed_tickets": _quieten,
    "alerts_unpaged": _call,
    "incidents_unpaged": _call_for_incidents,
    "messages_stuck": lambda ids, at: outbox.send_due(),
    "inbox_waiting": lambda ids, at: intake.process_inbox(),
    "reactions_late": lambda ids, at: journal.deliver_due(),
    "clocks_unmarked": lambda ids, at: clocks.sweep(),
}


@transaction.atomic
def _tell_people(made: Audit) -> None:
    """One incident at a time: a new kind of finding becomes a note of the one that is open."""
    before = Audit.objects.filter(ticket__is_open=True, pk__lt=made.pk).order_by("-pk").select_related("ticket").first()
    ticket = before.ticket if before is not None else None
    known = set().union(*Audit.objects.filter(ticket=ticket).values_list("findings", flat=True)) if ticket is not None else set()
    text = "\n".join(f"- {findings.LABELS[name]}: {count}" for name, count in made.findings.items())
    if ticket is None:
        what = _("The auditor mended %(n)d of these by itself. Each of them is a fault of the pager: see /operations/.") % {"n": made.repaired}
        summary = _("The pager needs attention")
        ticket = incidents.create(actor=None, summary=summary, description=f"{text}\n\n{what}", urgency=2, channel="alert", must_fill=False)
    elif not set(made.findings) <= known:
        conversation.comment(ticket, actor=None, body=text, is_internal=True)
    made.ticket_id = ticket.pk
    made.save(update_fields=["ticket"])


def tell_outside() -> bool:
    """Tells the outside dead-man's switch that all is well; when it hears nothing for some minutes, it calls people. False when it did not answer."""
    if not settings.DEAD_MAN_URL:
        return False
    try:
        return 200 <= egress.send(egress.Request("GET", settings.DEAD_MAN_URL)).status < 300
    except (egress.Forbidden, egress.Unreachable) as error:
        log.warning("audit: the dead-man's switch does not answer: %s", error)
        return False


@transaction.atomic
def probe() -> Probe:
    """Sends a synthetic page: an escalation of its own, a step by the sweep, a message through the outbox. It reaches no person."""
    made = Probe.objects.create(started_at=clock.now())
    escalations.start_probe(PROBE, made.pk, title=f"Synthetic page {made.pk}")
    return made


@transaction.atomic
def note_probes() -> int:
    """Keeps when synthetic pages arrived, and forgets their escalations and messages. Answers how many arrived."""
    arrived = 0
    for row in Probe.objects.filter(arrived_at__isnull=True).order_by("-pk")[:20]:
        sent_at = Message.objects.filter(subject_type=PROBE, subject_id=row.pk, state=Message.SENT).values_list("sent_at", flat=True).first()
        if sent_at is not None:
            row.arrived_at = sent_at
            row.save(update_fields=["arrived_at"])
            Escalation.objects.filter(subject_type=PROBE, subject_id=row.pk).delete()
            Message.objects.filter(subject_type=PROBE, subject_id=row.pk).delete()
            arrived += 1
    return arrived
