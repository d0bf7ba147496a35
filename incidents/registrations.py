"""Incidents as a kind of ticket, in the sidebar and in the palette."""

from django.utils.translation import gettext_lazy as _

from common import navigation, panels, search
from incidents.kind import INCIDENT
from tickets import kinds

kinds.register(INCIDENT)
navigation.register(navigation.Entry("incidents", _("Incidents"), "incidents:list", section=2, order=30, icon="flame", go="i", right="incident.view"))
search.register_command(search.Command(_("Create incident"), "flame", "incidents:create", right="incident.create", hotkey="c"))
panels.register(panels.Panel("incident", "paging", _("Paging"), "tickets:paging", order=5, right="incident.view"))
panels.register(panels.Panel("incident", "similar", _("Similar incident"), "incidents:similar", order=4, right="incident.view"))
panels.register(panels.Panel("incident", "counters", _("Counters"), "tickets:counters", order=90, right="incident.view"))
search.register_command(search.Command(_("Show the incident workflow"), "git-branch", "tickets:workflow", right="desk.access", args=("incident",)))
