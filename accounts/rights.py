"""The rights of the product and the default roles that hold them (TAXONOMY section 10). docs/admins.md shows this table."""

from django.utils.translation import gettext_lazy as _

RIGHTS = {
    "desk.access": _("Open the agents' screens"),
    "incident.view": _("See incidents"),
    "incident.create": _("Create incidents, also for somebody else"),
    "incident.edit": _("Change the fields of an incident"),
    "incident.assign": _("Assign an incident to a team or a person"),
    "incident.reply": _("Write public replies"),
    "incident.note": _("Write internal notes"),
    "incident.progress": _("Move an incident between its open statuses"),
    "incident.resolve": _("Resolve an incident"),
    "incident.close": _("Close a resolved incident"),
    "incident.reopen": _("Reopen a resolved incident"),
    "incident.cancel": _("Cancel an incident"),
    "incident.restricted": _("See restricted incidents of other teams"),
    "incident.moderate": _("Hide lines of the timeline, and edit own comments at any time"),
    "alert.view": _("See alerts"),
    "alert.act": _("Acknowledge, snooze, close and attach alerts"),
    "alert.create": _("Create alerts by hand"),
    "oncall.view": _("See who is on call"),
    "oncall.cover": _("Take over and ask for cover"),
    "oncall.manage": _("Change the schedules and policies of every team"),
    "queue.share": _("Share a queue with everybody on the desk"),
    "service.view": _("See services"),
    "settings.manage": _("Configure the product in Django admin"),
    "audit.view": _("Read the journal of everything"),
}

# What a role that somebody holds within a team only may give there (User.has_right_for). All else belongs to the whole site, except that
# whoever works for a team can open the desk's screens. A new kind of ticket adds its prefix.
OPENS_DESK = "desk.access"
IN_A_TEAM = frozenset({OPENS_DESK, *(right for right in RIGHTS if right.startswith("incident."))})

_READ = ["desk.access", "incident.view", "alert.view", "service.view", "oncall.view"]
_RESOLVE = [
    *_READ,
    "incident.create", "incident.edit", "incident.assign", "incident.reply", "incident.note", "incident.progress", "incident.resolve",
    "incident.reopen", "alert.act", "alert.create", "oncall.cover",
]  # fmt: skip

DEFAULT_ROLES: dict[str, tuple[str, str, list[str]]] = {
    "requester": ("Requester", "Raises requests and follows the own ones.", []),
    "collaborator": ("Collaborator", "Reads incidents and adds internal notes.", [*_READ, "incident.note"]),
    "resolver": ("Resolver", "Second and third level: works incidents and resolves them, but does not close.", _RESOLVE),
    "agent": ("Agent", "Service desk: does all of that, closes and cancels.", [*_RESOLVE, "incident.close", "incident.cancel"]),
    "incident-manager": (
        "Incident manager",
        "Leads incidents and sees restricted ones.",
        [*_RESOLVE, "incident.close", "incident.cancel", "incident.restricted", "incident.moderate", "queue.share", "oncall.manage"],
    ),
    "team-lead": ("Team lead", "An agent who leads a team.", [*_RESOLVE, "incident.close", "incident.cancel", "incident.moderate", "queue.share"]),
    "admin": ("Admin", "Configures the product and may do everything.", list(RIGHTS)),
    "auditor": ("Auditor", "Reads everything and changes nothing.", [*_READ, "incident.restricted", "audit.view"]),
}
