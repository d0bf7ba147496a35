"""StatusCake."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, flat, host_of, listed, reason
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent


class StatusCake(Adapter):
    """The ping URL of a contact group, a form (https://www.statuscake.com/kb/knowledge-base/how-to-use-the-web-hook-url/). The alias is the test: its number when
    there is one, else its name and address.
    """

    slug = "statuscake"
    label = "StatusCake"
    docs = "https://www.statuscake.com/kb/knowledge-base/how-to-use-the-web-hook-url/"
    snippet = """{url}

In StatusCake open Alerting, Contact Groups, your group, and paste this address as Webhook URL with method POST. Then choose the group in the tests."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of a test."""
        given = flat(sent.payload)
        name, state, address = first(given, "name", "testname"), first(given, "status"), first(given, "url", "websiteurl")
        number = first(given, "testid", "id")
        if not state or not (name or number) or "statuscode" not in given and "checkrate" not in given and "token" not in given:
            return []
        is_over = state.lower() == "up"
        code = first(given, "statuscode")
        title = f"{name or 'Test ' + number} is {state.lower()}"
        return [
            event(
                CLOSE if is_over else OPEN,
                alias("statuscake", number or f"{name}/{address}"),
                title if is_over else reason(title, f"HTTP {code}" if code.isdigit() and code != "0" else code),
                priority=state,
                services=(name,),
                entity=host_of(address) or first(given, "ip"),
                source="StatusCake",
                tags=listed(given.get("tags")),
                details={"code": code, "address": address, "ip": first(given, "ip")},
                links=normal.link("Address", address),
                payload=sent.payload,
            )
        ]
