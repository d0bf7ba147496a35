"""The screens of a kind of ticket as one person has them: which fields, in which order, required or read-only (FRM-02).

The defaults are what the product ships; rows of ScreenField and the custom fields of the kind change them. The actions ask here, so that a rule
holds over REST as it does in a form.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common import errors
from fields import queries as fields
from fields.models import PREFIX, Definition
from fields.values import EMPTY
from tickets.models import ScreenField

CREATE, EDIT, VIEW = ScreenField.CREATE, ScreenField.EDIT, ScreenField.VIEW

LABELS: dict[str, Any] = {
    "summary": gettext_lazy("Summary"), "description": gettext_lazy("Description"), "reporter": gettext_lazy("Reporter"),
    "channel": gettext_lazy("Channel"), "reported_at": gettext_lazy("Reported at"), "service": gettext_lazy("Service"),
    "category": gettext_lazy("Category"), "urgency": gettext_lazy("Urgency"), "impact": gettext_lazy("Impact"),
    "priority": gettext_lazy("Priority"), "other_services": gettext_lazy("Also affected"), "resolution": gettext_lazy("Resolution"),
    "labels": gettext_lazy("Labels"), "is_restricted": gettext_lazy("Restricted"), "team": gettext_lazy("Team"), "assignee": gettext_lazy("Assignee"),
}  # fmt: skip
ON_FORMS = ("summary", "description", "reporter", "service", "category", "urgency", "impact", "labels", "is_restricted")
OFFERED: dict[str, tuple[str, ...]] = {
    CREATE: (*ON_FORMS, "channel", "reported_at"),
    EDIT: (*ON_FORMS, "team", "assignee"),
    VIEW: ("impact", "urgency", "priority", "service", "other_services", "category", "resolution", "labels", "channel"),
}
SHIPPED: dict[str, tuple[str, ...]] = {
    CREATE: ("summary", "description", "reporter", "channel", "reported_at", "service", "category", "urgency", "impact"),
    EDIT: ("summary", "description", "labels", "is_restricted"),
    VIEW: OFFERED[VIEW],
}
ALWAYS = ("summary",)
TRIAGE = ("category", "impact", "labels", "is_restricted")
STEP, CUSTOM_FROM = 10, 1_000
MODES = {
    CREATE: (ScreenField.SHOWN, ScreenField.REQUIRED, ScreenField.READ_ONLY, ScreenField.HIDDEN),
    EDIT: (ScreenField.SHOWN, ScreenField.REQUIRED, ScreenField.READ_ONLY, ScreenField.HIDDEN),
    VIEW: (ScreenField.SHOWN, ScreenField.HIDDEN),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A field on a screen. definition: of a custom field."""

    name: str
    label: Any
    mode: str
    position: int
    definition: Definition | None = None

    @property
    def is_shown(self) -> bool:
        """It stands on the screen."""
        return self.mode != ScreenField.HIDDEN

    @property
    def is_required(self) -> bool:
        """It must be filled in."""
        return self.mode == ScreenField.REQUIRED

    @property
    def is_read_only(self) -> bool:
        """This person cannot change it."""
        return self.mode == ScreenField.READ_ONLY


@dataclass(slots=True)
class Screen:
    """The fields of one screen by name, in order; those that do not stand on it are among them."""

    places: dict[str, Place]

    @property
    def shown(self) -> list[Place]:
        """What stands on the screen."""
        return [place for place in self.places.values() if place.is_shown]

    @property
    def required_keys(self) -> set[str]:
        """The keys of the custom fields that must be filled in."""
        return {place.definition.key for place in self.places.values() if place.definition and place.is_required}

    def is_read_only(self, name: str) -> bool:
        """Whether this person cannot change a field here."""
        return name in self.places and self.places[name].is_read_only

    def require_editable(self, names: Iterable[str]) -> None:
        """Raises Invalid for the first of these fields that is read-only."""
        for name in names:
            if self.is_read_only(name):
                raise errors.Invalid(name, _("%(label)s is read-only for you here. Leave it as it is.") % {"label": self.places[name].label})

    def require_filled(self, values: Mapping[str, Any], *, but: Container[str] = ()) -> None:
        """Raises Invalid for the first of these columns that must be filled in and is not. but: names that are not asked for."""
        for name, value in values.items():
            place = self.places.get(name)
            if place is not None and place.is_required and name not in but and (value in EMPTY or (isinstance(value, str) and not value.strip())):
                raise errors.Invalid(name, _("%(label)s is required.") % {"label": place.label})


@dataclass(slots=True)
class Screens:
    """The screens of a kind of ticket for one person; the system has the rules of everybody. Costs two queries, one more when roles are named."""

    kind: str
    user: User | None
    definitions: list[Definition] = field(init=False)
    rows: dict[tuple[str, str], ScreenField] = field(init=False)
    roles: frozenset[int] | None = None

    def __post_init__(self) -> None:
        self.definitions = fields.all_of(self.kind)
        found = ScreenField.objects.filter(kind=self.kind).prefetch_related("read_only_for")
        self.rows = {(row.screen, row.field): row for row in found}

    def on(self, screen: str) -> Screen:
        """One screen. Fields that are retired stand on none but that which shows a record."""
        places = [self._place(screen, name, number * STEP) for number, name in enumerate(self._names(screen), start=1)]
        for number, definition in enumerate(self.definitions):
            if definition.retired_at is None or screen == VIEW:
                places.append(self._place(screen, definition.name, CUSTOM_FROM + number, definition))
        return Screen({place.name: place for place in sorted(places, key=lambda place: place.position)})

    def _names(self, screen: str) -> list[str]:
        shipped = SHIPPED[screen]
        return [*shipped, *(name for name in OFFERED[screen] if name not in shipped)]

    def _place(self, screen: str, name: str, position: int, definition: Definition | None = None) -> Place:
        row = self.rows.get((screen, name))
        if definition is not None:
            label, mode = definition.label, ScreenField.REQUIRED if definition.is_required and screen != VIEW else ScreenField.SHOWN
        else:
            label, mode = LABELS[name], ScreenField.SHOWN if name in SHIPPED[screen] else ScreenField.HIDDEN
        if row is not None:
            mode = row.mode
            position = position if row.position is None else row.position
            if self._is_denied(row):
                mode = ScreenField.READ_ONLY
        return Place(name, label, mode, position, definition)

    def _is_denied(self, row: ScreenField) -> bool:
        roles = {role.pk for role in row.read_only_for.all()}
        if not roles or self.user is None:
            return False
        if self.roles is None:
            self.roles = frozenset(self.user.roles.values_list("pk", flat=True))
        return bool(roles & self.roles)


def problem(kind: str, screen: str, name: str, mode: str) -> tuple[str, str] | None:
    """What is wrong with a row for a screen, as the input and a sentence; None when nothing is."""
    if name.startswith(PREFIX):
        if name not in dict(name_choices(kind)):
            return "field", _("This kind of ticket has no such custom field.")
    elif screen in OFFERED and name not in OFFERED[screen]:
        return "field", _("This screen cannot have that field. It can have: %(known)s.") % {"known": ", ".join(OFFERED[screen])}
    if screen in MODES and mode not in MODES[screen]:
        return "mode", _("On the view screen a field is shown or not; what is read-only is said on the edit screen.")
    if name in ALWAYS and screen == CREATE and mode != ScreenField.SHOWN:
        return "mode", _("A ticket cannot be made without its summary.")
    if name == "is_restricted" and mode == ScreenField.REQUIRED:
        return "mode", _("A tick cannot be required.")
    return None


def custom_names(keys: Iterable[str]) -> list[str]:
    """What screens call custom fields."""
    return [f"{PREFIX}{key}" for key in keys]


def name_choices(kind: str) -> list[tuple[str, Any]]:
    """Every field that a screen of the kind may have, with its label."""
    offered = {name for names in OFFERED.values() for name in names}
    return [*((name, label) for name, label in LABELS.items() if name in offered), *((row.name, row.label) for row in fields.fields_of(kind))]
