"""How the fields of a ticket that are more than a column are matched: key, text, comments, labels, watchers, history, counters, SLA clocks, links.

Each of them shows a person only what the ticket's own page would: internal notes and internal events to those who may read them, links to
tickets that this person may see.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, In, LessThan, LessThanOrEqual
from django.utils.translation import gettext as _

from common.query import columns, fields, moments, tree
from common.query.asking import Asker
from common.query.errors import QueryError
from common.query.fields import EQUALITY, HISTORY, NONE, ORDER, PRESENCE, TEXT, Field, Matcher, Suggestion
from journal.models import Entry
from tickets import kinds, permissions, relations
from tickets.models import AffectedService, Attachment, Comment, Link, SlaClock, Ticket, Watch

ORDERS: dict[str, Any] = {"<": LessThan, "<=": LessThanOrEqual, ">": GreaterThan, ">=": GreaterThanOrEqual}


def unveiled(asker: Asker) -> Q | None:
    """Tickets whose internal side this person may read; None when it is that of all."""
    return permissions.internal_side(asker.user)


def only_unveiled(asker: Asker, condition: Q) -> Q:
    """The condition, where this person may read internal things."""
    where = unveiled(asker)
    return condition if where is None else condition & where


class Keys(Matcher):
    """The key of a ticket. Keys of one kind can be compared by their number. A key that does not exist finds nothing."""

    kind = "key"
    operators = EQUALITY | PRESENCE | ORDER

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[str]:
        return [self._read(text) for text in texts]

    def _read(self, text: tree.Text) -> str:
        word = text.text.strip().upper()
        prefix, _dash, number = word.partition("-")
        if kinds.by_prefix(prefix) is None or not (number.isascii() and number.isdecimal() and len(number) <= 18):
            known = ", ".join(f"{kind.prefix}-1" for kind in kinds.all_kinds())
            message = _("“%(value)s” is no key. Write it like %(known)s.") % {"value": text.text[:60], "known": known}
            raise QueryError(text.position, message, length=text.length)
        return f"{prefix}-{int(number)}"

    def any_of(self, values: Sequence[str], asker: Asker) -> Q:
        return Q(key__in=list(values))

    def compared(self, operator: str, value: str, asker: Asker) -> Q:
        prefix, _dash, number = value.partition("-")
        kind = kinds.by_prefix(prefix)
        return Q(kind=kind.name if kind else "", **{f"number__{columns.LOOKUPS[operator]}": int(number)})


class Comments(Matcher):
    """The words of comments, public ones and the internal ones that this person may read."""

    operators = TEXT | PRESENCE

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[str]:
        return [columns.searchable(text) for text in texts]

    def containing(self, value: str, asker: Asker) -> Q:
        condition = columns.vector_contains(SearchVector("body", config="english"), value)
        return Q(pk__in=readable_comments(asker).filter(condition).values("ticket"))

    def empty(self, asker: Asker) -> Q:
        return ~Q(Exists(readable_comments(asker).filter(ticket=OuterRef("pk"))))


def readable_comments(asker: Asker) -> QuerySet[Comment]:
    """Comments on tickets that this person sees anyway, without hidden ones and the internal ones that he may not read."""
    where, shown = permissions.internal_side(asker.user, "ticket__"), Comment.objects.order_by().filter(hidden_at__isnull=True)
    return shown if where is None else shown.filter(Q(is_internal=False) | where)


class FullText(Comments):
    """Words in summary, description or key, or in the comments that this person may read; a key alone finds its ticket."""

    operators = TEXT

    def containing(self, value: str, asker: Asker) -> Q:
        condition = super().containing(value, asker)
        words = columns.text_query(value)
        if words:
            condition |= Q(search_public=SearchQuery(words, config="english", search_type="raw"))
        return condition | Q(key=value.strip().upper())

    def empty(self, asker: Asker) -> Q:
        return NONE


class Labels(Matcher):
    """Labels: a ticket that carries one of the values."""

    def any_of(self, values: Sequence[str], asker: Asker) -> Q:
        return Q(labels__overlap=[value.strip().lower() for value in values])

    def empty(self, asker: Asker) -> Q:
        return Q(labels=[])

    def suggest(self, prefix: str, asker: Asker) -> list[Suggestion]:
        newest = permissions.visible_to(asker.user, Ticket.objects.exclude(labels=[])).order_by("-pk").values_list("pk", "labels")[:300]
        names = sorted({label for _pk, labels in newest for label in labels})
        return columns.offered("value", [(name, name) for name in names], prefix)


class AffectedServices(columns.Records):
    """The primary service or one of the others that a ticket hits."""

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        return Q(service__in=list(values)) | Q(pk__in=AffectedService.objects.filter(service__in=list(values)).values("ticket"))


class Watchers(columns.Records):
    """Who watches. Outside the desk a person learns only whether he does himself."""

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        return Q(pk__in=self._watches(asker).filter(user__in=list(values)).values("ticket"))

    def empty(self, asker: Asker) -> Q:
        return ~Q(pk__in=self._watches(asker).values("ticket"))

    def _watches(self, asker: Asker) -> QuerySet[Watch]:
        where = permissions.internal_side(asker.user, "ticket__")
        return Watch.objects.order_by() if where is None else Watch.objects.order_by().filter(Q(user=asker.user) | where)


class History(Matcher):
    """What a field once was, from the journal: every change keeps the value before it, so that with the present one nothing is missing.

    events: which entries tell. names: under which names they hold the value. is_internal: only the desk reads these entries.
    """

    column: str

    def remember(self, events: Sequence[str], names: Sequence[str], *, is_internal: bool) -> None:
        """Which entries tell of this field."""
        self.events, self.names, self.is_internal = list(events), list(names), is_internal

    def was_any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        told = NONE
        for name in self.names:
            told |= Q(**{f"data__{name}__in": list(values)})
        return self.any_of(values, asker) | self._entries(told, asker)

    def was_empty(self, asker: Asker) -> Q:
        told = NONE
        for name in self.names:
            told |= Q(**{f"data__{name}": None})
        return self.empty(asker) | self._entries(told, asker)

    def _entries(self, told: Q, asker: Asker) -> Q:
        entries = Entry.objects.filter(told, subject_type="ticket", subject_id=OuterRef("pk"), event__in=self.events).order_by()
        condition = Q(Exists(entries))
        return only_unveiled(asker, condition) if self.is_internal else condition


class HistoricRecords(History, columns.Records):
    """A column that points at a record, with its past."""

    operators = columns.Records.operators | HISTORY


class HistoricChoices(History, columns.Choices):
    """A ranked choice with its past."""

    def __init__(self, column: str, choices: Any, **options: Any) -> None:
        super().__init__(column, choices, **options)
        self.operators = self.operators | HISTORY


class Counter(columns.Numbers):
    """How many comments or attachments there are. Who may not read internal ones counts the public ones only."""

    def __init__(self, column: str, model: type[Comment] | type[Attachment]) -> None:
        super().__init__(column)
        self.model = model

    def any_of(self, values: Sequence[int], asker: Asker) -> Q:
        return self._counted(super().any_of(values, asker), In(self._public(), list(values)), asker)

    def compared(self, operator: str, value: int, asker: Asker) -> Q:
        return self._counted(super().compared(operator, value, asker), ORDERS[operator](self._public(), value), asker)

    def _counted(self, stored: Q, counted: Any, asker: Asker) -> Q:
        reads_all = unveiled(asker)
        return stored if reads_all is None else (reads_all & stored) | (~reads_all & Q(counted))

    def _public(self) -> Coalesce:
        rows: QuerySet[Any] = self.model._default_manager.filter(ticket=OuterRef("pk"), is_internal=False).order_by()
        return Coalesce(Subquery(rows.values("ticket").annotate(amount=Count("pk")).values("amount")), 0)


class Clocks(Matcher):
    """An SLA clock of the newest cycle. < 1h: it runs and is due within the hour, or overdue. Its states are functions: breached(), running(), paused(), completed()."""

    kind = "clock"
    operators = EQUALITY | PRESENCE | ORDER
    STATES: tuple[str, ...] = ("breached", "running", "paused", "completed")

    def __init__(self, metric: str) -> None:
        self.metric = metric

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[timedelta]:
        return [self._read(text) for text in texts]

    def _read(self, text: tree.Text) -> timedelta:
        try:
            return moments.duration(text.text)
        except (ValueError, OverflowError):
            message = _('“%(value)s” is no time left. Write 30m, 1h, "1d 4h" or breached().') % {"value": text.text[:60]}
            raise QueryError(text.position, message, ["1h", "breached()"], length=text.length) from None

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        condition = NONE
        for value in values:
            due = {"due_at": asker.at + value} if isinstance(value, timedelta) else {}
            state = SlaClock.RUNNING if isinstance(value, timedelta) else value
            condition |= self._exists(self._in_state(str(state), asker) & Q(**due))
        return condition

    def compared(self, operator: str, value: Any, asker: Asker) -> Q:
        if not isinstance(value, timedelta):
            return self._exists(self._in_state(str(value), asker))
        return self._exists(Q(state=SlaClock.RUNNING, **{f"due_at__{columns.LOOKUPS[operator]}": asker.at + value}))

    def empty(self, asker: Asker) -> Q:
        return ~self._exists(Q())

    def _in_state(self, state: str, asker: Asker) -> Q:
        late = Q(breached_at__isnull=False) | Q(state=SlaClock.RUNNING, due_at__lte=asker.at)
        states = {"breached": late, "paused": Q(state=SlaClock.PAUSED), "completed": Q(state=SlaClock.STOPPED)}
        return states.get(state, Q(state=SlaClock.RUNNING))

    def _exists(self, condition: Q) -> Q:
        mine = SlaClock.objects.filter(ticket=OuterRef("pk"), metric=self.metric).order_by()
        newer = SlaClock.objects.filter(ticket=OuterRef("ticket"), metric=self.metric, cycle__gt=OuterRef("cycle")).order_by()
        return Q(Exists(mine.filter(condition).filter(~Exists(newer))))

    def suggest(self, prefix: str, asker: Asker) -> list[Suggestion]:
        return columns.offered("value", [("30m", _("half an hour")), ("1h", _("an hour")), ("1d", _("24 hours"))], prefix)


class Linked(Keys):
    """A link of any type to one of these tickets, as far as this person may see them."""

    operators = EQUALITY | PRESENCE

    def any_of(self, values: Sequence[str], asker: Asker) -> Q:
        seen = list(permissions.visible_to(asker.user, Ticket.objects.filter(key__in=list(values))).values_list("pk", flat=True))
        outwards, inwards = Link.objects.filter(target__in=seen).values("source"), Link.objects.filter(source__in=seen).values("target")
        return Q(pk__in=outwards) | Q(pk__in=inwards)

    def empty(self, asker: Asker) -> Q:
        return ~links(asker, Q(), is_outwards=True) & ~links(asker, Q(), is_outwards=False)


def links(asker: Asker, relation: Q, *, is_outwards: bool) -> Q:
    """Tickets with a link in one direction to a ticket that this person may see. relation: which links."""
    others = permissions.visible_to(asker.user, Ticket.objects.all()).order_by().values("pk")
    here, there = ("source", "target") if is_outwards else ("target", "source")
    return Q(Exists(Link.objects.filter(relation, **{here: OuterRef("pk"), f"{there}__in": others}).order_by()))


class LinkTypes(columns.Choices):
    """The type of a link in the direction in which the ticket's page shows it: blocks, or is blocked by."""

    def __init__(self) -> None:
        super().__init__("", _link_types)

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        condition = NONE
        for relation, is_inverse in values:
            condition |= links(asker, Q(relation=relation.name), is_outwards=not is_inverse)
            if relation.is_symmetric:
                condition |= links(asker, Q(relation=relation.name), is_outwards=is_inverse)
        return condition

    def empty(self, asker: Asker) -> Q:
        return ~links(asker, Q(), is_outwards=True) & ~links(asker, Q(), is_outwards=False)


def _link_types() -> Iterable[columns.Choice]:
    return [columns.Choice(relations.READINGS[name], (str(label), name)) for name, label in relations.CHOICES]


def linked_keys(asker: Asker, call: tree.Call) -> list[str]:
    """linkedIssues(key, type): the tickets that a ticket is linked with, among those that this person may see."""
    keys = Keys().read(LINK_FIELD, call.arguments[:1], asker)
    condition = Linked().any_of(keys, asker)
    if len(call.arguments) > 1:
        types = LinkTypes().read(LINK_FIELD, call.arguments[1:], asker)
        condition = _by_type(asker, keys, types[0])
    return list(permissions.visible_to(asker.user, Ticket.objects.filter(condition)).values_list("key", flat=True)[:500])


def _by_type(asker: Asker, keys: Sequence[str], wanted: tuple[relations.Relation, bool]) -> Q:
    relation, is_inverse = wanted
    seen = list(permissions.visible_to(asker.user, Ticket.objects.filter(key__in=keys)).values_list("pk", flat=True))
    rows = Link.objects.filter(relation=relation.name)
    targets, sources = Q(pk__in=rows.filter(source__in=seen).values("target")), Q(pk__in=rows.filter(target__in=seen).values("source"))
    if relation.is_symmetric:
        return targets | sources
    return sources if is_inverse else targets


LINK_FIELD = fields.Field("linkedIssues", "", Keys())
