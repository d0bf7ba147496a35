"""The registry of functions, and those that need no table: currentUser(), now() and the edges of days, weeks, months and years."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.query import moments, tree
from common.query.asking import Asker
from common.query.errors import QueryError, did_you_mean, nearest

Resolver = Callable[[Asker, tree.Call], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Function:
    """A function that stands for values. kind: the kind of value, which a field must share. least, most: how many arguments.

    usage: how it is written, shown in messages and in the completion.
    """

    name: str
    kind: str
    resolve: Resolver
    usage: str
    label: Any = ""
    least: int = 0
    most: int = 0


_functions: dict[str, Function] = {}


def register(function: Function) -> None:
    """Adds a function; the same name again replaces it."""
    _functions[function.name.lower()] = function


def of_kind(kind: str) -> list[Function]:
    """The functions whose values a field of this kind understands."""
    return [function for function in _functions.values() if function.kind == kind]


def values_of(call: tree.Call, kind: str, field_name: str, asker: Asker) -> list[Any]:
    """The values of a call. Raises QueryError for an unknown function, one that does not fit the field, or wrong arguments."""
    name = call.name
    function = _functions.get(name.text.lower())
    if function is None:
        alike = [_functions[found.lower()].name + "()" for found in nearest(name.text, [one.name for one in _functions.values()])]
        message = _("Function '%(name)s' does not exist.") % {"name": name.text[:60]} + did_you_mean(alike)
        raise QueryError(name.position, message, alike, length=name.length)
    if function.kind != kind:
        fitting = [one.usage for one in of_kind(kind)]
        message = _("%(name)s() gives nothing that %(field)s can be compared with.") % {"name": function.name, "field": field_name}
        raise QueryError(name.position, message + did_you_mean(fitting[:3]), fitting[:3], length=name.length)
    if not function.least <= len(call.arguments) <= function.most:
        raise QueryError(name.position, _("Write it as %(usage)s.") % {"usage": function.usage}, [function.usage], length=name.length)
    return list(function.resolve(asker, call))


def _offset(call: tree.Call) -> str:
    return call.arguments[0].text if call.arguments else ""


def _moment(call: tree.Call, find: Callable[[], datetime]) -> list[moments.Moment]:
    try:
        return [moments.instant(find())]
    except (ValueError, OverflowError):
        argument = call.arguments[0]
        raise QueryError(
            argument.position, _('Write a distance such as "-1d", "2w" or "4h 30m", within the calendar.'), ['"-1d"'], length=argument.length
        ) from None


def _now(asker: Asker, call: tree.Call) -> list[moments.Moment]:
    return _moment(call, lambda: moments.shifted(asker.at, _offset(call), asker.zone) if call.arguments else asker.at)


def _edge(unit: str, *, is_end: bool) -> Resolver:
    return lambda asker, call: _moment(call, lambda: moments.edge(unit, asker.at, asker.zone, _offset(call), is_end=is_end))


register(Function("currentUser", "person", lambda asker, _call: [asker.user.pk], "currentUser()", gettext_lazy("yourself")))
register(Function("now", "instant", _now, "now()", gettext_lazy('this moment, or moved: now("-1d")'), most=1))
for _unit in moments.UNITS:
    register(Function(f"startOf{_unit.title()}", "instant", _edge(_unit, is_end=False), f"startOf{_unit.title()}()", most=1))
    register(Function(f"endOf{_unit.title()}", "instant", _edge(_unit, is_end=True), f"endOf{_unit.title()}()", most=1))
