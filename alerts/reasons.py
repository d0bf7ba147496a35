"""What the pipeline decided about an alert, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import grouping
from alerts.models import Alert, AlertGroup
from common import wording
from services.models import Service

NAMES = {
    "service": gettext_lazy("service"), "integration": gettext_lazy("integration"), "entity": gettext_lazy("entity"), "source": gettext_lazy("source"),
    "team": gettext_lazy("team"), "priority": gettext_lazy("priority"), "message": gettext_lazy("message"), "tags": gettext_lazy("tags"),
}  # fmt: skip


def grouped(why: Mapping[str, Any]) -> str:
    """Why an alert is in its group."""
    how, minutes = why.get("how", ""), why.get("minutes", 0)
    if how == AlertGroup.CORRELATED:
        return _("correlated by “{rule}”: {words}").format(rule=why.get("rule", ""), words=why.get("words", ""))
    if how == grouping.TOOL:
        return _("the tool notifies about them together, within {minutes} minutes").format(minutes=minutes)
    same = listed([str(NAMES.get(name, name.partition(".")[2] or name)) for name in why.get("fields", ())])
    if how == grouping.FIELDS:
        return _("same {fields} within {minutes} minutes").format(fields=same, minutes=minutes)
    if how == grouping.TEXT:
        score, like = why.get("score", 0), why.get("like", "")
        text = _("same text as {key}, numbers aside") if score >= 1 else _("text {score:.2f} like {key}")
        within = _("same {fields}").format(fields=same) + ", " if same else ""
        return f"{text.format(key=like, score=score)} ({within}{_('within {minutes} minutes').format(minutes=minutes)})"
    if how == "taught":
        return _("somebody taught that it belongs with {key}").format(key=why.get("like", ""))
    if how == "hand":
        return _("{name} put it here").format(name=why.get("by", ""))
    return _("the first of its group")


def listed(names: list[str]) -> str:
    """Words as people list them."""
    return names[0] if len(names) == 1 else _("{some} and {last}").format(some=", ".join(names[:-1]), last=names[-1]) if names else ""


def held(parent: Alert) -> str:
    """“held: Payments DB is down (ALR-12)”."""
    return _("held: {service} is down ({key})").format(service=parent.service or parent.service_name, key=parent.key)


def declared(service: Service) -> str:
    """“held: Payments DB was declared down”."""
    return _("held: {service} was declared down").format(service=service)


def stale(alert: Alert) -> str:
    """“stale: it began 2d 4h before it came”."""
    age = alert.first_occurred_at - (alert.starts_at or alert.first_occurred_at)
    seconds = int(age.total_seconds())
    return _("stale: it began {time} before it came").format(time=wording.distance(seconds - seconds % (3600 if seconds >= 7200 else 60)))


def kept_quiet(alert: Alert) -> str:
    """Why an open alert is quiet when another alert, its own unrest or its age keeps it so; empty otherwise."""
    if alert.silenced_until is None:
        return ""
    if alert.held_by is not None:
        return held(alert.held_by)
    if alert.held_for is not None:
        return declared(alert.held_for)
    if alert.flapping_until is not None:
        return _("flapping, quiet until it settles")
    return stale(alert) if alert.plan.get("stale") else ""
