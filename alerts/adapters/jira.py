"""Jira."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, host_of, listed, obj, rows, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent


class Jira(Adapter):
    """Webhooks of Jira (https://developer.atlassian.com/server/jira/platform/webhooks/): an issue that is created or reopened is an alert, until its status is
    done. The alias is the issue's key with its site. Comments, work logs and other changes are no alerts.
    """

    slug = "jira"
    label = "Jira"
    signing = "hub"
    docs = "https://developer.atlassian.com/server/jira/platform/webhooks/"
    snippet = """{url}

In Jira open System, WebHooks, Create a WebHook, paste this address, choose a JQL filter for the issues that are to be alerts,
and the events “Issue created”, “Issue updated” and “Issue deleted”."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """An issue that began or ended."""
        payload = obj(sent.payload)
        what, issue = first(payload, "webhookEvent"), obj(payload, "issue")
        if not what:
            return []
        key = first(issue, "key", "id")
        if not what.startswith("jira:issue_") or not key:
            return Ignored(f"Jira tells of “{what.removeprefix('jira:').replace('_', ' ')}”{' on ' + key if key else ''}, which is no alert.")
        moved = [item for item in rows(obj(payload, "changelog").get("items")) if first(item, "field").lower() == "status"]
        is_done = first(issue, "fields.status.statusCategory.key") == "done"
        if what == "jira:issue_updated" and not moved:
            return Ignored(f"Jira tells of a change of {key} that leaves its status as it is.")
        if what == "jira:issue_updated" and not is_done and "reopened" not in first(payload, "issue_event_type_name") and not _was_done(moved):
            return Ignored(f"{key} is now “{first(issue, 'fields.status.name')}” in Jira, which neither begins nor ends it.")
        return [_event(issue, key, CLOSE if is_done or what == "jira:issue_deleted" else OPEN, payload)]


def _was_done(moved: list[Mapping[str, Any]]) -> bool:
    return any(first(item, "fromString").lower() in ("done", "resolved", "closed") for item in moved)


def _event(issue: Mapping[str, Any], key: str, kind: str, payload: Mapping[str, Any]) -> Event:
    fields = obj(issue, "fields")
    site = host_of(issue.get("self"))
    components = [first(item, "name") for item in rows(fields.get("components"))]
    return event(
        kind,
        alias("jira", site, key),
        f"{key} {first(fields, 'summary')}".strip(),
        description=text(fields.get("description")),
        priority=first(fields, "priority.name"),
        services=tuple(components),
        source=site or "Jira",
        tags=[first(fields, "project.key"), first(fields, "issuetype.name"), *listed(fields.get("labels"))],
        details={"status": first(fields, "status.name"), "project": first(fields, "project.name"), "reporter": first(fields, "reporter.displayName")},
        links=normal.link("Issue", f"https://{site}/browse/{key}" if site and first(issue, "self").startswith("https") else ""),
        starts_at=normal.instant(fields.get("created"))
        if not rows(obj(payload, "changelog").get("items"))
        else normal.instant(payload.get("timestamp")),
        ended_at=normal.instant(payload.get("timestamp")),
        payload=payload,
    )
