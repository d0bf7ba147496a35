"""Alerts as Opsgenie's API writes them (API_COMPAT section 1)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from alerts import queries
from alerts.actions import escalating
from alerts.models import Alert, InboxRow, SavedSearch
from journal.models import Entry
from notifications.models import Page

Json = dict[str, Any]
STATES = {Page.OPEN: "active", Page.ACKNOWLEDGED: "acknowledged", Page.ENDED: "ended", Page.UNREACHABLE: "notactive"}
ACTIONS = {
    "create": "Create", "acknowledge": "Acknowledge", "unacknowledge": "UnAcknowledge", "close": "Close", "delete": "Delete", "snooze": "Snooze",
    "escalate": "Escalate", "assign": "Assign", "teams": "AddTeam", "responders": "AddResponder", "notes": "AddNote", "tags": "AddTags", "untag": "RemoveTags",
    "details": "AddDetails", "undetail": "RemoveDetails", "message": "UpdateMessage", "description": "UpdateDescription", "priority": "UpdatePriority",
    "run": "ExecuteCustomAction", "webhook": "Create",
}  # fmt: skip


def instant(at: datetime | None) -> str | None:
    """2017-05-16T19:38:13.912Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z" if at is not None else None


class Names:
    """Responders by the ids that the product knows them by; each is looked for once."""

    def __init__(self) -> None:
        self.known: dict[str, Json | None] = {}

    def of(self, said: Mapping[str, str]) -> Json:
        """{type, id} of a responder, and the name that was given when nobody is known by it."""
        key = str(sorted(said.items()))
        if key not in self.known:
            found = queries.responder_of(said)
            self.known[key] = escalating.named(found) if found is not None else None
        named = self.known[key]
        return {"type": named["type"], "id": named["id"]} if named is not None else {**said}


def of_alert(alert: Alert, names: Names, *, is_whole: bool = False) -> Json:
    """An alert as lists show it; whole with description, details, entity and actions."""
    responders = [names.of(said) for said in alert.responders]
    told: Json = {
        "seen": alert.seen_at is not None, "id": str(alert.uid), "tinyId": str(alert.number), "alias": alert.alias, "message": alert.message,
        "status": "closed" if alert.status == Alert.CLOSED else "open", "acknowledged": alert.acknowledged_at is not None, "isSeen": alert.seen_at is not None,
        "tags": alert.tags, "snoozed": alert.status == Alert.SNOOZED, "count": alert.count, "lastOccurredAt": instant(alert.last_occurred_at),
        "createdAt": instant(alert.first_occurred_at), "updatedAt": instant(_changed(alert)), "source": alert.source,
        "owner": alert.owner.email if alert.owner else "", "priority": f"P{alert.priority}", "responders": responders,
        "teams": [{"id": one["id"]} for one in responders if one["type"] == "team" and "id" in one], "integration": _integration(alert),
    }  # fmt: skip
    if alert.status == Alert.SNOOZED:
        told["snoozedUntil"] = instant(alert.snoozed_until)
    report = _report(alert)
    if report:
        told["report"] = report
    if is_whole:
        told |= {"actions": alert.actions, "entity": alert.entity, "description": alert.description, "details": alert.details}
        told["visibleTo"] = [names.of(said) for said in alert.visible_to]
    return told


def _integration(alert: Alert) -> Json:
    by = alert.integration
    return (
        {"id": str(by.pk), "name": by.name, "type": "API" if by.adapter == "generic" else by.adapter}
        if by is not None
        else {"id": "", "name": "", "type": ""}
    )


def _changed(alert: Alert) -> datetime:
    moments = (alert.last_occurred_at, alert.acknowledged_at, alert.closed_at)
    return max(at for at in moments if at is not None)


def _report(alert: Alert) -> Json:
    """How long it took until somebody had it, and until it was over, in milliseconds; what did not happen is left out."""
    told: Json = {}
    for name, by, at, who in (
        ("ackTime", "acknowledgedBy", alert.acknowledged_at, alert.acknowledged_by), ("closeTime", "closedBy", alert.closed_at, alert.closed_by_name),
    ):  # fmt: skip
        if at is not None:
            told |= {name: max(int((at - alert.first_occurred_at).total_seconds() * 1000), 0), by: who}
    return told


def of_note(entry: Entry) -> Json:
    """A note of an alert."""
    return {"note": entry.data.get("note", ""), "owner": _owner(entry), "createdAt": instant(entry.at), "offset": str(entry.pk)}


def of_log(entry: Entry) -> Json:
    """A line of its log."""
    return {"log": entry.sentence, "type": "system", "owner": _owner(entry), "createdAt": instant(entry.at), "offset": str(entry.pk)}


def _owner(entry: Entry) -> str:
    return entry.actor.email if entry.actor else str(entry.data.get("hand") or "System")


def of_recipient(page: Page) -> Json:
    """Somebody who was paged."""
    at = page.acknowledged_at or page.ended_at or page.created_at
    user = {"id": str(page.user_id), "username": page.user.email}
    return {
        "user": user,
        "state": STATES[page.state],
        "method": page.acknowledged_via or "",
        "createdAt": instant(page.created_at),
        "updatedAt": instant(at),
    }


def of_request(row: InboxRow) -> Json:
    """What came of a request."""
    told = row.outcome or {}
    statuses = told.get("statuses", {})
    return {
        "success": bool(told.get("isSuccess", bool(statuses) and row.state == InboxRow.DONE)),
        "action": ACTIONS.get(row.operation.partition(".")[2], row.operation), "processedAt": instant(row.processed_at),
        "integrationId": str(row.integration_id), "isSuccess": bool(told.get("isSuccess", bool(statuses) and row.state == InboxRow.DONE)),
        "status": told.get("status") or ", ".join(statuses) or row.reason or "Nothing was to be done", "alertId": told.get("alertId", ""),
        "alias": told.get("alias", ""),
    }  # fmt: skip


def of_search(search: SavedSearch, *, is_whole: bool = True) -> Json:
    """A saved search."""
    told: Json = {"id": str(search.uid), "name": search.name}
    if is_whole:
        told |= {
            "createdAt": instant(search.created_at), "updatedAt": instant(search.updated_at), "description": search.description, "query": search.query,
            "owner": {"id": str(search.owner_id), "username": search.owner.email} if search.owner else {},
            "teams": [{"id": str(search.team_id)}] if search.team_id else [],
        }  # fmt: skip
    return told


def page_links(url: str, offset: int, limit: int, total: int, rows: Sequence[Any]) -> Json:
    """The addresses of the first, next and last page. url: with everything but offset and limit."""

    def at(place: int) -> str:
        return f"{url}&limit={limit}&offset={place}"

    links = {"first": at(0), "last": at(max((total - 1) // limit, 0) * limit)}
    if offset + len(rows) < total:
        links["next"] = at(offset + limit)
    if offset:
        links["prev"] = at(max(offset - limit, 0))
    return links
