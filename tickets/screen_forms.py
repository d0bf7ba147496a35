"""Forms that stand as the screens of a kind of ticket say: its own fields and the custom ones, in order, required or read-only (FRM-02, FRM-04)."""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from fields import forms as custom
from fields.models import PREFIX
from services.models import Service
from tickets import queries, screens
from tickets.models import Category, Ticket
from tickets.models.registers import IMPACTS, URGENCIES


class TicketForm(forms.Form):
    """The fields of a ticket that people fill in. A form of a screen inherits this, and keeps those that stand on the screen."""

    summary = forms.CharField(label=gettext_lazy("Summary"), max_length=250)
    description = forms.CharField(label=gettext_lazy("Description"), required=False, max_length=50_000, widget=forms.Textarea(attrs={"rows": 5}))
    reporter: Any = forms.ModelChoiceField(
        label=gettext_lazy("Reporter"),
        queryset=User.objects.filter(is_active=True).order_by("name"),
        required=False,
        empty_label=gettext_lazy("Nobody"),
    )
    service: Any = forms.ModelChoiceField(
        label=gettext_lazy("Service"), queryset=Service.objects.select_related("tier", "owner_team").order_by("name"), required=False,
        empty_label=gettext_lazy("Not known yet"),
    )  # fmt: skip
    category: Any = forms.ModelChoiceField(
        label=gettext_lazy("Category"), queryset=Category.objects.none(), required=False, empty_label=gettext_lazy("Not known yet")
    )
    urgency = forms.TypedChoiceField(label=gettext_lazy("Urgency"), choices=URGENCIES, coerce=int)
    impact = forms.TypedChoiceField(
        label=gettext_lazy("Impact"), choices=[("", gettext_lazy("From the service's tier")), *IMPACTS], coerce=int, empty_value=None, required=False
    )
    labels = forms.CharField(label=gettext_lazy("Labels"), required=False, help_text=gettext_lazy("Separated by spaces or commas"))
    is_restricted = forms.BooleanField(
        label=gettext_lazy("Restricted"), required=False, help_text=gettext_lazy("Seen by its team, assignee, reporter and incident managers only")
    )

    kept: tuple[str, ...] = ()

    def arrange(self, kind: str, places: Iterable[screens.Place], ticket: Ticket | None = None, *, is_new: bool = False) -> None:
        """Keeps the fields of these places, in their order, with the custom ones among them.

        ticket: whose values are shown at first. is_new: the defaults are shown.
        """
        shown = {place.name: place for place in places}
        definitions = [place.definition for place in shown.values() if place.definition]
        current = ticket.custom if ticket is not None else None if is_new else {}
        for name in [name for name in self.fields if name not in shown and name not in self.kept]:
            del self.fields[name]
        self.fields |= custom.form_fields(definitions, current or {})
        self.initial = {**(values_of(ticket) if ticket is not None else {}), **custom.initial(definitions, current), **self.initial}
        for name, place in shown.items():
            if name in self.fields and name not in screens.ALWAYS:
                field = self.fields[name]
                field.required = place.is_required or (field.required and place.definition is None)
                field.disabled = place.is_read_only
        if "category" in self.fields:
            self.fields["category"].queryset = queries.categories_in_use(kind)  # type: ignore[attr-defined]  # the stub says Field
        self.order_fields([*shown])
        first = next((field for field in self.fields.values() if not field.disabled and not field.widget.is_hidden), None)
        if first is not None:
            first.widget.attrs["autofocus"] = True

    def clean_labels(self) -> list[str]:
        """The words of the field."""
        text: str = self.cleaned_data["labels"]
        return text.replace(",", " ").split()

    def clean(self) -> dict[str, Any]:
        """Refuses custom fields that the screen does not have."""
        cleaned = super().clean() or self.cleaned_data
        for name in custom.forged(self):
            self.add_error(None, _("There is no field “%(name)s” here.") % {"name": name.removeprefix(PREFIX)[:40]})
        return cleaned

    def wanted(self, *, only_changed: bool = True, but: Container[str] = ()) -> dict[str, Any]:
        """What the action takes: fields that may be changed, custom ones by key under "custom"; only_changed leaves out what shows as it was.

        but: further names to leave out.
        """
        left_out = {name for name, field in self.fields.items() if field.disabled or name in but or (only_changed and name not in self.changed_data)}
        values = {name: value for name, value in self.cleaned_data.items() if name not in left_out and name not in self.kept}
        return {
            **{name: value for name, value in values.items() if not name.startswith(PREFIX)}, "custom": custom.given(values),
        }  # fmt: skip

    def remember_shown(self) -> None:
        """What each field shows comes along, so that only what the person changed is saved."""
        for name, field in self.fields.items():
            field.show_hidden_initial = name not in self.kept

    @property
    def controls(self) -> dict[str, forms.BoundField]:
        """The fields in which a person may go on writing while he compares."""
        return {name: self[name] for name in self.fields if name in ("summary", "description", "labels") or name.startswith(PREFIX)}

    @property
    def wide(self) -> set[str]:
        """The fields that take the whole width."""
        areas = (forms.Textarea, forms.CheckboxSelectMultiple)
        return {"summary", *(name for name, field in self.fields.items() if isinstance(field.widget, areas))}


def values_of(ticket: Ticket) -> Mapping[str, Any]:
    """What the fields of a ticket show at first."""
    return {
        "summary": ticket.summary, "description": ticket.description, "labels": " ".join(ticket.labels), "is_restricted": ticket.is_restricted,
        "service": ticket.service_id, "category": ticket.category_id, "reporter": ticket.reporter_id, "urgency": ticket.urgency,
        "impact": ticket.impact if ticket.is_impact_given else None,
    }  # fmt: skip


class EditForm(TicketForm):
    """What the edit screen of a ticket holds."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kept = ("version",)

    def __init__(self, *args: Any, user: User, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"version": ticket.version}})
        self.arrange(ticket.kind, screens.Screens(ticket.kind, user).on(screens.EDIT).shown, ticket)
        self.remember_shown()


class OneFieldForm(TicketForm):
    """One custom field of a ticket, changed on its page."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kept = ("version",)

    def __init__(self, *args: Any, place: screens.Place, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"version": ticket.version}})
        self.arrange(ticket.kind, [place], ticket)
        self.remember_shown()
