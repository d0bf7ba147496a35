"""What happens together (ALR-16): which new alerts of a batch correlation rules gather, and the groups and proposals that come of it.

In a few queries however many they are, and in none when there is no such rule. Who calls it holds grouping.hold().
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from django.db.models import Count, F, prefetch_related_objects
from django.utils.translation import gettext as _

from alerts import conditions, correlation, effects, events, queries, reasons, templating
from alerts.actions import grouping
from alerts.correlation import Board, Bundle, Expression, Place, Rule, Wanted
from alerts.grouping import KEPT
from alerts.models import Alert, AlertGroup, AlertRule, Correlation
from alerts.models.alert import MOST_DECISIONS
from alerts.opsgenie import matching
from alerts.rulebook import Book, Entry
from common import clock, copying, likeness
from journal import actions as journal

TITLE, NAMED, BATCH = 250, 20, 1_000
FORGOTTEN = timedelta(hours=25)  # no window is longer than a day

KNOWN = """
SELECT near.* FROM unnest(%s::text[]) AS asked(key)
  CROSS JOIN LATERAL (SELECT * FROM alerts_correlation WHERE alerts_correlation.key = asked.key ORDER BY id DESC LIMIT 3) AS near ORDER BY near.id
"""
FIRST = """
SELECT near.* FROM alerts_correlation AS own CROSS JOIN LATERAL (
  SELECT * FROM alerts_alert WHERE correlation_id = own.id AND first_occurred_at >= own.first_at ORDER BY id LIMIT %s) AS near
WHERE own.id = ANY(%s) ORDER BY near.id
"""
# What is stored already follows into the group, or hears of the proposal (without a group it stays where it is).
FOLLOW = f"""
UPDATE alerts_alert SET
  group_id = coalesce(given.group_id, alerts_alert.group_id), correlation_id = CASE WHEN given.group_id IS NULL THEN correlation_id END,
  group_why = CASE WHEN given.group_id IS NULL THEN group_why ELSE given.why::jsonb END,
  decisions = CASE WHEN jsonb_array_length(decisions) >= {MOST_DECISIONS} THEN decisions - 0 ELSE decisions END || given.said::jsonb
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[]) AS given(id, group_id, first_at, why, said)
WHERE alerts_alert.correlation_id = given.id AND alerts_alert.first_occurred_at >= given.first_at
"""  # a number of ours
RESIZED = """
UPDATE alerts_alertgroup SET size = greatest(0, size + given.more), last_at = greatest(alerts_alertgroup.last_at, given.last_at)
FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[]) AS given(id, more, last_at) WHERE alerts_alertgroup.id = given.id
"""


@dataclass(slots=True)
class Together:
    """What correlation rules make of a batch. moved: alerts stored before that follow into a new group, with what they gathered in."""

    placed: list[tuple[Alert, Place]] = field(default_factory=list)
    moved: list[tuple[Alert, Correlation]] = field(default_factory=list)

    def left(self, alerts: Sequence[Alert]) -> Sequence[Alert]:
        """The alerts that grouping still has to place."""
        direct = {alert.key for alert, place in self.placed if place.is_direct}
        return [alert for alert in alerts if alert.key not in direct] if direct else alerts


def gather(alerts: Sequence[Alert], book: Book, at: datetime) -> Together:
    """Where new alerts, not saved yet, belong. Writes nothing."""
    if not book.has(AlertRule.CORRELATION):
        return Together()
    rules: dict[int, Rule] = {}

    def rules_of(alert: Alert) -> Iterator[Rule]:
        for entry in book.of(AlertRule.CORRELATION, alert):
            if may_fit(entry, alert, at):
                yield rules.setdefault(entry.rule.pk, rule_of(entry.rule))

    found = correlation.looks(alerts, rules_of)
    if not found:
        return Together()
    lessons = grouping.lessons_of({look.kind for _alert, look in found})
    board = Board(_known(look for _alert, look in found), lessons)
    return Together([(alert, board.place(alert, look)) for alert, look in found])


def may_fit(entry: Entry, alert: Alert, at: datetime) -> bool:
    """Whether a rule's conditions and times let it ask its expressions."""
    return entry.fits({} if entry.conditions.type == conditions.EVERY else conditions.facts_of(alert), at)


def rule_of(row: AlertRule) -> Rule:
    """A rule, ready to be asked; its expressions are compiled once."""
    does = row.does
    expressions = tuple(Expression(effects.label_of(one), matching.compiled(one["query"])) for one in does["expressions"])
    version = likeness.digest(orjson.dumps([does["expressions"], does.get("fields", []), does["minutes"], does["needs"], does["outcome"]]))
    fields, title = tuple(does.get("fields", ())), does.get("title", "")
    return Rule(row.pk, row.name, version, expressions, fields, does["minutes"], does["needs"], does["outcome"], title, effects.together_words(does))


def _known(looks: Iterable[Wanted]) -> list[Bundle]:
    rows = list(Correlation.objects.raw(KNOWN, [sorted({look.key for look in looks})]))
    prefetch_related_objects(rows, "group__incident")
    return [
        Bundle(
            row.key, row.rule_id or 0, row.leader, row.kind, row.first_at, row.last_at, [datetime.fromisoformat(one) if one else None for one in row.seen],
            row.state, row.pk, row,
        )
        for row in rows if row.state != Correlation.FORMED or row.group is not None
    ]  # fmt: skip


def settle(together: Together, at: datetime) -> None:
    """Writes what came of it: bundles, the groups of those that are met and automatic, and the proposals; stored alerts follow."""
    if not together.placed:
        return
    bundles = {id(place.bundle): place for _alert, place in together.placed}
    rows = [_written(place.bundle) for place in bundles.values()]
    copying.insert([row for row in rows if row.pk is None])
    formed = [place for place in bundles.values() if place.bundle.is_turned and place.bundle.state == correlation.FORMED]
    proposed = [place for place in bundles.values() if place.bundle.state == correlation.PROPOSED]
    if formed:
        _form(formed, together)
    if proposed:
        _propose(proposed, together)
    Correlation.objects.bulk_update([row for row in rows if row.pk], ["state", "seen", "first_at", "last_at", "title", "words", "group"])
    turned = [place for place in proposed if place.bundle.is_turned]
    journal.record_many(
        events.CORRELATION_PROPOSED,
        [(place.bundle.row, {"rule": place.rule.name, "title": place.bundle.row.title}) for place in turned],
        actor=None,
        at=at,
    )
    _tell_stored([*formed, *turned], at)
    _point(together, at)


def _written(bundle: Bundle) -> Correlation:
    """The row of a bundle as it stands now, not saved."""
    row: Correlation = bundle.row or Correlation(rule_id=bundle.rule, key=bundle.key, kind=bundle.kind, leader=bundle.leader)
    row.state, row.first_at, row.last_at = bundle.state, bundle.first_at, bundle.last_at
    row.seen = [one.isoformat() if one else None for one in bundle.seen]
    bundle.row = row
    return row


def _members(bundle: Bundle, together: Together) -> list[Alert]:
    """Those of the batch."""
    return [alert for alert, place in together.placed if place.bundle is bundle and correlation.belongs(alert, bundle)]


def _form(places: Sequence[Place], together: Together) -> None:
    """A group for each bundle that is met; alerts that are stored are read, as its incident concerns them."""
    since = {place.bundle.pk: place.bundle.first_at for place in places if place.bundle.pk}
    stored = stored_of(since) if since else []
    for place in places:
        bundle, row = place.bundle, place.bundle.row
        old = [alert for alert in stored if alert.correlation_id == row.pk]
        members = [*old, *_members(bundle, together)]
        row.words, row.title = place.rule.words, titled(place.rule, members, len(members))
        row.group = group_of(row, members, title=row.title)
        together.moved += [(alert, row) for alert in old]
    copying.insert([place.bundle.row.group for place in places])
    for place in places:
        place.bundle.row.group = place.bundle.row.group  # it has its key now


def stored_of(since: dict[int, datetime]) -> list[Alert]:
    """The stored alerts of bundles, locked, with what opening an incident needs; the oldest first. since: by bundle the oldest that belongs."""
    rows = Alert.objects.filter(correlation__in=since, first_occurred_at__gte=min(since.values())).prefetch_related(*queries.RELATED)
    found = rows.defer("payload").order_by("alias").select_for_update(of=("self",))
    return sorted((alert for alert in found if alert.first_occurred_at >= since[alert.correlation_id or 0]), key=lambda alert: alert.number)


def group_of(row: Correlation, members: Sequence[Alert], *, title: str = "") -> AlertGroup:
    """The group of what happens together, not saved. An open incident of one of its alerts is its own."""
    known = [alert.incident for alert in members if alert.incident is not None and alert.incident.is_open]
    return AlertGroup(
        mode=AlertGroup.CORRELATED, key=row.key, kind=row.kind, text=likeness.masked(members[0].message)[:KEPT], leader=members[0].key, title=title,
        service_id=members[0].service_id, incident=min(known, key=lambda one: one.pk, default=None), size=len(members), first_at=row.first_at,
        last_at=row.last_at,
    )  # fmt: skip


def titled(rule: Rule, members: Sequence[Alert], amount: int) -> str:
    """What the incident is called, from what its first alerts say; without a template by the rule."""
    filled = templating.fill_together(rule.title, [conditions.facts_of(one) for one in members[:NAMED]], amount) if rule.title else ""
    return (" ".join(filled.split()) or rule.name)[:TITLE]


def _propose(places: Sequence[Place], together: Together) -> None:
    """What proposals say, those of earlier batches too: an alert more may be another name in the title."""
    known = [place.bundle.row for place in places if place.bundle.pk]
    Correlation.objects.bulk_update(known, ["first_at"])
    ids = [row.pk for row in known]
    first: list[Alert] = list(Alert.objects.raw(FIRST, [NAMED, ids])) if ids else []
    prefetch_related_objects(first, *queries.RELATED)
    sizes = dict(
        Alert.objects.filter(correlation__in=ids, first_occurred_at__gte=F("correlation__first_at"))
        .order_by().values_list("correlation").annotate(n=Count("pk"))
    ) if ids else {}  # fmt: skip
    for place in places:
        bundle, row = place.bundle, place.bundle.row
        fresh = _members(bundle, together)
        members = [*(alert for alert in first if alert.correlation_id == row.pk), *fresh]
        row.words, row.title = place.rule.words, titled(place.rule, members, sizes.get(row.pk, 0) + len(fresh))


def _tell_stored(places: Sequence[Place], at: datetime) -> None:
    """Alerts that were stored before follow into their group, or hear what they are part of."""
    old = [place for place in places if place.bundle.pk]
    if old:
        follow([(place.bundle.row, place.rule.name) for place in old], at)


def follow(rows: Sequence[tuple[Correlation, str]], at: datetime) -> None:
    """Points the stored alerts of bundles at their groups, where they have one, and leaves the decision with each. rows: with the names of their rules."""
    given = [
        (row.pk, row.group_id, row.first_at, orjson.dumps(why(row, name)).decode(), orjson.dumps([_decided(row, name, at)]).decode())
        for row, name in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, [list(column) for column in zip(*given, strict=True)])


def _decided(row: Correlation, name: str, at: datetime) -> dict[str, str]:
    return {"at": at.isoformat(), "stage": AlertRule.CORRELATION, "rule": name, "what": _what(row)[:500]}


def _what(row: Correlation) -> str:
    """What the rule decided, in words."""
    if row.state == Correlation.FORMED:
        return _("correlated: {words}").format(words=row.words)
    if row.state == Correlation.PROPOSED:
        return _("part of a proposed incident: {words}").format(words=row.words)
    return _("part of a proposed incident that was dismissed: {words}").format(words=row.words)


def why(row: Correlation, name: str) -> dict[str, Any]:
    """Why an alert is in the group of what happens together, as alerts keep it."""
    return {"how": AlertGroup.CORRELATED, "rule": name, "words": row.words}


def _point(together: Together, at: datetime) -> None:
    """The alerts of the batch belong to the groups, or gather for them; former groups are smaller, and those that have new alerts larger."""
    more: Counter[int] = Counter()
    newest: dict[int, datetime] = {}
    for alert, row in together.moved:
        more[alert.group_id or 0] -= 1
        alert.group, alert.correlation = row.group, None
    for alert, place in together.placed:
        bundle, row = place.bundle, place.bundle.row
        if not correlation.belongs(alert, bundle):
            continue
        if bundle.state == correlation.FORMED:
            more[alert.group_id or 0] -= 1
            if not bundle.is_turned:
                more[row.group_id] += 1
                newest[row.group_id] = bundle.last_at
            alert.group, alert.group_why = row.group, why(row, place.rule.name)
        else:
            alert.correlation = row
        alert.note(at, AlertRule.CORRELATION, place.rule.name, _awaited(place) if bundle.state == correlation.WAITING else _what(row))
    resize(more, newest)


def resize(more: Mapping[int, int], newest: Mapping[int, datetime]) -> None:
    """So many alerts more, or fewer, in groups; newest: when the newest came, for those that grew."""
    changed = sorted(pk for pk, amount in more.items() if pk and amount)
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(RESIZED, [changed, [more[pk] for pk in changed], [newest.get(pk) for pk in changed]])


def _awaited(place: Place) -> str:
    """“web” seen; waits for “db” within 10 minutes."""
    rule, bundle = place.rule, place.bundle
    since = bundle.last_at - timedelta(minutes=rule.minutes)
    seen = reasons.listed([f"“{rule.expressions[number].label}”" for number in place.hits])
    lacks = [f"“{one.label}”" for one, last in zip(rule.expressions, bundle.seen, strict=True) if last is None or last < since]
    span = effects.span(rule.minutes)
    return _("it is {seen}; {others} would have to come within {span}").format(seen=seen, others=reasons.listed(lacks), span=span)


def forget() -> int:
    """Removes what waited for longer than any window; answers how many."""
    gone = Correlation.objects.filter(state=Correlation.WAITING, last_at__lt=clock.now() - FORGOTTEN).values_list("pk", flat=True)[:BATCH]
    return Correlation.objects.filter(pk__in=list(gone)).delete()[0]
