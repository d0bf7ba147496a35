"""HTML input of the desk."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from common import errors
from tickets import queries, relations
from tickets.models import Category, HoldReason, Queue, ResolutionCode, Task, Ticket
from tickets.models.queues import DEFAULT_COLUMNS
from tickets.models.registers import PRIORITIES, SUPPORT_LEVELS
from tickets.queues import COLUMNS

SORT_CHOICES = [
    ("work", _("Priority, then SLA")), ("sla", _("SLA, most urgent first")), ("-updated", _("Last changed first")), ("-key", _("Newest first")),
    ("key", _("Oldest first")), ("status", _("Status")),
]  # fmt: skip


def take_error(form: forms.Form, error: errors.Invalid) -> None:
    """Puts a domain error at its field, or above the form when it has no such field."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


class MoveForm(forms.Form):
    """What a move of the workflow requires: a resolution, a category, a reason."""

    resolution: Any = forms.ModelChoiceField(label=_("Resolution"), queryset=ResolutionCode.objects.all(), empty_label=_("Choose"))
    category: Any = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none(), empty_label=_("Choose"))
    hold_reason: Any = forms.ModelChoiceField(
        label=_("It waits for"), queryset=HoldReason.objects.filter(retired_at__isnull=True), empty_label=_("Choose")
    )
    follow_up_at = forms.DateTimeField(
        label=_("Follow up"), required=False, help_text=_("Then it comes back to work by itself"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, kind: str, required: Iterable[str], tickets: list[Ticket], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = set(required) | ({"reason", "follow_up_at"} if "hold_reason" in required else set())
        for name in [name for name in self.fields if name not in wanted]:
            del self.fields[name]
        if "category" in self.fields:
            categories: forms.ModelChoiceField[Category] = self.fields["category"]  # type: ignore[assignment]
            categories.queryset = queries.categories_in_use(kind)
            shared = {ticket.category_id for ticket in tickets}
            self.initial.setdefault("category", shared.pop() if len(shared) == 1 else None)
        if "hold_reason" in required:
            self.fields["reason"].label, self.fields["reason"].required = _("In words"), False
        first = next(iter(self.fields.values()), None)
        if first is not None:
            first.widget.attrs["autofocus"] = True


class EditForm(forms.Form):
    """The texts of a ticket. What each field showed comes along, so that only what was changed is saved."""

    summary = forms.CharField(label=_("Summary"), max_length=250, show_hidden_initial=True, widget=forms.TextInput(attrs={"autofocus": True}))
    description = forms.CharField(label=_("Description"), required=False, show_hidden_initial=True, widget=forms.Textarea(attrs={"rows": 6}))
    labels = forms.CharField(label=_("Labels"), required=False, show_hidden_initial=True, help_text=_("Separated by spaces or commas"))
    is_restricted = forms.BooleanField(
        label=_("Restricted"),
        required=False,
        show_hidden_initial=True,
        help_text=_("Seen by its team, assignee, reporter and incident managers only"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_labels(self) -> list[str]:
        """The words of the field."""
        text: str = self.cleaned_data["labels"]
        return text.replace(",", " ").split()

    def wanted(self) -> dict[str, Any]:
        """What the person changed of what he was shown."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "version"}


class LinkForm(forms.Form):
    """Another ticket and how it relates."""

    relation = forms.ChoiceField(label=_("This one"), choices=relations.CHOICES)
    target = forms.CharField(max_length=24, error_messages={"required": _("Choose a record from the list.")})


class MergeForm(forms.Form):
    """The ticket that takes this one."""

    target = forms.CharField(max_length=24, error_messages={"required": _("Choose a record from the list.")})


class EscalateForm(forms.Form):
    """What the next level of support needs."""

    to_team: Any = forms.ModelChoiceField(
        label=_("To team"), queryset=Team.objects.order_by("name"), empty_label=_("Choose"), widget=forms.Select(attrs={"autofocus": True})
    )
    level = forms.TypedChoiceField(label=_("Support level"), choices=SUPPORT_LEVELS, coerce=int)
    symptom = forms.CharField(label=_("Symptom"), help_text=_("What is seen, by whom, since when"), widget=forms.Textarea(attrs={"rows": 2}))
    tried = forms.CharField(label=_("Tried"), help_text=_("What was done and what came of it"), widget=forms.Textarea(attrs={"rows": 2}))
    evidence = forms.CharField(label=_("Evidence"), help_text=_("Messages, logs, steps to see it"), widget=forms.Textarea(attrs={"rows": 2}))


class TaskForm(forms.Form):
    """A step of the work on a ticket."""

    text = forms.CharField(label=_("What is to be done"), max_length=250, widget=forms.TextInput(attrs={"autofocus": True}))
    owner: Any = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody yet"))
    due_on = forms.DateField(label=_("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    after: Any = forms.ModelChoiceField(label=_("After"), queryset=Task.objects.none(), required=False, empty_label=_("Nothing, can start now"))
    is_mandatory = forms.BooleanField(label=_("Mandatory"), required=False, help_text=_("The ticket cannot be resolved while this is open"))

    def __init__(self, *args: Any, ticket: Ticket, task: Task | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        after: Any = self.fields["after"]
        owner.queryset = queries.assignable_people(ticket.kind)
        after.queryset = Task.objects.filter(ticket_id=ticket.pk).exclude(pk=task.pk if task else 0)


class OverrideForm(forms.Form):
    """A priority set by hand, and why."""

    priority = forms.ChoiceField(label=_("Priority"), choices=PRIORITIES)
    reason = forms.CharField(label=_("Why the computed one is wrong here"), max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ImpactForm(forms.Form):
    """What is known about an impact (PRI-03)."""

    users = forms.IntegerField(required=False, min_value=0, max_value=10_000_000)
    is_financial = forms.BooleanField(required=False)
    is_security = forms.BooleanField(required=False)
    is_compliance = forms.BooleanField(required=False)


class QueueForm(forms.Form):
    """A queue: its query, who sees it, and how it looks."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autofocus": True}))
    query = forms.CharField(
        label=_("Query"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3, "class": "ek-mono", "spellcheck": "false"}),
        help_text=_("For example: priority >= P2 AND assignee is EMPTY ORDER BY created"),
    )  # fmt: skip
    is_open_only = forms.BooleanField(label=_("Open tickets only"), required=False, initial=True)
    visibility = forms.ChoiceField(label=_("Seen by"), choices=Queue.VISIBILITIES)
    team: Any = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("No team"))
    sort = forms.ChoiceField(label=_("Sorted by"), choices=SORT_CHOICES, initial="work")
    view = forms.ChoiceField(label=_("View"), choices=Queue.VIEWS)
    columns = forms.MultipleChoiceField(
        label=_("Columns"), required=False, choices=[(column.name, column.label) for column in COLUMNS.values()], initial=DEFAULT_COLUMNS,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams: Any = self.fields["team"]
        teams.queryset = Team.objects.all() if user.has_right("settings.manage") else Team.objects.filter(pk__in=user.team_ids)
