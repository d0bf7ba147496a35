"""From the tree of a query to a condition of the database and an order of pages.

EMPTY works as in Jira: `!=` and `not in` do not find rows without a value, and NOT (a = b) means a != b.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from common.paging import Key
from common.query import fields, functions, tree
from common.query.asking import Asker
from common.query.errors import QueryError
from common.query.parsing import MOST_COMPARISONS

OPPOSITE = {
    "=": "!=", "in": "not in", "~": "!~", "<": ">=", "<=": ">", "is": "is not", "was": "was not", "was in": "was not in",
}  # fmt: skip
OPPOSITE |= {after: before for before, after in OPPOSITE.items()}
DENIED = {"!=": "=", "not in": "in", "!~": "~", "is not": "is", "was not": "was", "was not in": "was in"}
MOST_SORTS = 5


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a query means. condition: which rows. order: the keys of its pages without the last, unique one; empty when it names no order."""

    condition: Q
    order: tuple[Key, ...]


def compile(query: tree.Query, subject: str, asker: Asker) -> Compiled:
    """The meaning of a query about a kind of record ("ticket") for a person. Raises QueryError for a field, value or operator that does not fit.

    The caller applies what the person may see: the condition alone does not.
    """
    compiler = _Compiler(subject, asker)
    condition = Q() if query.where is None else compiler.condition(query.where, is_denied=False)
    return Compiled(condition, compiler.order(query.order))


class _Compiler:
    def __init__(self, subject: str, asker: Asker) -> None:
        self.subject, self.asker, self.cost = subject, asker, 0

    def condition(self, node: tree.Node, *, is_denied: bool) -> Q:
        """A node, or its opposite: NOT wanders inwards until it meets a comparison."""
        if isinstance(node, tree.Negated):
            return self.condition(node.part, is_denied=not is_denied)
        if isinstance(node, tree.Comparison):
            return self.comparison(node, is_denied=is_denied)
        joined = self.condition(node.parts[0], is_denied=is_denied)
        for part in node.parts[1:]:
            other = self.condition(part, is_denied=is_denied)
            joined = joined & other if isinstance(node, tree.Both) != is_denied else joined | other
        return joined

    def comparison(self, node: tree.Comparison, *, is_denied: bool) -> Q:
        """One comparison. Checks that the field knows the operator, and what the query has cost so far."""
        field = fields.find(self.subject, node.field, self.asker)
        self.cost += field.cost
        if self.cost > MOST_COMPARISONS:
            raise QueryError(node.field.position, _("This query asks for too much. Split it."), length=node.field.length)
        if node.operator not in field.matcher.operators:
            offered = [one for one in OPPOSITE if one in field.matcher.operators]
            message = _("“%(operator)s” cannot be used with %(field)s. Use %(offered)s.")
            told = message % {"operator": node.operator, "field": field.name, "offered": ", ".join(offered)}
            raise QueryError(node.operator_position, told, offered, length=len(node.operator))
        operator = OPPOSITE[node.operator] if is_denied else node.operator
        return _Match(field, node, self.asker).under(operator)

    def order(self, sorts: Sequence[tree.Sort]) -> tuple[Key, ...]:
        """The keys of ORDER BY; a field that was named before is passed over."""
        keys: dict[str, Key] = {}
        for number, sort in enumerate(sorts):
            field = fields.find(self.subject, sort.field, self.asker)
            if number >= MOST_SORTS:
                raise QueryError(sort.field.position, _("Sort by at most %(most)d fields.") % {"most": MOST_SORTS}, length=sort.field.length)
            if not field.sort:
                raise QueryError(sort.field.position, _("Nobody can sort by %(field)s.") % {"field": field.name}, length=sort.field.length)
            is_down = field.sorts_down if sort.is_descending is None else sort.is_descending
            for key in field.sort:
                keys.setdefault(key.column, Key(key.column, key.is_descending != is_down, key.expression))
        return tuple(keys.values())


class _Match:
    """One comparison of one field."""

    def __init__(self, field: fields.Field, node: tree.Comparison, asker: Asker) -> None:
        self.field, self.node, self.asker, self.matcher = field, node, asker, field.matcher

    def under(self, operator: str) -> Q:
        """The condition of the operator, which may be the opposite of the written one."""
        if operator in DENIED:
            return ~self.under(DENIED[operator]) & self._present(operator)
        answers: dict[str, Callable[[], Q]] = {
            "=": self._any, "in": self._any, "~": self._like, "is": self._empty, "was": self._was, "was in": self._was,
        }  # fmt: skip
        return answers[operator]() if operator in answers else self._compared(operator)

    def _present(self, operator: str) -> Q:
        """What is denied must have a value; “is not” and “was not” say so themselves."""
        return Q() if operator.startswith(("is", "was")) else ~self.matcher.empty(self.asker)

    def _any(self) -> Q:
        values, has_empty = self._values()
        if not values:
            return self.matcher.empty(self.asker) if has_empty else fields.NONE
        condition = self.matcher.any_of(values, self.asker)
        return condition | self.matcher.empty(self.asker) if has_empty else condition

    def _was(self) -> Q:
        values, has_empty = self._values()
        condition = self.matcher.was_any_of(values, self.asker) if values else fields.NONE
        return condition | self.matcher.was_empty(self.asker) if has_empty else condition

    def _empty(self) -> Q:
        return self.matcher.empty(self.asker)

    def _like(self) -> Q:
        value = self._single()
        if isinstance(value, str) and not value.strip():
            where = self.node.operands[0]
            position = where.name.position if isinstance(where, tree.Call) else where.position
            raise QueryError(position, _("Write the words to look for."))
        return self.matcher.containing(value, self.asker)

    def _compared(self, operator: str) -> Q:
        return self.matcher.compared(operator, self._single(), self.asker)

    def _single(self) -> object:
        """The one value of <, > and ~."""
        operand = self.node.operands[0]
        where = operand.name if isinstance(operand, tree.Call) else operand
        if isinstance(operand, tree.Empty):
            raise QueryError(where.position, _("EMPTY goes with =, != and is."), length=where.length)
        values, _has_empty = self._values()
        if len(values) != 1 or isinstance(values[0], fields.Nothing):
            raise QueryError(where.position, _("One value is needed here."), length=where.length)
        return values[0]

    def _values(self) -> tuple[list[Any], bool]:
        """What the operands stand for, and whether EMPTY is among them."""
        texts = [operand for operand in self.node.operands if isinstance(operand, tree.Text)]
        found = list(self.matcher.read(self.field, texts, self.asker)) if texts else []
        for operand in self.node.operands:
            if isinstance(operand, tree.Call):
                found += functions.values_of(operand, self.matcher.kind, self.field.name, self.asker)
        has_empty = any(isinstance(operand, tree.Empty) for operand in self.node.operands)
        values = [value for value in found if not isinstance(value, fields.Nothing)]
        return values, has_empty or len(values) < len(found)
