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


ON_CALL, COVER, GAPS = "on_call", "cover", "gaps"
ASSIGNED, TEAM, MENTIONED, COMMENTED, STATUS, SLA, BREACHED = "assigned", "team", "mentioned", "commented", "status", "sla", "breached"
TOPICS: dict[str, Topic] = {
    ASSIGNED: Topic(_("A record is assigned to you"), "user-check", EMAIL),
    TEAM: Topic(_("Your team gets a record that nobody has"), "users-group", APP),
    MENTIONED: Topic(_("Somebody mentions you"), "at", EMAIL),
    COMMENTED: Topic(_("A note or a reply on what concerns you"), "message-circle", EMAIL),
    STATUS: Topic(_("The status changes of what concerns you"), "arrow-right", APP),
    SLA: Topic(_("An SLA target is about to be missed"), "clock", APP),
    BREACHED: Topic(_("An SLA target was missed"), "alert-triangle", EMAIL),
    ON_CALL: Topic(_("Your time on call begins or ends"), "phone-call", EMAIL),
    COVER: Topic(_("Somebody asks you for cover, answers, or puts you on call"), "calendar", EMAIL),
    GAPS: Topic(_("A schedule of a team that you lead, or a calendar that you gave, needs attention"), "alert-triangle", EMAIL),
}

REASONS: dict[str, Any] = {
    "assignee": _("You are the assignee"),
    "mentioned": _("You were mentioned"),
    "watcher": _("You watch it"),
    "team": _("Your team owns it"),
    "reporter": _("You reported it"),
    "on_call": _("It is about your time on call"),
    "asked": _("You were asked for cover"),
    "lead": _("You lead the team, or manage on-call"),
    "calendar": _("You gave the address of the calendar"),
}
