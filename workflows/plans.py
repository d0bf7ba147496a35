"""A workflow as plain data, what is wrong with one, and what differs between two."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from workflows import queries, rules
from workflows.models import Status, Transition, Workflow

STATUS_FACTS = ("key", "name", "category", "tone", "is_paused", "is_initial")
MOVE_FACTS = ("verb", "name", "right", "required", "asked", "conditions", "validators", "effects", "triggers")


def as_plan(workflow: Workflow) -> dict[str, Any]:
    """The workflow as JSON: {"name", "statuses": [...], "moves": [... with "source" and "target" keys]}."""
    moves = queries.moves_of(workflow)
    return {
        "name": workflow.name,
        "statuses": [{fact: getattr(status, fact) for fact in STATUS_FACTS} for status in queries.statuses_with(workflow)],
        "moves": [{**{fact: getattr(move, fact) for fact in MOVE_FACTS}, "source": move.source.key, "target": move.target.key} for move in moves],
    }


def problems(workflow: Workflow) -> list[str]:
    """What would make tickets stick or start nowhere, each as a sentence; an empty list when it can be published."""
    statuses, moves = queries.statuses_with(workflow), queries.moves_of(workflow)
    return [*_of_statuses(statuses), *_of_moves(moves), *_of_ways(statuses, moves)]


def _of_statuses(statuses: Sequence[Status]) -> list[str]:
    found = []
    starts = [status for status in statuses if status.is_initial]
    if len(starts) != 1:
        found.append(_("Mark exactly one status as the one where new tickets start."))
    elif starts[0].category == Status.DONE:
        found.append(_("New tickets cannot start in “%(name)s”, which is done.") % {"name": starts[0].name})
    if not any(status.category == Status.DONE for status in statuses):
        found.append(_("Add a status of the category Done, so that work can end."))
    names = [status.name.casefold() for status in statuses]
    found += [_("Two statuses are called “%(name)s”.") % {"name": name} for name in sorted({name for name in names if names.count(name) > 1})]
    return found


def _of_moves(moves: Sequence[Transition]) -> list[str]:
    found = []
    for move in moves:
        for purpose, names in ((rules.CONDITION, move.conditions), (rules.VALIDATOR, move.validators), (rules.EFFECT, move.effects)):
            for name in names:
                if rules.get(purpose, name) is None:
                    found.append(_("“%(move)s” names the rule %(rule)s, which does not exist.") % {"move": move, "rule": name})
        if move.source_id == move.target_id:
            found.append(_("“%(move)s” leads nowhere: choose two different statuses.") % {"move": move})
    verbs = [(move.source_id, move.verb) for move in moves]
    found += [
        _("“%(source)s” has two moves with the verb %(verb)s.") % {"source": move.source, "verb": move.verb}
        for place, move in enumerate(moves)
        if verbs.index((move.source_id, move.verb)) < place
    ]
    return found


def _of_ways(statuses: Sequence[Status], moves: Sequence[Transition]) -> list[str]:
    """Every status must be reachable, and from every open one work must be able to end."""
    found = []
    reached = _closure({status.pk for status in statuses if status.is_initial}, [(move.source_id, move.target_id) for move in moves])
    ending = _closure({status.pk for status in statuses if status.category == Status.DONE}, [(move.target_id, move.source_id) for move in moves])
    for status in statuses:
        if status.pk not in reached:
            found.append(_("No way leads to “%(name)s”. Add a transition to it.") % {"name": status.name})
        if status.pk not in ending:
            found.append(_("No way leads from “%(name)s” to a done status. Add a transition.") % {"name": status.name})
    return found


def _closure(start: set[int], edges: list[tuple[int, int]]) -> set[int]:
    """All that can be reached along the edges."""
    reached, waiting = set(start), list(start)
    while waiting:
        here = waiting.pop()
        for source, target in edges:
            if source == here and target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What a draft changes, each as a sentence."""
    told = []
    for part, identity, label in (("statuses", ("key",), _("Status")), ("moves", ("source", "verb"), _("Transition"))):
        old = {tuple(one[name] for name in identity): one for one in before[part]}
        new = {tuple(one[name] for name in identity): one for one in after[part]}
        told += [_("%(label)s “%(name)s” goes") % {"label": label, "name": _named(old[key], part)} for key in old if key not in new]
        told += [_("%(label)s “%(name)s” is new") % {"label": label, "name": _named(new[key], part)} for key in new if key not in old]
        told += [
            _("%(label)s “%(name)s”: %(facts)s changed") % {"label": label, "name": _named(new[key], part), "facts": ", ".join(changed)}
            for key in old
            if key in new and (changed := sorted(fact for fact in new[key] if new[key][fact] != old[key].get(fact)))
        ]
    return told


def _named(one: dict[str, Any], part: str) -> str:
    return str(one["name"]) if part == "statuses" else f"{one['source']} → {one['target']}: {one['name']}"
