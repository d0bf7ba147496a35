"""NetBox."""

from alerts.adapters.base import Adapter, first, obj
from alerts.normal import Event, Ignored, Sent


class NetBox(Adapter):
    """Event rules with webhooks (https://netboxlabs.com/docs/netbox/integrations/webhooks/): changes of the inventory, none of which is an alert."""

    slug = "netbox"
    label = "NetBox"
    signing = "netbox"
    docs = "https://netboxlabs.com/docs/netbox/integrations/webhooks/"
    snippet = """{url}

NetBox tells what changed in its inventory. Evenkeel keeps such messages and opens no alert for them."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """Nothing but why it is no alert."""
        payload = obj(sent.payload)
        model, what = first(payload, "model", "object_type"), first(payload, "event")
        if not model or not what or not obj(payload, "data"):
            return []
        named = first(obj(payload, "data"), "display", "name", "id")
        return Ignored(f"NetBox says that {model} “{named}” was {what}; a change of the inventory is no alert.")
