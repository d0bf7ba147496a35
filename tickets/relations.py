"""How two records can be related: one row in the database, a name for each direction it is read in (INC-20)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation. `name` is stored and reads from the source ("causes"); `inverse` reads from the target ("caused_by").

    may_loop: whether records may lead back to where they began; a parent that is its own grandchild helps nobody.
    """

    name: str
    label: Any
    inverse: str
    inverse_label: Any
    may_loop: bool = False

    @property
    def is_symmetric(self) -> bool:
        """Both directions read the same."""
        return self.name == self.inverse


ALL = [
    Relation("relates", _("relates to"), "relates", _("relates to"), may_loop=True),
    Relation("blocks", _("blocks"), "blocked_by", _("is blocked by")),
    Relation("causes", _("causes"), "caused_by", _("is caused by")),
    Relation("duplicates", _("duplicates"), "duplicated_by", _("is duplicated by")),
    Relation("parent", _("is parent of"), "child", _("is child of")),
    Relation("fixed_by", _("is fixed by"), "fixes", _("fixes")),
    Relation("occurred_in", _("occurred in"), "saw", _("is where it occurred:")),
]
BY_NAME = {relation.name: relation for relation in ALL}
READINGS: dict[str, tuple[Relation, bool]] = {
    **{relation.inverse: (relation, True) for relation in ALL},
    **{relation.name: (relation, False) for relation in ALL},
}
CHOICES: list[Any] = [
    choice
    for relation in ALL
    for choice in [(relation.name, relation.label), *([] if relation.is_symmetric else [(relation.inverse, relation.inverse_label)])]
]


def reading(name: str, *, is_source: bool) -> str:
    """The name of a stored relation as one end reads it."""
    return BY_NAME[name].name if is_source else BY_NAME[name].inverse


def label(name: str) -> Any:
    """A reading in words."""
    relation, is_inverse = READINGS[name]
    return relation.inverse_label if is_inverse else relation.label
