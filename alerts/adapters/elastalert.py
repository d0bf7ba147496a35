"""ElastAlert 2."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, listed, obj, text
from alerts.normal import OPEN, Event, Ignored, Sent


class ElastAlert(Adapter):
    """The alerter “HTTP POST” (https://elastalert2.readthedocs.io/en/latest/alerts.html#http-post): the fields of the match, and what the rule adds.

    The alias is the rule and, where the rule sends one, its key. ElastAlert says nothing about an end.
    """

    slug = "elastalert"
    label = "ElastAlert"
    docs = "https://elastalert2.readthedocs.io/en/latest/alerts.html#http-post"
    snippet = """alert: post
http_post_url: "{url}"
http_post_all_values: true
http_post_payload:
  alert_key: host.name
http_post_static_payload:
  rule_name: "Too many errors"
  severity: warning

Put this into the rule, with its name and with the field that tells its alerts apart as alert_key."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """One match, or several of an aggregated alert."""
        payload = obj(sent.payload)
        rule = first(payload, "rule_name", "rule.name", "rule", "alert_name")
        if not rule:
            return []
        key = first(payload, "alert_key", "query_key", "alias")
        title = first(payload, "title", "alert_subject", "subject") or rule
        return [
            event(
                OPEN,
                alias("elastalert", rule, key),
                f"{title} ({key})" if key and key not in title else title,
                description=text(payload.get("alert_text") or payload.get("text") or payload.get("message")),
                priority=first(payload, "severity", "priority", "level"),
                services=(first(payload, "service", "service.name"),),
                entity=first(payload, "entity", "host.name", "host", "hostname") or key,
                source="ElastAlert",
                tags=listed(payload.get("tags")),
                details={
                    name: value for name, value in payload.items() if isinstance(value, str | int | float) and name not in ("message", "alert_text")
                },
                links=normal.link("Kibana", first(payload, "kibana_discover_url", "kibana_link", "url")),
                starts_at=normal.instant(payload.get("@timestamp")),
                payload=payload,
            )
        ]
