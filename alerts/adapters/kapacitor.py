"""Kapacitor."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, obj, plain, rows, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent


class Kapacitor(Adapter):
    """The post handler of alert nodes (https://docs.influxdata.com/kapacitor/v1/reference/event_handlers/post/). The alias is the alert's id, and the host of its
    series where the id does not name it.
    """

    slug = "kapacitor"
    label = "Kapacitor"
    docs = "https://docs.influxdata.com/kapacitor/v1/reference/event_handlers/post/"
    snippet = """|alert()
  .id('{{ .TaskName }}/{{ .Group }}')
  .post('{url}')

Put this at the end of a TICKscript, or write `kind: post` with `url: {url}` into a topic handler."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of an alert."""
        payload = obj(sent.payload)
        number = first(payload, "id")
        if not number or not ("level" in payload or "message" in payload and "data" in payload):
            return []
        series = rows(obj(payload, "data").get("series"))
        tags = obj(series[0], "tags") if series else {}
        host = first(tags, "host", "hostname", "instance")
        level = first(payload, "level")
        at = normal.instant(payload.get("time"))
        return [
            event(
                CLOSE if level.lower() == "ok" else OPEN,
                alias("kapacitor", number, host if host not in number else ""),
                first(payload, "message") or number,
                description=plain(text(payload.get("details"))),
                priority=level,
                services=(first(tags, "service", "app"),),
                hints=(host,),
                entity=host,
                source="Kapacitor",
                tags=[first(tags, "env", "environment"), first(tags, "datacenter", "region")],
                details={**tags, "measurement": first(series[0], "name") if series else "", "level before": first(payload, "previousLevel")},
                starts_at=at,
                ended_at=at,
                payload=payload,
            )
        ]
