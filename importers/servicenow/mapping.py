"""What the words of a ServiceNow incident log mean in this house. Knows nothing of Django.

Impact and urgency have three levels there and four here; the words fit best as in these tables, which also make our default matrix agree with the
log's priorities except for low impact with low urgency (their 4, our P5).
"""

from dataclasses import dataclass

SOURCE = "servicenow-log"
REASON = "ServiceNow log"
DOMAIN = "servicenow-log.example"
LABEL = "servicenow"


@dataclass(frozen=True, slots=True)
class Place:
    """A status of the incident workflow by its key, and the on-hold reason that goes with it."""

    status: str
    hold_reason: str = ""


STATES = {
    "New": Place("new"),
    "Active": Place("in-progress"),
    "Awaiting User Info": Place("pending", "caller"),
    "Awaiting Problem": Place("pending", "problem"),
    "Awaiting Vendor": Place("pending", "vendor"),
    "Awaiting Evidence": Place("pending", "evidence"),
    "Resolved": Place("resolved"),
    "Closed": Place("closed"),
}

# slug → (name, SLA clocks pause, the reporter's reply ends the wait), for a house that lacks it
HOLD_REASONS = {
    "caller": ("Awaiting the reporter", True, True),
    "problem": ("Awaiting a problem", False, False),
    "vendor": ("Awaiting a vendor", True, False),
    "evidence": ("Awaiting evidence", True, False),
}

IMPACTS = {"1 - High": 1, "2 - Medium": 2, "3 - Low": 3}
URGENCIES = {"1 - High": 2, "2 - Medium": 3, "3 - Low": 4}
PRIORITIES = {"1 - Critical": 1, "2 - High": 2, "3 - Moderate": 3, "4 - Low": 4, "5 - Planning": 5}

# The values that the data set's description names; it holds only the first two.
CHANNELS = {"Phone": "phone", "Email": "email", "Self service": "portal", "IVR": "phone", "Direct opening": "agent"}
ANY_CHANNEL = "agent"

NO_CATEGORY = ("Not given (ServiceNow)", "")
NO_CODE = "unknown"
