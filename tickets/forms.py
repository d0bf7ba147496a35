"""HTML input of the desk."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Team, User
from common import errors
from fields import queries as fields
from tickets import permissions, queries, relations, screens
from tickets.models import HoldReason, Queue, ResolutionCode, ScreenField, Task, Ticket
from tickets.models.queues import DEFAULT_COLUMNS
from tickets.models.registers import PRIORITIES, SUPPORT_LEVELS
from tickets.queues import all_columns
from tickets.screen_forms import TicketForm
from workflows.models import Transition

SORT_CHOICES = [
    ("work", _("Priority, then SLA")), ("sla", _("SLA, most urgent first")), ("-updated", _("Last changed first")), ("-key", _("Newest first")),
    ("key", _("Oldest first")), ("status", _("Status")), ("-status", _("Status, backwards")), ("-priority", _("Priority, lowest first")),
    ("-sla", _("SLA, least urgent first")), ("updated", _("Longest unchanged first")),
]  # fmt: skip


def take_error(form: forms.Form, error: errors.Invalid) -> None:
    """Puts a domain error at its field, or above the form when it has no such field."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


class PageForm(forms.Form):
    """Whom to call by hand: a team, people, or both."""

    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.order_by("name"), required=False, empty_label=_("No team"),
        help_text=_("Whoever is on call for it, by its routing rules or its first policy"),
    )  # fmt: skip
    people = forms.ModelMultipleChoiceField(
        label=_("People"), queryset=User.objects.filter(is_active=True, roles__rights__right="desk.access").distinct().order_by("name"), required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}), help_text=_("They are paged now and answer whether they come"),
    )  # fmt: skip
    message = forms.CharField(label=_("Message"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("team") and not values.get("people") and not self.errors:
            self.add_error("team", _("Choose a team, or people."))
        return values


class MoveForm(TicketForm):
    """The screen of a move of the workflow: what it requires and what it asks for besides."""

    resolution: Any = forms.ModelChoiceField(label=_("Resolution"), queryset=ResolutionCode.objects.all(), empty_label=_("Choose"))
    hold_reason: Any = forms.ModelChoiceField(
        label=_("It waits for"), queryset=HoldReason.objects.filter(retired_at__isnull=True), empty_label=_("Choose")
    )
    follow_up_at = forms.DateTimeField(
        label=_("Follow up"), required=False, help_text=_("Then it comes back to work by itself"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=200)
    message = forms.CharField(
        label=_("Message to the reporter"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Public: it stands on the record and in the mail. Markdown works"),
    )  # fmt: skip

    OWN = ("resolution", "hold_reason", "reason", "follow_up_at", "message")

    def __init__(self, *args: Any, kind: str, move: Transition | None, tickets: list[Ticket], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = queries.asked_by(move, tickets, user) if move else []
        if "hold_reason" in wanted:
            wanted = [*(name for name in wanted if name != "reason"), "reason", "follow_up_at"]
        self.kept = tuple(name for name in self.OWN if name in wanted)
        known = screens.Screens(kind, user).on(screens.EDIT).places
        required = set(move.required) if move else set()
        places = [self._place(known[name], name in required) for name in wanted if name in known and name not in ("team", "assignee")]
        self.arrange(kind, places, tickets[0] if len(tickets) == 1 else None)
        if "category" in self.fields and len(tickets) > 1:
            self._ask_category(tickets)
        if "hold_reason" in wanted:
            self.fields["reason"].label, self.fields["reason"].required = _("In words"), False
        self.order_fields(wanted)

    def _place(self, place: screens.Place, is_required: bool) -> screens.Place:
        """As the move asks for it; what a person cannot change elsewhere he cannot change here."""
        return place if place.is_read_only else replace(place, mode=ScreenField.REQUIRED if is_required else ScreenField.SHOWN)

    def _ask_category(self, tickets: list[Ticket]) -> None:
        """Of many tickets only those are asked for a category that have none."""
        missing = sum(1 for ticket in tickets if ticket.category_id is None)
        if not missing:
            del self.fields["category"]
        elif missing < len(tickets):
            self.fields["category"].help_text = ngettext(
                "For the one that has none; the others keep theirs.", "For the {n} that have none; the others keep theirs.", missing
            ).format(n=missing)

    def moved(self) -> dict[str, Any]:
        """What the move takes."""
        values = {name: self.cleaned_data[name] for name in self.kept} | self.wanted()
        return {name: value for name, value in values.items() if name != "custom" or value}


class CommentForm(forms.Form):
    """The words of a comment; seen: its last edit when the form was made."""

    body = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 8, "autofocus": True}))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


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
        owner.queryset = queries.assignable_people(ticket.kind, permissions.teams_of(ticket))
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
    team: Any = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("No team"), help_text=_("Required when a team sees the queue"),
        error_messages={"required": _("Choose the team that sees it.")},
    )  # fmt: skip
    sort = forms.ChoiceField(label=_("Sorted by"), choices=SORT_CHOICES, initial="work")
    view = forms.ChoiceField(label=_("View"), choices=Queue.VIEWS)
    columns = forms.MultipleChoiceField(
        label=_("Columns"), required=False, initial=DEFAULT_COLUMNS, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns: Any = self.fields["columns"]
        columns.choices = [(column.name, column.label) for column in all_columns(fields.in_use()).values()]
        teams: Any = self.fields["team"]
        teams.required = self["visibility"].value() == Queue.TEAM
        teams.queryset = Team.objects.all() if user.has_right("settings.manage") else Team.objects.filter(pk__in=user.team_ids)
