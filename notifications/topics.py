"""What people can be told of, how it may reach them, and why it did: the words, and the table of defaults."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

NONE, APP, EMAIL, DIGEST = "none", "app", "email", "digest"
WAYS: list[tuple[str, Any]] = [
    (EMAIL, _("In the product and by e-mail at once")),
    (DIGEST, _("In the product and in a digest by e-mail")),
    (APP, _("In the product only")),
    (NONE, _("Not at all")),
]

HOURLY, DAILY = "hourly", "daily"
RHYTHMS: list[tuple[str, Any]] = [(DAILY, _("Every morning at 8:00")), (HOURLY, _("Every full hour"))]


@dataclass(frozen=True, slots=True)
class Topic:
    """A sort of news that a person can want or not. default: the way it takes while the person chose none."""

    label: Any
    icon: str
    default: str


ASSIGNED, TEAM, MENTIONED, COMMENTED, STATUS, SLA, BREACHED = "assigned", "team", "mentioned", "commented", "status", "sla", "breached"
TOPICS: dict[str, Topic] = {
    ASSIGNED: Topic(_("A record is assigned to you"), "user-check", EMAIL),
    TEAM: Topic(_("Your team gets a record that nobody has"), "users-group", APP),
    MENTIONED: Topic(_("Somebody mentions you"), "at", EMAIL),
    COMMENTED: Topic(_("A note or a reply on what concerns you"), "message-circle", EMAIL),
    STATUS: Topic(_("The status changes of what concerns you"), "arrow-right", APP),
    SLA: Topic(_("An SLA target is about to be missed"), "clock", APP),
    BREACHED: Topic(_("An SLA target was missed"), "alert-triangle", EMAIL),
}

REASONS: dict[str, Any] = {
    "assignee": _("You are the assignee"),
    "mentioned": _("You were mentioned"),
    "watcher": _("You watch it"),
    "team": _("Your team owns it"),
    "reporter": _("You reported it"),
}
