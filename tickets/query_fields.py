"""The fields of tickets in the query language. docs/query-language.md shows this table."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.query_values import ORGANISATIONS, PEOPLE, TEAMS, is_of_the_desk, named
from common.paging import Key
from common.query import fields, functions
from common.query.asking import Asker
from common.query.columns import Choice, Choices, Instants, Numbers, Records, Register, Words, yes_or_no
from common.query.fields import Field
from services.models import Service
from tickets import events, kinds, query_custom, query_matchers
from tickets.models import Attachment, Category, Comment, HoldReason, ResolutionCode, SlaClock, Ticket
from tickets.models.clocks import FIRST_RESPONSE, RESOLUTION
from tickets.models.registers import IMPACTS, PRIORITIES, SUPPORT_LEVELS, URGENCIES
from workflows.models import Status

SUBJECT = "ticket"
EXPENSIVE = 10


# ---------- what values are called ----------


def _kinds() -> Iterable[Choice]:
    return [Choice(kind.name, (str(kind.label), kind.name)) for kind in kinds.all_kinds()]


def _categories_of_status() -> Iterable[Choice]:
    return [
        Choice(Status.TODO, ("To Do", "todo", "new")),
        Choice(Status.PROGRESS, ("In Progress", "progress", "indeterminate")),
        Choice(Status.DONE, ("Done",)),
    ]


def _levels(levels: Iterable[tuple[int, object]], letter: str = "") -> list[Choice]:
    return [Choice(value, (str(label), str(value), f"{letter}{value}"), str(label)) for value, label in levels]


def _tiers() -> Iterable[Choice]:
    return [Choice(level, (str(level), f"tier {level}", f"t{level}")) for level in (1, 2, 3, 4)]


def _major_states() -> Iterable[Choice]:
    return [Choice(Ticket.DECLARED, ("declared",)), Choice(Ticket.CANDIDATE, ("candidate",))]


def _channels() -> Iterable[Choice]:
    return [Choice(value, (value, str(label)), str(label)) for value, label in Ticket.CHANNELS]


def _everybody(asker: Asker) -> bool:
    return True


def _status_rows(asker: Asker) -> list[tuple[int, str, str]]:
    return asker.once("statuses", lambda: list(Status.objects.order_by("workflow", "position").values_list("pk", "name", "key")))


def _statuses(names: set[str], asker: Asker) -> Mapping[str, Sequence[int]]:
    return named((pk, (name, key)) for pk, name, key in _status_rows(asker))


def _status_names(prefix: str, asker: Asker) -> list[tuple[str, str]]:
    return [(name, name) for name in dict.fromkeys(name for _pk, name, _key in _status_rows(asker))]


def _resolution_rows(asker: Asker) -> list[tuple[int, str, str]]:
    return asker.once("resolutions", lambda: list(ResolutionCode.objects.values_list("pk", "name", "slug")))


def _resolutions(names: set[str], asker: Asker) -> Mapping[str, Sequence[int]]:
    return named((pk, (name, slug)) for pk, name, slug in _resolution_rows(asker))


def _resolution_names(prefix: str, asker: Asker) -> list[tuple[str, str]]:
    return [(name, name) for _pk, name, _slug in _resolution_rows(asker)]


def _hold_rows(asker: Asker) -> list[tuple[int, str]]:
    return asker.once("hold reasons", lambda: list(HoldReason.objects.values_list("pk", "name")))


def _hold_reasons(names: set[str], asker: Asker) -> Mapping[str, Sequence[int]]:
    return named((pk, (name,)) for pk, name in _hold_rows(asker))


def _hold_names(prefix: str, asker: Asker) -> list[tuple[str, str]]:
    return [(name, name) for _pk, name in _hold_rows(asker)]


def _service_rows(asker: Asker) -> list[tuple[int, str, str, list[str]]]:
    return asker.once("services", lambda: list(Service.objects.order_by("name").values_list("pk", "name", "slug", "aliases")))


def _services(names: set[str], asker: Asker) -> Mapping[str, Sequence[int]]:
    return named((pk, (name, slug, *aliases)) for pk, name, slug, aliases in _service_rows(asker))


def _service_names(prefix: str, asker: Asker) -> list[tuple[str, str]]:
    return [(name, slug) for _pk, name, slug, _aliases in _service_rows(asker)]


def _category_rows(asker: Asker) -> list[tuple[int, str, int | None, str | None]]:
    rows = Category.objects.order_by("parent__name", "name").values_list("pk", "name", "parent", "parent__name")
    return asker.once("categories", lambda: list(rows))


def _categories(names: set[str], asker: Asker) -> Mapping[str, Sequence[int]]:
    """A category stands for itself and its subcategories; a subcategory is also called by both names, “Network / VPN”."""
    rows = _category_rows(asker)
    found = named((pk, (name, f"{above} / {name}" if above else "", str(pk))) for pk, name, _parent, above in rows)
    below: dict[int, list[int]] = {}
    for pk, _name, parent, _above in rows:
        if parent:
            below.setdefault(parent, []).append(pk)
    return {name: [*ids, *(child for pk in ids for child in below.get(pk, ()))] for name, ids in found.items()}


def _category_names(prefix: str, asker: Asker) -> list[tuple[str, str]]:
    return [(f"{above} / {name}" if above else name, name) for _pk, name, _parent, above in _category_rows(asker)]


STATUSES = Register(_statuses, _status_names, _everybody)
RESOLUTIONS = Register(_resolutions, _resolution_names, _everybody)
HOLD_REASONS = Register(_hold_reasons, _hold_names, is_of_the_desk)
SERVICES = Register(_services, _service_names, is_of_the_desk)
CATEGORIES = Register(_categories, _category_names, is_of_the_desk)


# ---------- fields with a past ----------


def _status() -> query_matchers.HistoricRecords:
    matcher = query_matchers.HistoricRecords("status", STATUSES, is_optional=False)
    matcher.remember([events.TRANSITIONED], ["before_id", "after_id"], is_internal=False)
    return matcher


def _assignee() -> query_matchers.HistoricRecords:
    matcher = query_matchers.HistoricRecords("assignee", PEOPLE, kind="person")
    matcher.remember([events.ASSIGNED], ["assignee_before", "assignee"], is_internal=True)
    return matcher


def _team() -> query_matchers.HistoricRecords:
    matcher = query_matchers.HistoricRecords("team", TEAMS)
    matcher.remember([events.ASSIGNED, events.EDITED], ["team_before", "team"], is_internal=True)
    return matcher


def _priority() -> query_matchers.HistoricChoices:
    matcher = query_matchers.HistoricChoices("priority", lambda: _levels(PRIORITIES, "P"), is_ranked=True, is_turned=True)
    matcher.remember([events.PRIORITY_CHANGED], ["before", "after"], is_internal=False)
    return matcher


# ---------- orders ----------


def _by(name: str, path: str) -> tuple[Key, ...]:
    """The order of a name in another table."""
    return (Key(f"by_{name}", expression=F(path)),)


_CATEGORY_ORDER = Case(
    When(status_category=Status.TODO, then=Value(0)),
    When(status_category=Status.PROGRESS, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
_RESPONSE_DUE = Subquery(
    SlaClock.objects.filter(ticket=OuterRef("pk"), metric=FIRST_RESPONSE, state=SlaClock.RUNNING).order_by("-cycle").values("due_at")[:1]
)


def _column(name: str, *, is_descending: bool = False) -> tuple[Key, ...]:
    return (Key(name, is_descending),)


def _people(name: str, label: object, column: str, aliases: tuple[str, ...] = ()) -> Field:
    return Field(name, label, Records(column, PEOPLE, kind="person"), aliases, _by(column, f"{column}__name"))


def _instant(name: str, label: object, column: str, aliases: tuple[str, ...] = (), *, is_optional: bool = False) -> Field:
    return Field(name, label, Instants(column, is_optional=is_optional), aliases, _column(column))


ALL: list[Field] = [
    Field("key", _("Key"), query_matchers.Keys(), ("issuekey", "id", "issue"), _column("kind") + _column("number")),
    Field("type", _("Type"), Choices("kind", _kinds), ("kind", "issuetype"), _column("kind")),
    Field("summary", _("Summary"), Words("summary"), (), _column("summary"), cost=EXPENSIVE),
    Field("description", _("Description"), Words("description"), cost=EXPENSIVE),
    Field("text", _("Text"), query_matchers.FullText(), cost=EXPENSIVE),
    Field("comment", _("Comment"), query_matchers.Comments(), cost=EXPENSIVE),
    Field("status", _("Status"), _status(), (), _by("status", "status__position")),
    Field("statusCategory", _("Status category"), Choices("status_category", _categories_of_status), ("status category",),
          (Key("by_status_category", expression=_CATEGORY_ORDER),)),
    Field("onHold", _("On hold"), Choices("status__is_paused", yes_or_no), ("on hold", "waiting")),
    Field("resolution", _("Resolution"), Records("resolution", RESOLUTIONS, nothing=("unresolved",)), (), _by("resolution", "resolution__name")),
    Field("priority", _("Priority"), _priority(), (), _column("priority", is_descending=True), sorts_down=True),
    Field("impact", _("Impact"), Choices("impact", lambda: _levels(IMPACTS), is_ranked=True, is_turned=True, is_optional=True), (),
          _column("impact", is_descending=True), sorts_down=True),
    Field("urgency", _("Urgency"), Choices("urgency", lambda: _levels(URGENCIES), is_ranked=True, is_turned=True, is_optional=True), (),
          _column("urgency", is_descending=True), sorts_down=True),
    Field("major", _("Major incident"), Choices("major_state", _major_states, is_optional=True), ("major incident",), _column("major_state")),
    Field("service", _("Service"), Records("service", SERVICES), (), _by("service", "service__name")),
    Field("affectedService", _("Affected service"), query_matchers.AffectedServices("service", SERVICES), ("affected service",), cost=EXPENSIVE),
    Field("tier", _("Service tier"), Choices("service__tier", _tiers, is_ranked=True, is_optional=True), ("service tier",),
          _by("tier", "service__tier")),
    Field("category", _("Category"), Records("category", CATEGORIES), (), _by("category", "category__name")),
    Field("team", _("Team"), _team(), ("assigned team", "assignment group"), _by("team", "team__name")),
    Field("ownerTeam", _("Owner team"), Records("owner_team", TEAMS), ("owner team",), _by("owner_team", "owner_team__name")),
    Field("assignee", _("Assignee"), _assignee(), (), _by("assignee", "assignee__name")),
    _people("reporter", _("Reporter"), "reporter"),
    Field("organisation", _("Organisation"), Records("organisation", ORGANISATIONS), ("organization", "organizations"),
          _by("organisation", "organisation__name")),
    Field("watcher", _("Watcher"), query_matchers.Watchers("", PEOPLE, kind="person"), ("watchers",), cost=EXPENSIVE),
    Field("source", _("Source"), Choices("channel", _channels), ("channel",), _column("channel")),
    Field("labels", _("Labels"), query_matchers.Labels(), ("label",)),
    Field("restricted", _("Restricted"), Choices("is_restricted", yes_or_no), (), _column("is_restricted")),
    _instant("created", _("Created"), "created_at", ("createddate",)),
    _instant("reported", _("Reported"), "reported_at"),
    _instant("updated", _("Updated"), "updated_at", ("updateddate",)),
    _instant("resolved", _("Resolved"), "resolved_at", ("resolutiondate",), is_optional=True),
    _instant("closed", _("Closed"), "closed_at", is_optional=True),
    _instant("due", _("Due"), "sla_due_at", ("duedate", "sla due"), is_optional=True),
    Field("timeToFirstResponse", _("Time to first response"), query_matchers.Clocks(FIRST_RESPONSE), ("time to first response",),
          (Key("by_first_response", expression=_RESPONSE_DUE),), cost=EXPENSIVE),
    Field("timeToResolution", _("Time to resolution"), query_matchers.Clocks(RESOLUTION), ("time to resolution",), _column("sla_due_at"),
          cost=EXPENSIVE),
    Field("linked", _("Linked ticket"), query_matchers.Linked(), ("linkedticket", "linked ticket", "linked issue", "linkedissue"), cost=EXPENSIVE),
    Field("linkType", _("Link type"), query_matchers.LinkTypes(), ("link type", "issuelinktype"), cost=EXPENSIVE),
    Field("comments", _("Number of comments"), query_matchers.Counter("comment_count", Comment), (), _column("comment_count")),
    Field("attachments", _("Number of attachments"), query_matchers.Counter("attachment_count", Attachment), (), _column("attachment_count")),
    Field("level", _("Support level"), Choices("support_level", lambda: _levels(SUPPORT_LEVELS, "L"), is_ranked=True), ("support level",),
          _column("support_level")),
    Field("holdReason", _("On hold for"), Records("hold_reason", HOLD_REASONS), ("hold reason", "on hold for"), _by("hold_reason", "hold_reason__name")),
    _instant("followUp", _("Follow up"), "follow_up_at", ("follow up",), is_optional=True),
    Field("reassignments", _("Reassignments"), Numbers("reassignment_count"), (), _column("reassignment_count")),
    Field("reopenings", _("Reopenings"), Numbers("reopen_count"), (), _column("reopen_count")),
    Field("escalations", _("Escalations"), Numbers("escalation_count"), (), _column("escalation_count")),
]  # fmt: skip


def register() -> None:
    """Makes the fields and functions of tickets known to the query language."""
    for field in ALL:
        fields.register(SUBJECT, field)
    fields.register_source(SUBJECT, query_custom.custom_fields)
    for state, label in (
        ("breached", _("not met in time")),
        ("running", _("counting now")),
        ("paused", _("standing still")),
        ("completed", _("stopped")),
    ):
        functions.register(functions.Function(state, "clock", lambda _asker, _call, state=state: [state], f"{state}()", label))  # type: ignore[misc]
    linked = functions.Function(
        "linkedIssues", "key", query_matchers.linked_keys, 'linkedIssues("INC-1")', _("tickets linked to one"), least=1, most=2
    )
    functions.register(linked)
