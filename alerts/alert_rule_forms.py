"""HTML input of rules and maintenance."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from alerts import alert_rule_queries, correlation, permissions, widgets
from alerts.models import AlertRule, LookupTable, Maintenance
from common import errors
from services.models import Service
from tickets.models.registers import IMPACTS, PRIORITIES

ANY = [("", "–")]


def take(form: forms.Form, error: errors.Invalid) -> None:
    """Puts what an action found wrong at the field where it was written: does.delay.until at delay_until."""
    parts = [part for part in error.field.split(".") if part not in ("does", "times") and not part.isdigit()]
    names = ["_".join(parts), f"{parts[0]}_at" if parts else "", f"{parts[0]}_" if parts else "", parts[0] if parts else ""]
    form.add_error(next((name for name in names if name in form.fields), None), error.message)


def _whole(label: Any, help_text: Any = "", least: int = 1, most: int = 525_600) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, required=False, min_value=least, max_value=most)


def _text(label: Any, help_text: Any = "", rows: int = 0, most: int = 1_000) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=most, widget=forms.Textarea(attrs={"rows": rows}) if rows else None
    )


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def _level(label: Any, choices: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, help_text=help_text, choices=[*ANY, *choices], coerce=int, required=False, empty_value=None)


def _words(text: str) -> list[str]:
    return [word for part in text.split(",") if (word := part.strip())]


class RuleForm(forms.Form):
    """What every rule has; a subclass adds what follows."""

    conditions = widgets.ConditionsField(label=_("When an alert"))
    continues = forms.BooleanField(
        label=_("Ask the rules after it too"), required=False, help_text=_("Otherwise the first rule that fits is the last")
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Only on"), choices=[(n, WEEKDAYS_ABBR[n]) for n in range(7)], coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    from_at = _clock(_("Only from"))
    until_at = _clock(_("Only until"))
    zone = forms.CharField(label=_("Time zone"), max_length=60, help_text=_("Of the times on this page, such as Europe/Oslo"))
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Concerns"), required=False, empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("Empty: what the rule does"))

    OWN: tuple[str, ...] = ()
    STEPS = False

    def __init__(self, user: User, *args: Any, rule: AlertRule | None = None, proposal: AlertRule | None = None, **kwargs: Any) -> None:
        shown = rule or proposal
        kwargs["initial"] = {"zone": user.time_zone, **(self.initial_of(shown) if shown is not None else {})}
        super().__init__(*args, **kwargs)
        if rule is not None:
            del self.fields["team"]
        else:
            offer_teams(self, user)
        if not self.STEPS:
            del self.fields["continues"]
        self.order_fields(["conditions", *self.OWN, "continues"])

    @classmethod
    def initial_of(cls, rule: AlertRule) -> dict[str, Any]:
        """What the form shows of a rule."""
        held = rule.times
        wall = {"weekdays": held.get("weekdays", []), "from_at": held.get("from"), "until_at": held.get("until"), "zone": held.get("zone", "UTC")}
        return {"name": rule.name, "conditions": rule.conditions, "continues": rule.continues, **wall, **cls.shown(rule.does)}

    @classmethod
    def shown(cls, does: Mapping[str, Any]) -> dict[str, Any]:
        """What follows, as fields."""
        return dict(does)

    @property
    def does(self) -> dict[str, Any]:
        """What follows."""
        return {name: self.cleaned_data[name] for name in self.OWN}

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the rule."""
        given = self.cleaned_data
        wall = {name: f"{given[field]:%H:%M}" if given[field] else None for name, field in (("from", "from_at"), ("until", "until_at"))}
        columns: dict[str, Any] = {name: given[name] for name in ("name", "conditions") if name in given}
        return {
            **columns, "continues": given.get("continues", False), "does": self.does,
            "times": {"weekdays": given["weekdays"], **wall, "zone": given["zone"]},
        }  # fmt: skip


def offer_teams(form: Any, user: User) -> None:
    """Whose alerts something can concern: everybody's for admins, and of the teams that a person leads."""
    teams = alert_rule_queries.teams_for(user)
    form.fields["team"].queryset = teams
    if permissions.can_rule(user, None):
        form.fields["team"].empty_label = _("Everybody")
    else:
        form.fields["team"].required = True


class PolicyForm(RuleForm):
    """What an alert becomes."""

    message = _text(_("Message becomes"), _("{{service}}, {{message}}, {{details.KEY}} and other fields are filled in"))
    description = _text(_("Description becomes"), rows=2, most=15_000)
    priority = _level(_("Priority becomes"), PRIORITIES)
    tags_add = _text(_("Adds the tags"), _("With commas between them"))
    tags_remove = _text(_("Removes the tags"))
    details = _text(_("Sets details"), _("One in a line: key = text"), rows=2, most=15_000)
    responders = forms.ModelMultipleChoiceField(Team.objects.order_by("name"), label=_("Calls the teams"), required=False)
    entity = _text(_("Entity becomes"))
    source = _text(_("Source becomes"))
    suppress = forms.BooleanField(
        label=_("Keep it quiet"), required=False, help_text=_("It stays in the list and calls nobody, until somebody makes it loud")
    )
    OWN = ("message", "description", "priority", "tags_add", "tags_remove", "details", "responders", "entity", "source", "suppress")
    STEPS = True

    @classmethod
    def shown(cls, does: Mapping[str, Any]) -> dict[str, Any]:
        named = [one.get("name") for one in does.get("responders", ()) if one.get("type") == "team"]
        return {
            **does, "tags_add": ", ".join(does.get("tags_add", ())), "tags_remove": ", ".join(does.get("tags_remove", ())),
            "details": "\n".join(f"{key} = {text}" for key, text in does.get("details", {}).items()), "responders": Team.objects.filter(name__in=named),
        }  # fmt: skip

    def clean_details(self) -> dict[str, str]:
        """Lines of “key = text”."""
        found = {}
        for line in self.cleaned_data["details"].splitlines():
            key, sign, text = line.partition("=")
            if line.strip() and (not sign or not key.strip()):
                raise forms.ValidationError(_("Write each line as key = text."))
            if line.strip():
                found[key.strip()] = text.strip()
        return found

    @property
    def does(self) -> dict[str, Any]:
        given = super().does
        called = [{"type": "team", "name": team.name, "id": str(team.pk)} for team in given["responders"]]
        return {**given, "tags_add": _words(given["tags_add"]), "tags_remove": _words(given["tags_remove"]), "responders": called}


class NotificationForm(RuleForm):
    """Whom an alert calls, and when."""

    suppress = forms.BooleanField(label=_("Nobody is paged"), required=False, help_text=_("Until somebody makes it loud"))
    delay_minutes = _whole(_("Waits so many minutes"))
    delay_until = _clock(_("Or waits until"))
    delay_weekday = _level(_("on the next"), [(n, WEEKDAYS[n]) for n in range(7)])
    dedup_count = _whole(_("Pages from so many events on"), least=2, most=1_000_000)
    dedup_minutes = _whole(_("that come within so many minutes"), _("Empty: in all"))
    restart_minutes = _whole(_("Pages again every so many minutes"), _("While nobody has it"))
    restart_times = _whole(_("at most so many times"), most=20)
    close_after = _whole(_("Closes it after so many minutes"))
    OWN = (
        "suppress", "delay_minutes", "delay_until", "delay_weekday", "dedup_count", "dedup_minutes", "restart_minutes", "restart_times", "close_after",
    )  # fmt: skip
    STEPS = True
    PARTS = (
        ("delay", "minutes"),
        ("delay", "until"),
        ("delay", "weekday"),
        ("dedup", "count"),
        ("dedup", "minutes"),
        ("restart", "minutes"),
        ("restart", "times"),
    )

    @classmethod
    def shown(cls, does: Mapping[str, Any]) -> dict[str, Any]:
        zone = does.get("delay", {}).get("zone")
        return {**does, **{f"{whole}_{part}": does.get(whole, {}).get(part) for whole, part in cls.PARTS}, **({"zone": zone} if zone else {})}

    @property
    def does(self) -> dict[str, Any]:
        given = self.cleaned_data
        found: dict[str, Any] = {"suppress": given["suppress"], "close_after": given["close_after"]}
        for whole, part in self.PARTS:
            value = given[f"{whole}_{part}"]
            if value is not None:
                found.setdefault(whole, {})[part] = f"{value:%H:%M}" if part == "until" else value
        if "until" in found.get("delay", {}):
            found["delay"]["zone"] = given["zone"]
        return found


class IncidentForm(RuleForm):
    """The incident that an alert opens."""

    none = forms.BooleanField(label=_("Open no incident"), required=False, help_text=_("Whatever the integration says"))
    summary = _text(_("Summary"), _("Empty: the message of the alert. {{service}} and other fields are filled in"))
    description = _text(_("Description"), rows=2, most=15_000)
    priority = _level(_("As urgent as"), PRIORITIES, _("Empty: as the alert"))
    impact = _level(_("Impact"), IMPACTS, _("Empty: from the tier of the service"))
    service = forms.ModelChoiceField(
        Service.objects.order_by("name"), label=_("Service"), required=False, to_field_name="slug", empty_label=_("of the alert")
    )
    for_team = forms.ModelChoiceField(
        Team.objects.order_by("name"), label=_("Team"), required=False, to_field_name="slug", empty_label=_("of the service")
    )
    labels = _text(_("Labels"), _("With commas between them"))
    message = _text(_("First message to those concerned"), rows=2, most=15_000)
    OWN = ("none", "summary", "description", "priority", "impact", "service", "for_team", "labels", "message")

    @classmethod
    def shown(cls, does: Mapping[str, Any]) -> dict[str, Any]:
        return {**does, "for_team": does.get("team"), "labels": ", ".join(does.get("labels", ()))}

    @property
    def does(self) -> dict[str, Any]:
        given = dict(super().does)
        team, service = given.pop("for_team"), given.pop("service")
        return {
            **given,
            "open": not given["none"],
            "labels": _words(given["labels"]),
            "team": team.slug if team else "",
            "service": service.slug if service else "",
        }


class CorrelationForm(RuleForm):
    """What happens together, and what becomes of it."""

    expressions = widgets.ExpressionsField(
        label=_("What happens together"), help_text=_("Up to five queries as in the search of alerts, each with a short name for people")
    )
    needs = forms.ChoiceField(label=_("It is met by"), choices=[(correlation.ALL, _("all of them")), (correlation.ANY, _("any of them"))])
    minutes = forms.IntegerField(label=_("within so many minutes"), min_value=1, max_value=1_440, initial=10)
    fields_ = _text(_("With equal"), _("Such as service, entity, tag.env, details.cluster; empty: whatever they say"))
    outcome = forms.ChoiceField(
        label=_("Then"),
        help_text=_("What is proposed pages nobody; somebody opens the incident or dismisses it"),
        choices=[
            (correlation.CANDIDATE, _("Propose an incident")),
            (correlation.AUTOMATIC, _("Open one incident at once")),
        ],
    )
    title = _text(
        _("Title of the incident"), _("{{service}}, {{entity}}, {{details.KEY}}, {{count}} are filled in. Empty: the name of the rule"), most=250
    )
    OWN = ("expressions", "needs", "minutes", "fields_", "outcome", "title")

    def __init__(self, *args: Any, is_draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["conditions"]  # the expressions say which alerts
        if is_draft:  # that is tried before it is saved
            self.fields.pop("team", None)

    @classmethod
    def shown(cls, does: Mapping[str, Any]) -> dict[str, Any]:
        return {**does, "fields_": ", ".join(does.get("fields", ()))}

    @property
    def does(self) -> dict[str, Any]:
        given = dict(super().does)
        return {"fields": _words(given.pop("fields_")), **given}


class EnrichmentForm(RuleForm):
    """What is added to an alert before its policies."""

    facts = forms.BooleanField(label=_("Add owner, tier and runbook of the service"), required=False)
    field = _text(_("Read the field"), _("Such as message, entity or details.host"))
    pattern = _text(_("by the expression"), _("(?P<host>[a-z0-9-]+) becomes the detail “host”"), most=500)
    table = forms.ModelChoiceField(LookupTable.objects.order_by("name"), label=_("or look it up in the table"), required=False, empty_label="–")
    OWN = ("facts", "field", "pattern", "table")
    STEPS = True

    @property
    def does(self) -> dict[str, Any]:
        table = self.cleaned_data["table"]
        return {**super().does, "table": table.pk if table else None}


class ExpiryForm(RuleForm):
    """When a stale alert ends."""

    minutes = forms.IntegerField(label=_("Close it after so many minutes without an event"), min_value=5, max_value=525_600, initial=1440)
    OWN = ("minutes",)


FORMS: dict[str, type[RuleForm]] = {
    AlertRule.POLICY: PolicyForm, AlertRule.NOTIFICATION: NotificationForm, AlertRule.INCIDENT: IncidentForm, AlertRule.ENRICHMENT: EnrichmentForm,
    AlertRule.EXPIRY: ExpiryForm, AlertRule.CORRELATION: CorrelationForm,
}  # fmt: skip


def _instant(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))


class MaintenanceForm(forms.Form):
    """Planned work."""

    name = forms.CharField(label=_("What is done"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True}))
    services = forms.ModelMultipleChoiceField(
        Service.objects.order_by("name"), label=_("Services"), required=False, help_text=_("None chosen: all of them")
    )
    starts_at = _instant(_("From"))
    ends_at = _instant(_("Until"))
    often = forms.ChoiceField(
        label=_("Repeats"), required=False,
        choices=[("", _("Once")), ("FREQ=DAILY", _("Every day")), ("FREQ=WEEKLY", _("Every week")), ("FREQ=MONTHLY", _("Every month")), ("own", _("As written below"))],
    )  # fmt: skip
    recurrence = _text(_("Repeats by rule"), _("As calendars write it, such as FREQ=WEEKLY;BYDAY=SA,SU"), most=300)
    mode = forms.ChoiceField(label=_("Alerts are"), choices=Maintenance.MODES)
    conditions = widgets.ConditionsField(label=_("Only when an alert"))
    time_zone = forms.CharField(label=_("Time zone"), max_length=60, help_text=_("On whose wall it repeats"))
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Concerns"), required=False, empty_label=None)

    def __init__(self, user: User, *args: Any, window: Maintenance | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"time_zone": user.time_zone, "mode": Maintenance.QUIET} if window is None else _of_window(window)
        super().__init__(*args, **kwargs)
        if window is not None:
            del self.fields["team"]
        else:
            offer_teams(self, user)

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the window."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("services", "team", "often")}
        often = self.cleaned_data["often"]
        return {**given, "recurrence": given["recurrence"] if often == "own" else often}


def _of_window(window: Maintenance) -> dict[str, Any]:
    columns = ("name", "starts_at", "ends_at", "recurrence", "mode", "conditions", "time_zone")
    simple = ("", "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY")
    often = window.recurrence if window.recurrence in simple else "own"
    return {**{name: getattr(window, name) for name in columns}, "services": window.services.all(), "often": often}


class TableForm(forms.Form):
    """A lookup table as a CSV file or as text."""

    name = forms.CharField(label=_("Name"), max_length=120)
    file = forms.FileField(
        label=_("CSV file"), required=False, help_text=_("The first line names the columns; alerts are looked up by the first column"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )  # fmt: skip
    text = _text(_("Or its text"), _("Columns named service, priority and tags set these; others become details"), rows=6, most=2_000_000)

    @property
    def content(self) -> str:
        """What was given. Raises Invalid for a file that is no text."""
        given = self.cleaned_data.get("file")
        if given is None:
            return str(self.cleaned_data["text"])
        try:
            return str(given.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise errors.Invalid("file", str(_("This file is no text in UTF-8. Save it as CSV UTF-8."))) from error


class TryForm(forms.Form):
    """An alert to try rules with."""

    alert = forms.CharField(label=_("A recent alert"), max_length=24, required=False, widget=forms.TextInput(attrs={"placeholder": "ALR-88213"}))
    text = forms.CharField(
        label=_("Or what an alert says, as JSON"), max_length=60_000, required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "ek-mono", "placeholder": '{"message": "Disk full", "priority": "P2", "tags": ["db"]}'}),
    )  # fmt: skip
