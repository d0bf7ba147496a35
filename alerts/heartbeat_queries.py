"""Reads of heartbeats."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Value, When
from django.http import Http404

from accounts.models import User
from alerts import queries
from alerts.models import Alert, Heartbeat, HeartbeatSign

ORDER = Case(When(state=Heartbeat.DOWN, then=Value(0)), When(state=Heartbeat.PAUSED, then=Value(2)), default=Value(1))


def heartbeats_for(user: User) -> list[Heartbeat]:
    """All of them, for whoever may see alerts: those that are down first, paused ones last."""
    if not user.has_right("alert.view"):
        raise Http404
    return list(Heartbeat.objects.select_related("team", "service__tier").order_by(ORDER, "name")[:1000])


def heartbeat_for(user: User, pk: int) -> Heartbeat:
    """One heartbeat. Raises Http404."""
    found = Heartbeat.objects.select_related("team", "service__tier").filter(pk=pk).first()
    if found is None or not user.has_right("alert.view"):
        raise Http404
    return found


def may_add(user: User) -> bool:
    """Whether this person has a team for which a heartbeat can be made, or manages all."""
    return user.has_right("settings.manage") or (user.has_right("alert.act") and bool(user.team_ids))


def signs_of(heartbeat: Heartbeat) -> list[HeartbeatSign]:
    """What came lately, the newest first."""
    return list(heartbeat.signs.order_by("-pk")[:100])


def alert_of(heartbeat: Heartbeat) -> Alert | None:
    """Its open alert."""
    return Alert.objects.filter(alias=heartbeat.alias).exclude(status=Alert.CLOSED).first()


def by_uuid(uuid: UUID) -> Heartbeat | None:
    """Whose ping address it is."""
    return Heartbeat.objects.filter(uuid=uuid).first()


def by_badge(badge: UUID) -> Heartbeat | None:
    """Whose badge it is."""
    return Heartbeat.objects.filter(badge=badge).first()


def by_key_and_name(key: str, name: str) -> Heartbeat | None:
    """The heartbeat of this name, for who holds the key of an integration that is in use."""
    if queries.integration_of(hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()) is None:
        return None
    return Heartbeat.objects.filter(name__iexact=name).first()


def state_of(heartbeat: Heartbeat, at: datetime) -> str:
    """new, up, running (a run began), late (expected, and still within the grace), down or paused."""
    if heartbeat.state != Heartbeat.UP:
        return "running" if heartbeat.state == Heartbeat.NEW and heartbeat.started_at is not None else heartbeat.state
    if heartbeat.started_at is not None:
        return "running"
    return "late" if heartbeat.expected_at is not None and heartbeat.expected_at <= at else heartbeat.state
