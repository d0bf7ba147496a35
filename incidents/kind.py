"""What the desk has to know of incidents."""

from django.utils.translation import gettext_lazy as _

from incidents import events
from tickets.kinds import Kind

INCIDENT = Kind(
    name="incident",
    label=_("Incident"),
    plural=_("Incidents"),
    prefix="INC",
    sequence="incidents_number",
    icon="flame",
    url_name="incidents:detail",
    create_url_name="incidents:create",
    created_event=events.CREATED,
    named_events={
        "resolve": events.RESOLVED, "close": events.CLOSED, "reopen": events.REOPENED, "cancel": events.CANCELED, "hold": events.HELD,
    },
)  # fmt: skip
