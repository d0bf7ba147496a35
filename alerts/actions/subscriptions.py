"""Confirming subscriptions of Amazon SNS: asked for by a payload, answered by a worker, after the signature was checked.

https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import events
from alerts.adapters import sns
from alerts.adapters.base import first, obj
from alerts.models import Integration, Subscription
from common import clock, doorbell, egress, leases
from journal import actions as journal

log = logging.getLogger(__name__)

Fetch = Callable[[egress.Request], egress.Answer]

LEASE_SECONDS, AT_ONCE = 60, 5
FIRST_WAIT, LONGEST_WAIT, LAST_ATTEMPT = 30.0, 4 * 3600.0, 12  # half a day; the link is good for two
CERTIFICATES = 20

_certificates: dict[str, bytes] = {}


class _Later(Exception):
    """Amazon did not answer as it should; the text says how."""


@transaction.atomic
def ask(integration: Integration, payload: Any, *, actor: User | None = None) -> bool:
    """Keeps what a payload asks for, when it is a subscription to confirm; answers whether it is. The same message twice is one."""
    message = obj(payload)
    if first(message, "Type") != sns.CONFIRMATION or not first(message, "MessageId"):
        return False
    asked = Subscription(
        integration=integration,
        topic=first(message, "TopicArn")[:300],
        message_id=first(message, "MessageId")[:100],
        message={name: value for name, value in message.items() if isinstance(value, str)},
        due_at=clock.now(),
    )
    Subscription.objects.bulk_create([asked], ignore_conflicts=True)
    doorbell.ring("alerts.confirm_subscriptions")
    return True


def confirm_due(fetch: Fetch = egress.send) -> int:
    """Answers what waits; answers how many. fetch: the way out."""
    at = clock.now()
    due = Subscription.objects.filter(status=Subscription.PENDING, due_at__lte=at).order_by("due_at", "pk")
    rows = leases.claim(due, at=at, seconds=LEASE_SECONDS, limit=AT_ONCE)
    for row in rows:
        try:
            _confirm(row.message, fetch)
        except (sns.Untrusted, egress.Forbidden) as error:
            _conclude(row.pk, Subscription.REFUSED, str(error))
        except (_Later, egress.Unreachable) as error:
            _put_off(row.pk, str(error), at)
        else:
            _conclude(row.pk, Subscription.CONFIRMED, "")
    return len(rows)


def _confirm(message: dict[str, Any], fetch: Fetch) -> None:
    """Checks who signed, and follows the link. Raises Untrusted, Forbidden, Unreachable, _Later."""
    sns.check(message, _certificate(sns.certificate_address(message), fetch))
    link = message.get("SubscribeURL")
    if not sns.is_amazons(link):
        raise sns.Untrusted(_("The link of the message does not lead to Amazon SNS."))
    answer = fetch(egress.Request("GET", str(link)))
    if answer.status != 200:
        raise _Later(_("Amazon answered %(status)s.") % {"status": answer.status})


def _certificate(address: str, fetch: Fetch) -> bytes:
    """A certificate of Amazon, remembered, as its address changes whenever it does."""
    if address not in _certificates:
        answer = fetch(egress.Request("GET", address))
        if answer.status != 200:
            raise _Later(_("Amazon gave no certificate (%(status)s).") % {"status": answer.status})
        if len(_certificates) >= CERTIFICATES:
            _certificates.clear()
        _certificates[address] = answer.content
    return _certificates[address]


@transaction.atomic
def _conclude(pk: int, status: str, reason: str) -> None:
    row = Subscription.objects.select_for_update().get(pk=pk)
    if row.status != Subscription.PENDING:
        return
    row.status, row.reason = status, reason[:300]
    row.save(update_fields=["status", "reason"])
    event = events.SUBSCRIBED if status == Subscription.CONFIRMED else events.SUBSCRIPTION_REFUSED
    journal.record(event, row.integration, actor=None, name=row.integration.name, topic=row.topic, reason=row.reason)


def _put_off(pk: int, reason: str, at: datetime) -> None:
    row = Subscription.objects.get(pk=pk)
    log.warning("subscriptions: %s could not be confirmed yet: %s", row.topic, reason)
    if row.attempts >= LAST_ATTEMPT:
        _conclude(pk, Subscription.REFUSED, reason)
        return
    wait = leases.backoff(row.attempts, base=FIRST_WAIT, cap=LONGEST_WAIT)
    Subscription.objects.filter(pk=pk, status=Subscription.PENDING).update(due_at=at + wait, reason=reason[:300], lease_until=None)
