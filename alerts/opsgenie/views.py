"""Opsgenie's addresses below /v2/alerts that read, and saved searches. What changes alerts goes through the door (alerts/dialects/opsgenie.py)."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from alerts import permissions
from alerts.actions import searching
from alerts.models import Alert, InboxRow, SavedSearch
from alerts.opsgenie import finding, language, wire
from alerts.opsgenie.gate import Reader
from common import errors
from journal import queries as journal
from notifications.models import Page
from oncall.opsgenie import parsing
from oncall.opsgenie.envelope import Answer, Call

PAGE, MOST, DEEPEST = 20, 100, 20_000
SORTS = {
    "createdAt": "first_occurred_at", "updatedAt": "last_occurred_at", "lastOccurredAt": "last_occurred_at", "tinyId": "number", "alias": "alias",
    "message": "message", "status": "status", "acknowledged": "acknowledged_at", "isSeen": "seen_at", "snoozed": "snoozed_until", "snoozedUntil": "snoozed_until",
    "count": "count", "source": "source", "owner": "owner__email", "integration.name": "integration__name", "integration.type": "integration__adapter",
    "report.ackTime": "acknowledged_at", "report.closeTime": "closed_at", "report.acknowledgedBy": "acknowledged_by", "report.closedBy": "closed_by_name",
}  # fmt: skip
RELATED = ("integration", "owner")
ONE = ("integration", "owner")


def _number(call: Call, name: str, fallback: int) -> int:
    text = call.query.get(name, "")
    if not text:
        return fallback
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise errors.Invalid(name, _("Write a whole number."))
    return int(text)


def _reader(call: Call) -> Reader:
    reader: Reader = call.guest
    return reader


def _chosen(call: Call) -> tuple[QuerySet[Alert], str]:
    """The alerts that a query or a saved search asks for, and the query."""
    text = call.query.get("query", "")
    if call.query.get("searchIdentifier"):
        text = _search(call, call.query["searchIdentifier"], call.query.get("searchIdentifierType", "id")).query
    try:
        tree = language.parse(text.replace("\0", ""))
    except language.BadQuery as error:
        raise errors.Invalid("query", f"{error.message} ({_('character')} {error.position + 1})") from error
    return _reader(call).alerts().filter(finding.condition(tree)), text


def list_alerts(call: Call) -> Answer:
    """Alerts by query, the newest first unless asked otherwise."""
    offset, limit = _number(call, "offset", 0), _number(call, "limit", PAGE)
    if not 1 <= limit <= MOST:
        raise errors.Invalid("limit", _("Ask for 1 to %(most)d alerts at once.") % {"most": MOST})
    if offset + limit > DEEPEST:
        raise errors.Invalid("offset", _("Offset and limit together are at most %(most)d. Narrow the query.") % {"most": DEEPEST})
    sort, order = call.query.get("sort", "createdAt"), call.query.get("order", "desc").lower()
    if sort not in SORTS:
        raise errors.Invalid("sort", _("Sort by one of %(known)s.") % {"known": ", ".join(SORTS)})
    if order not in ("asc", "desc"):
        raise errors.Invalid("order", _("The order is asc or desc."))
    rows, _text = _chosen(call)
    column = F(SORTS[sort])
    ordered = rows.order_by(column.desc(nulls_last=True) if order == "desc" else column.asc(nulls_first=True), "-pk" if order == "desc" else "pk")
    found = list(ordered.select_related(*RELATED).defer("payload", "links")[offset : offset + limit])
    total = offset + len(found) if len(found) < limit and (found or not offset) else min(rows.count(), DEEPEST)
    links = wire.page_links(_url(call), offset, limit, total, found)
    names = wire.Names()
    headers = {f"X-Paging-{name.capitalize()}": url for name, url in links.items() if name != "prev"}
    return Answer([wire.of_alert(alert, names) for alert in found], more={"paging": links}, headers=headers)


def _url(call: Call) -> str:
    kept = {name: value for name, value in call.query.items() if name not in ("offset", "limit", "apiKey")}
    return f"{call.url}?{urlencode(kept or {'sort': 'createdAt'})}"


def count_alerts(call: Call) -> Answer:
    """How many alerts a query finds."""
    rows, _text = _chosen(call)
    return Answer({"count": rows.count()})


def alert_of(call: Call, ident: str, name: str = "identifierType") -> Alert:
    """One alert by id, tinyId or alias; by alias the one that is not closed, else the latest. Raises Http404 in Opsgenie's words."""
    kind = call.query.get(name) or "id"
    if kind not in ("id", "alias", "tiny"):
        raise errors.Invalid(name, _("identifierType is id, alias or tiny."))
    rows, found = _reader(call).alerts().select_related(*ONE), None
    if kind == "alias":
        given = rows.filter(alias=ident.replace("\0", ""))
        found = given.exclude(status=Alert.CLOSED).first() or given.order_by("-pk").first()
    elif kind == "tiny":
        found = rows.filter(number=int(ident)).first() if ident.isascii() and ident.isdecimal() and len(ident) < 18 else None
    else:
        uid = _uuid(ident)
        found = rows.filter(uid=uid).first() if uid is not None else None
    if found is None:
        raise Http404(f"Alert with {kind} [{ident[:100]}] does not exist.")
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def get_alert(call: Call, ident: str) -> Answer:
    """One alert, whole."""
    return Answer(wire.of_alert(alert_of(call, ident), wire.Names(), is_whole=True))


def list_notes(call: Call, ident: str) -> Answer:
    """Its notes."""
    rows = journal.entries_of("alert", alert_of(call, ident).pk).filter(event="alert.noted")
    return _entries(call, rows, wire.of_note)


def list_logs(call: Call, ident: str) -> Answer:
    """Its log. What names an incident is told in its own words only to whom the product shows it."""
    rows = journal.entries_of("alert", alert_of(call, ident).pk).exclude(event__in=("alert.attached", "alert.detached"))
    return _entries(call, rows, wire.of_log)


def _entries(call: Call, rows: Any, told: Any) -> Answer:
    """A page of the journal. offset: the number of the entry after which, in the order and direction that are asked for, it begins."""
    limit, order = min(_number(call, "limit", MOST) or MOST, MOST), call.query.get("order", "desc").lower()
    direction = call.query.get("direction", "next").lower()
    if order not in ("asc", "desc") or direction not in ("next", "prev"):
        raise errors.Invalid("order", _("order is asc or desc, direction is next or prev."))
    is_rising = (order == "asc") == (direction == "next")
    after = call.query.get("offset", "").partition("_")[0]
    if after.isascii() and after.isdecimal() and int(after[:18]) > 0:
        rows = rows.filter(pk__gt=int(after[:18])) if is_rising else rows.filter(pk__lt=int(after[:18]))
    found = list(rows.order_by("pk" if is_rising else "-pk")[:limit])
    if direction == "prev":
        found.reverse()
    data = [told(entry) for entry in found]
    paging = {}
    if data:
        kept = {name: value for name, value in call.query.items() if name not in ("offset", "direction", "apiKey")}
        paging = {
            "next": f"{call.url}?{urlencode({**kept, 'offset': data[-1]['offset'], 'direction': 'next'})}",
            "first": f"{call.url}?{urlencode({**kept, 'direction': 'next'})}",
        }  # fmt: skip
    return Answer(data, more={"paging": paging})


def list_recipients(call: Call, ident: str) -> Answer:
    """Who was paged for it."""
    alert = alert_of(call, ident)
    pages = Page.objects.filter(subject_type="alert", subject_id=alert.pk).select_related("user").order_by("pk")
    return Answer([wire.of_recipient(page) for page in pages[:200]])


def get_request(call: Call, request_id: str) -> Answer:
    """What came of a request; 404 until it is processed."""
    uid = _uuid(request_id)
    reader = _reader(call)
    rows = InboxRow.objects.filter(request_id=uid) if uid is not None else InboxRow.objects.none()
    if reader.integration is not None:
        rows = rows.filter(integration_id=reader.integration.pk)
    row = rows.exclude(state=InboxRow.PENDING).first()
    if row is None:
        raise Http404("Request not found. It might not be processed, yet.")
    return Answer(wire.of_request(row))


# ---------------------------------------------------------------- saved searches


def _search(call: Call, ident: str, kind: str) -> SavedSearch:
    rows = permissions.visible_searches(_reader(call).user, SavedSearch.objects.select_related("owner"))
    uid = _uuid(ident)
    found = rows.filter(name__iexact=ident).first() if kind == "name" else rows.filter(uid=uid).first() if uid is not None else None
    if found is None:
        raise Http404(f"Saved search with {kind} [{ident[:100]}] does not exist.")
    return found


def _one_search(call: Call, ident: str) -> SavedSearch:
    return _search(call, ident, call.query.get("identifierType", "id"))


def _values(call: Call) -> dict[str, Any]:
    """The columns that a body names."""
    body = call.body
    found: dict[str, Any] = {name: parsing.text(body, name) for name in ("name", "query", "description") if name in body}
    if "query" in found:
        try:
            language.parse(found["query"])
        except language.BadQuery as error:
            raise errors.Invalid("query", error.message) from error
    if "owner" in body:
        found["owner"] = parsing.user_of(parsing.part(body, "owner"), "owner")
    teams = parsing.parts(body, "teams")
    if teams:
        found |= {"team": parsing.team_of(teams[0], "teams"), "visibility": SavedSearch.TEAM}
    return found


def list_searches(call: Call) -> Answer:
    """Every saved search that the caller sees, by name."""
    rows = permissions.visible_searches(_reader(call).user, SavedSearch.objects.order_by("name"))
    return Answer([wire.of_search(search, is_whole=False) for search in rows])


def create_search(call: Call) -> Answer:
    """Saves a search."""
    made = searching.create(actor=_reader(call).user, values=_values(call))
    return Answer(wire.of_search(made, is_whole=False), 201, {"result": "Created"})


def get_search(call: Call, ident: str) -> Answer:
    """One saved search, by id or name."""
    return Answer(wire.of_search(_one_search(call, ident)))


def change_search(call: Call, ident: str) -> Answer:
    """Changes what the body names."""
    changed = searching.change(_one_search(call, ident), actor=_reader(call).user, values=_values(call))
    return Answer(wire.of_search(changed, is_whole=False), more={"result": "Updated"})


def delete_search(call: Call, ident: str) -> Answer:
    """Removes a saved search."""
    searching.delete(_one_search(call, ident), actor=_reader(call).user)
    return Answer(more={"result": "Deleted"})


def unknown(call: Call, rest: str) -> Answer:
    """Any other address below /v2/."""
    raise Http404("Could not find the address. See the API documentation.")
