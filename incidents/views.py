"""The screens of incidents."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import desk
from accounts.models import User
from common import clock, errors, htmx, links, panels
from incidents import actions, forms, moments, queries
from incidents.models import Incident
from tickets import details, permissions, records, saved, timeline_marks
from tickets import forms as ticket_forms
from tickets import queries as tickets
from tickets.models import Ticket
from tickets.views import menus, queue, record, tasks

FILTERS = ["all", "notes", "replies", "system"]
PARTS = {
    "meta": "incidents/_meta.html", "fields": "incidents/_fields.html", "timeline": "tickets/_timeline.html",
    "description": "incidents/_description.html", "composer": "tickets/_composer.html",
}  # fmt: skip
SECTIONS = {
    "activity": "incidents/_activity.html",
    "service": "incidents/_service.html",
    "files": "incidents/_files.html",
    "tasks": "tickets/_tasks.html",
}
FRESH = timedelta(days=1)  # so long the head of a record also says how long ago it was reported
NEXT_VERBS = ["start", "resolve", "close"]


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """All incidents, the newest first unless asked otherwise; done ones too."""
    at = clock.now()
    rows = tickets.tickets_for(desk.user_of(request)).filter(kind="incident")
    return queue.ticket_list(request, saved.queue_for(desk.user_of(request), "open"), rows, at, title=_("Incidents"), default_sort="-key")


@require_http_methods(["GET", "POST"])
@desk.required
def create(request: HttpRequest) -> HttpResponseBase:
    """The form of an agent who takes a call."""
    user = desk.user_of(request)
    permissions.can_log(user, "incident").require()
    initial = {"service": request.GET.get("service"), "summary": request.GET.get("summary", "")[:250]}
    form = forms.IncidentForm(request.POST if request.method == "POST" else None, initial=_known(initial), user=user)
    if request.method == "POST" and form.is_valid():
        values = form.wanted(only_changed=False)
        values["reporter"] = values.get("reporter") or user
        try:
            incident = actions.create(actor=user, **values)
        except errors.Invalid as error:
            ticket_forms.take_error(form, error)
        except errors.Refused as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("{key} created").format(key=incident.key))
            return redirect(incident.get_absolute_url())
    context = {"form": form, "wide": form.wide, "back_url": reverse("tickets:queue", args=["open"])}
    return render(request, "incidents/form.html", context, status=422 if form.errors else 200)


def _known(initial: dict[str, Any]) -> dict[str, Any]:
    """A service named in the address by its short name."""
    slug = initial.pop("service")
    field: Any = forms.IncidentForm.base_fields["service"]
    return {**initial, "service": field.queryset.filter(slug=slug).first() if slug else None}


@require_http_methods(["GET", "POST"])
@desk.required
def retime(request: HttpRequest, key: str) -> HttpResponseBase:
    """The instants of an incident, in a dialog."""
    user = desk.user_of(request)
    incident = queries.incident_for(user, key)
    permissions.can_edit(user, incident).require()
    initial = {name: _to_the_second(getattr(incident, name)) for name in moments.NAMES} | {"version": incident.version}
    form = forms.RetimeForm(request.POST if request.method == "POST" else None, initial=initial, is_resolved=incident.resolved_at is not None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.retime(incident, actor=user, expected_version=form.cleaned_data["version"], **form.wanted())
            return htmx.done(_("Times of {key} saved").format(key=incident.key))
        except errors.Invalid as error:
            ticket_forms.take_error(form, error)
        except errors.Conflict as error:
            form.add_error(None, error.message)
            form.data = {**request.POST.dict(), "version": str(incident.version)}
    url = reverse("incidents:retime", args=[incident.key])
    return htmx.dialog(request, form, url=url, title=_("Times of {key}").format(key=incident.key), action=_("Save"))


@require_http_methods(["GET", "POST"])
@desk.required
def split(request: HttpRequest, key: str, comment: int) -> HttpResponseBase:
    """A comment becomes an incident of its own, in a dialog that asks for its summary."""
    user = desk.user_of(request)
    incident = queries.incident_for(user, key)
    permissions.can_edit(user, incident).require()
    row = tickets.comments_for(user, incident).filter(pk=comment, ticket=incident.pk).first()
    if row is None:
        raise Http404
    form = forms.SplitForm(request.POST if request.method == "POST" else None, initial={"summary": " ".join(row.body.split())[:120]})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.split(incident, actor=user, comment=row, summary=form.cleaned_data["summary"])
            return htmx.done(_("{key} split off").format(key=made.key))
        except errors.Invalid as error:
            ticket_forms.take_error(form, error)
    url = reverse("incidents:split", args=[incident.key, row.pk])
    return htmx.dialog(request, form, url=url, title=_("New incident from a comment"), action=_("Split off"))


def _to_the_second(instant: datetime | None) -> datetime | None:
    return instant.replace(microsecond=0) if instant else None


@require_safe
@desk.required
def detail(request: HttpRequest, key: str) -> HttpResponseBase:
    """The record: what is going on, what happened, what it is about. `?part=` answers one piece, `?tab=` chooses the section."""
    user, at = desk.user_of(request), clock.now()
    incident = queries.incident_for(user, key)
    part = request.GET.get("part", "")
    section = request.GET.get("tab") if request.GET.get("tab") in SECTIONS else "activity"
    context = {
        **_context(incident, user),
        **_section(request, incident, user, str(section)),
        "now": at,
        "is_fresh": at - incident.reported_at < FRESH,
    }
    if part in PARTS:
        return htmx.page(request, PARTS[part], PARTS[part], context)
    context |= _around(incident, user, str(section))
    return htmx.page(request, "incidents/detail.html", SECTIONS[str(section)], context)


def _context(incident: Incident, user: User) -> dict[str, Any]:
    """What the head and the fields show."""
    can = _can(incident, user)
    key = f"key={incident.key}"
    fields = [name for name in ("impact", "urgency", "priority", "service", "category") if can["edit"]]
    fields += [name for name in ("team", "assignee") if can["assign"]]
    menu_urls = {name: f"{links.to('tickets:bulk', name)}?{key}" for name in fields}
    lines, menus_of, read_only = details.details(incident, user, menu_urls, can_edit=can["edit"])
    can |= {name: can["edit"] and not read_only(column) for name, column in (("services", "service"), ("labels", "labels"))}
    offered = tickets.offered_transitions(user, incident)
    moves = [_move(move, key, incident, user) for move in offered]
    services = records.services_of(incident)
    watchers = list(incident.watchers.order_by("name"))
    return {
        "incident": incident,
        "ticket": incident,
        "can": can,
        "clocks": tickets.clocks_of(incident),
        "sla_url": links.to("tickets:sla", incident.key),
        "moves": moves,
        "primary_move": next((move for verb in NEXT_VERBS for move in moves if move["verb"] == verb), None),
        "take_url": links.to("tickets:take", incident.key),
        "edit": menus_of,
        "details": lines,
        "edit_url": links.to("tickets:edit", incident.key),
        "why_url": links.to("tickets:why", incident.key),
        "here_url": links.to("tickets:here", incident.key),
        "watch_url": links.to("tickets:watch", incident.key),
        "is_watching": user in watchers,
        "watcher_count": len(watchers),
        "watchers": watchers,
        "services": services,
        "instants": [(Incident._meta.get_field(name).verbose_name, getattr(incident, name)) for name in moments.NAMES],  # type: ignore[union-attr]
        "labels_url": links.to("tickets:labels", incident.key),
        "merge_url": links.to("tickets:merge", incident.key),
        "merged_into": _merged_into(incident, user),
        "split_url_name": "incidents:split" if can["edit"] else "",
        "retime_url": links.to("incidents:retime", incident.key),
        "escalate_url": links.to("tickets:escalate", incident.key),
        "services_url": links.to("tickets:services", incident.key),
        "responders": list(User.objects.filter(responds_for__in=services).distinct()[:20]) if services else [],
        "stakeholders": list(User.objects.filter(stakeholder_of__in=services).distinct()[:20]) if services else [],
        "admissions": records.admissions_of(incident),
        "admit_url": reverse("tickets:admit", args=[incident.key]),
        "links": records.links_of(user, incident),
        "pins": timeline_marks.pins_of(incident),
        "link_url": links.to("tickets:link", incident.key),
        "timeline_url": f"{incident.get_absolute_url()}?part=timeline",
    }


def _merged_into(incident: Incident, user: User) -> Ticket | None:
    """Where it was merged, for whom that is no secret."""
    return tickets.tickets_for(user).filter(pk=incident.merged_into_id).first() if incident.merged_into_id else None


def _can(incident: Incident, user: User) -> dict[str, bool]:
    can_assign = bool(permissions.can_assign(user, incident))
    return {
        "edit": bool(permissions.can_edit(user, incident)),
        "link": bool(permissions.can_edit(user, incident)),
        "assign": can_assign,
        "merge": incident.closed_at is None and bool(permissions.can_merge(user, incident)),
        "escalate": bool(permissions.can_escalate(user, incident)),
        "note": bool(permissions.can_note(user, incident)),
        "pin": bool(permissions.can_pin(user, incident)),
        "hide": bool(permissions.can_hide(user, incident)),
        "reply": bool(permissions.can_reply(user, incident)),
        "take": can_assign
        and incident.is_open
        and incident.assignee_id != user.pk
        and permissions.is_assignable(user, "incident", permissions.teams_of(incident)),
    }


def _move(move: Any, key: str, incident: Incident, user: User) -> dict[str, Any]:
    """A line of the status menu."""
    url = links.to("tickets:transition", move.verb)
    return {
        "verb": move.verb,
        "name": move.name,
        "icon": menus.ICONS.get(move.verb, "arrow-right"),
        "url": f"{url}?{key}",
        "form_url": menus.form_url(move, key, [incident], user),
    }


def _section(request: HttpRequest, incident: Incident, user: User, section: str) -> dict[str, Any]:
    """What one section shows."""
    if section == "files":
        files = list(tickets.attachments_for(user, incident))
        for file in files:
            file.url = links.to("tickets:download", incident.key, file.pk)  # type: ignore[attr-defined]  # shown by the template
            file.picture_url = links.to("tickets:picture", incident.key, file.pk) if file.is_picture else ""  # type: ignore[attr-defined]
        return {"attachments": files}
    if section == "tasks":
        return tasks.section(incident, user)
    if section == "service":
        rows = (
            tickets.tickets_for(user).filter(is_open=True, service=incident.service_id) if incident.service_id else tickets.tickets_for(user).none()
        )
        return {"service": incident.service, "open_incidents": tickets.page(rows).rows, "other_services": records.services_of(incident)[1:]}
    wanted = request.GET.get("show") if request.GET.get("show") in FILTERS else "all"
    labels = {"all": _("All"), "notes": _("Notes"), "replies": _("Customer replies"), "system": _("System")}
    base = incident.get_absolute_url()
    choices = [
        {"name": name, "label": labels[name], "url": base if name == "all" else f"{base}?show={name}", "is_current": name == wanted}
        for name in FILTERS
    ]
    entries = [entry for entry in tickets.timeline(user, incident) if _belongs(entry, str(wanted))]
    at = clock.now()
    for entry in entries:
        own: Any = entry
        own.can_edit = own.comment is not None and not own.origin and bool(permissions.can_edit_comment(user, incident, own.comment, at))
    timeline_url = f"{base}?part=timeline" if wanted == "all" else f"{base}?part=timeline&show={wanted}"
    composer = {name: value for name, value in record.composer(incident, user).items() if name != "can"}
    return {**composer, "entries": entries, "activity_filters": choices, "timeline_url": timeline_url}


def _belongs(entry: Any, wanted: str) -> bool:
    """Whether an entry is shown under a filter of the activity."""
    if wanted == "all":
        return True
    comment = entry.comment
    if wanted == "system":
        return comment is None
    return comment is not None and comment.is_internal == (wanted == "notes")


def _around(incident: Incident, user: User, section: str) -> dict[str, Any]:
    """What only the whole page needs."""
    base = incident.get_absolute_url()
    labels: list[tuple[str, str, Any]] = [
        ("activity", _("Activity"), incident.comment_count), ("tasks", _("Tasks"), records.task_progress(incident)),
        ("service", _("Service"), None), ("files", _("Files"), incident.attachment_count),
    ]  # fmt: skip
    return {
        "sections": [
            {"url": base if name == "activity" else f"{base}?tab={name}", "label": label, "count": count, "is_current": name == section}
            for name, label, count in labels
        ],
        "tab_template": SECTIONS[section],
        "panels": [
            {"panel": panel, "url": links.to(panel.url_name, incident.key), "live": f"alert ticket:{incident.pk}"}
            for panel in panels.panels_for("incident", lambda right: user.has_right_for(right, permissions.teams_of(incident)))
        ],
        "back_url": links.to("tickets:queue", "open"),
        "back_label": _("Open incidents"),
    }
