"""What can happen to incidents beyond what happens to every ticket."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

CREATED = catalogue.declare("incident.created", _("{actor} opened the incident"), icon="flame", tone="red", is_public=True)
RESOLVED = catalogue.declare("incident.resolved", _("{actor} resolved it: {resolution}"), icon="circle-check", tone="green", is_public=True)
CLOSED = catalogue.declare("incident.closed", _("{actor} closed it"), icon="lock", tone="green", is_public=True)
REOPENED = catalogue.declare("incident.reopened", _("{actor} reopened it"), icon="refresh", tone="amber", is_public=True)
CANCELED = catalogue.declare("incident.canceled", _("{actor} canceled it: {reason}"), icon="ban", is_public=True)
HELD = catalogue.declare("incident.held", _("{actor} put it on hold: {reason}"), icon="player-pause", tone="violet")
RETIMED = catalogue.declare("incident.retimed", _("{actor} corrected {fields}"), icon="clock")
SIMILAR_FOUND = catalogue.declare(
    "incident.similar_found", _("{to} of the same service reads alike ({percent} %, {minutes} min before): proposed as parent"), icon="link"
)
SIMILAR_LINKED = catalogue.declare(
    "incident.similar_linked", _("Linked under {to} of the same service, which reads alike ({percent} %, {minutes} min before)"), icon="link"
)
SIMILAR_REFUSED = catalogue.declare("incident.similar_refused", _("{actor} keeps it apart from {to}"), icon="unlink")
