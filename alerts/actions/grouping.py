"""Groups of alerts (ALR-15): where a batch's new alerts belong, in three reads and two writes however many they are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import conditions, grouping, reasons
from alerts.grouping import Board, Group, Lessons, Place, Rule, Wanted
from alerts.models import Alert, AlertGroup, GroupingLesson, GroupingRule
from common import copying
from journal import registers

LOCK = 7203005

KNOWN = """
SELECT DISTINCT found.* FROM (
  SELECT near.* FROM unnest(%s::text[]) AS asked(key)
    CROSS JOIN LATERAL (SELECT * FROM alerts_alertgroup WHERE alerts_alertgroup.key = asked.key ORDER BY id DESC LIMIT 3) AS near
  UNION ALL SELECT near.* FROM unnest(%s::text[]) AS asked(scope)
    CROSS JOIN LATERAL (SELECT * FROM alerts_alertgroup WHERE alerts_alertgroup.scope = asked.scope AND scope <> '' ORDER BY id DESC LIMIT %s) AS near
  UNION ALL SELECT near.* FROM unnest(%s::text[]) AS asked(kind)
    CROSS JOIN LATERAL (SELECT * FROM alerts_alertgroup WHERE alerts_alertgroup.kind = asked.kind ORDER BY id DESC LIMIT 1) AS near
) AS found ORDER BY found.id
"""
GROWN = """
UPDATE alerts_alertgroup SET size = given.size, last_at = given.last_at
FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[]) AS given(id, size, last_at) WHERE alerts_alertgroup.id = given.id
"""


def hold() -> None:
    """Until the end of the transaction nobody else groups alerts or gives a group its incident: so that there is one, whoever asks (INC-17).

    Whoever needs it takes it before any alert, so that no two wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def place(alerts: Sequence[Alert], at: datetime) -> None:
    """Puts new alerts, not saved yet, into groups."""
    rules = rules_in_force()
    looks = {alert.key: look for alert in alerts if (look := grouping.wanted(alert, list(rules))) is not None} if rules else {}
    if not looks:
        return
    lessons = lessons_of({look.kind for look in looks.values()})
    board = Board(_known(looks.values(), lessons), lessons)
    placed: list[tuple[Alert, Place]] = []
    for alert in grouping.in_order(alerts):
        if alert.key in looks:
            placed.append((alert, board.place(alert, looks[alert.key])))
    _save({id(found.group): found.group for _one, found in placed}.values(), placed, rules)
    words: dict[bytes, str] = {}  # in a storm most reasons are the same
    for alert, found in placed:
        alert.group, alert.group_why = found.group.row, {"how": found.how, **found.why}
        if found.how != "first":
            rule = rules.get(looks[alert.key].rule)
            said = orjson.dumps(alert.group_why)
            words[said] = words.get(said) or reasons.grouped(alert.group_why)
            alert.note(at, "grouping", rule.name if rule else "", words[said])


def rules_in_force() -> dict[Rule, GroupingRule]:
    """The rules that are on, in order, ready to be asked."""
    return {
        Rule(
            row.pk, row.mode, tuple(row.fields), row.minutes, row.likeness / 100, *([_asked(row)] if row.conditions.get("conditions") else [])
        ): row
        for row in GroupingRule.objects.filter(is_enabled=True)
    }  # fmt: skip


def _asked(row: GroupingRule) -> Any:
    compiled = conditions.compiled(row.conditions)
    return lambda alert: compiled.fits(conditions.facts_of(alert))


def lessons_of(kinds: Collection[str]) -> Lessons:
    """What people taught of these kinds."""
    lessons = Lessons()
    rows = GroupingLesson.objects.filter(Q(one__in=kinds) | Q(other__in=kinds))
    for one, other, is_together in rows.order_by("pk").values_list("one", "other", "is_together"):
        lessons.teach(one, other, is_together)
    return lessons


def _known(looks: Iterable[Wanted], lessons: Lessons) -> list[Group]:
    """The groups that may take one of these, the oldest first."""
    keys, scopes, kinds = set(), set(), set()
    for look in looks:
        keys.add(look.key)
        scopes |= {look.scope} if look.scope else set()
        kinds |= lessons.together.get(look.kind, set())
    rows = AlertGroup.objects.raw(KNOWN, [sorted(keys), sorted(scopes), grouping.MOST, sorted(kinds)])
    return [
        Group(row.key, row.scope, row.kind, row.text, row.leader, row.rule_id or 0, row.first_at, row.last_at, row.size, row.pk, row) for row in rows
    ]


def _save(groups: Iterable[Group], placed: Sequence[tuple[Alert, Place]], rules: Mapping[Rule, GroupingRule]) -> None:
    """Writes the groups that are new or have grown, and gives each its row."""
    old = [group for group in groups if group.row is not None]
    modes = {rule.pk: rule.mode for rule in rules}
    fresh: dict[int, Group] = {}
    for alert, found in placed:
        group = found.group
        if group.row is None:
            fresh[id(group)] = group
            group.row = AlertGroup(
                rule_id=group.rule, mode=modes[group.rule], key=group.key, scope=group.scope, kind=group.kind, text=group.text, leader=group.leader,
                service_id=alert.service_id, first_at=group.first_at, last_at=group.last_at, size=group.size,
            )  # fmt: skip
    copying.insert([group.row for group in fresh.values()])
    if old:
        old.sort(key=lambda group: group.pk or 0)
        with connection.cursor() as cursor:
            cursor.execute(GROWN, [[group.pk for group in old], [group.size for group in old], [group.last_at for group in old]])
        prefetch_related_objects([group.row for group in old], "incident")


@transaction.atomic
def create_default_rule(*, actor: User | None = None) -> None:
    """One rule for a fresh installation: alike messages of one service, measured on a labelled stream (tests/performance/grouping.py)."""
    if not GroupingRule.objects.exists():
        rule = GroupingRule(name=_("Alike messages of one service"), mode=GroupingRule.TEXT, fields=["service"], conditions={})
        registers.save(rule, changed=[], is_new=True, actor=actor)
