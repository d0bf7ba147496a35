"""The screens of integrations: what is connected, how a tool is connected, what came, and what is read in it (ALR-06)."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import User
from alerts import adapters, commands, conditions, permissions, queries, reading, ruling, signatures, volume_queries
from alerts import integration_queries as reads
from alerts.actions import intake, integrations
from alerts.integration_forms import ConnectForm, IntegrationForm, MappingForm, OverlapForm, SigningForm, TryForm
from alerts.models import InboxRow, Integration, IntegrationRule
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event
from common import clock, errors, htmx, wording

TONES = {InboxRow.PENDING: "progress", InboxRow.DONE: "done", InboxRow.QUARANTINED: "danger"}
SECONDS_WAITING, SECONDS_LATER = 2, 5


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """Everything that is connected."""
    user = desk.user_of(request)
    rows = list(queries.integrations_for(user).order_by("name"))
    sends = reads.sends_of(rows, _midnight())
    context = {
        "rows": [{"integration": one, "tool": _adapter(one).label, "sends": sends[one.pk]} for one in rows],
        "can_configure": bool(permissions.can_configure(user)), "now": clock.now(),
    }  # fmt: skip
    return htmx.page(request, "alerts/integrations.html", "alerts/_integrations.html", context)


@require_safe
@desk.required
def connect(request: HttpRequest) -> HttpResponseBase:
    """The tools to choose from."""
    _require_admin(request)
    text = request.GET.get("q", "")[:100]
    context = {"tools": reads.tools(text), "q": text}
    return htmx.page(request, "alerts/connect.html", "alerts/_tools.html", context)


@require_http_methods(["GET", "POST"])
@desk.required
def new(request: HttpRequest, tool: str) -> HttpResponseBase:
    """A new integration of a tool, in a dialog; its page has what to copy."""
    user = _require_admin(request)
    if tool not in adapters.ADAPTERS:
        raise Http404
    label = adapters.ADAPTERS[tool].label
    form = ConnectForm(request.POST if request.method == "POST" else None, initial={"name": _free_name(label)})
    if request.method == "POST" and form.is_valid():
        try:
            made = integrations.create(actor=user, adapter=tool, **form.cleaned_data)
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("alerts:integration", args=[made.pk])})
        except errors.Invalid as error:
            _take(form, error)
    title = _("Connect {tool}").format(tool=label)
    return htmx.dialog(request, form, url=reverse("alerts:connect_tool", args=[tool]), title=title, action=_("Connect"))


@require_safe
@desk.required
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One integration: what to copy into the tool, and what came."""
    user = desk.user_of(request)
    integration = reads.integration_for(user, pk)
    may = bool(permissions.can_configure(user))
    sends = reads.sends_of([integration], _midnight())[pk]
    context = {
        "integration": integration, "tool": _adapter(integration), "sends": sends, "rows": [_row(one) for one in reads.rows_of(integration)],
        "keys": reads.keys_of(integration) if may else None,
        "seconds": SECONDS_LATER if sends.last_at else SECONDS_WAITING, "can_configure": may, "copy": _copied(integration) if may else None,
        "source_clock": reads.clock_of(integration), "is_generic": integration.adapter == adapters.GENERIC.slug, "rules": _rules(integration), "now": clock.now(),
        "pace": volume_queries.pace_of(integration, clock.now()),
    }  # fmt: skip
    return htmx.page(request, "alerts/integration.html", "alerts/_integration.html", context)


def _rules(integration: Integration) -> list[dict[str, Any]]:
    """The rules in the order in which they are asked, in words."""
    rows = sorted(IntegrationRule.objects.filter(integration=integration), key=lambda one: (ruling.ORDER.index(one.action), one.position, one.pk))
    labels = dict(IntegrationRule.REPORTED)
    return [
        {"rule": one, "reported": labels[one.reported], "words": conditions.compiled(one.conditions).words, "values": one.values.items()}
        for one in rows
    ]


def _copied(integration: Integration) -> dict[str, str]:
    """What to copy into the tool, and where to paste it; an error where the key cannot be read any more."""
    try:
        url = integration.webhook_url
    except errors.Conflict as error:
        return {"error": error.message}
    snippet, _blank, how = _adapter(integration).snippet_for(url).rpartition("\n\n")
    return {"url": url, "snippet": snippet, "how": how}


def _row(row: InboxRow) -> dict[str, Any]:
    """A body as a line of the list."""
    outcome: dict[str, Any] = row.outcome or {}
    said = row.reason or outcome.get("ignored") or outcome.get("status")
    if not said and row.state == InboxRow.DONE:
        statuses = outcome.get("statuses", {})
        said = ", ".join(f"{name}: {n}" for name, n in statuses.items()) or _("Events: {n}").format(n=outcome.get("events", 0))
    ruled = outcome.get("rules", [])
    if ruled:
        said = f"{said}; {ruled[0]['rule']}: {ruled[0]['what']}" + (f" (+{len(ruled) - 1})" if len(ruled) > 1 else "")
    label = {InboxRow.PENDING: _("Waiting"), InboxRow.QUARANTINED: _("Put aside")}.get(row.state, _("Read"))
    if outcome.get("ignored"):
        label = _("Ignored")
    return {"row": row, "pair": (label, "" if outcome.get("ignored") else TONES[row.state]), "said": said or ""}


@require_http_methods(["GET", "POST"])
@desk.required
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Changes an integration, in a dialog."""
    user = _require_admin(request)
    integration = reads.integration_for(user, pk)
    form = IntegrationForm(request.POST if request.method == "POST" else None, integration=integration)
    if request.method == "POST" and form.is_valid():
        changed = [name for name, value in form.cleaned_data.items() if getattr(integration, name) != value]
        for name in changed:
            setattr(integration, name, form.cleaned_data[name])
        try:
            integrations.change(integration, actor=user, fields=changed)
            return htmx.done(_("{name} saved").format(name=integration.name))
        except errors.Invalid as error:
            _take(form, error)
    title = _("Integration {name}").format(name=integration.name)
    return htmx.dialog(request, form, url=reverse("alerts:change_integration", args=[pk]), title=title, action=_("Save"))


@require_http_methods(["GET", "POST"])
@desk.required
def rotate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A new key, in a dialog; the old one is taken for as long as is chosen."""
    user = _require_admin(request)
    integration = reads.integration_for(user, pk)
    form = OverlapForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        integrations.rotate_key(integration, actor=user, hours=form.cleaned_data["hours"])
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("alerts:integration", args=[pk])})
    title = _("New key for {name}").format(name=integration.name)
    return htmx.dialog(request, form, url=reverse("alerts:rotate_integration", args=[pk]), title=title, action=_("Make a new key"))


@require_http_methods(["GET", "POST"])
@desk.required
def sign(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The secret by which its tool signs, in a dialog."""
    user = _require_admin(request)
    integration = reads.integration_for(user, pk)
    scheme = signatures.SCHEMES.get(_adapter(integration).signing)
    if scheme is None:
        raise Http404
    form = SigningForm(request.POST if request.method == "POST" else None, where=scheme.where, is_first=not integration.signing_cipher)
    if request.method == "POST" and form.is_valid():
        try:
            integrations.sign(integration, actor=user, secret=form.cleaned_data["secret"], hours=form.cleaned_data.get("hours", 0))
            return htmx.done(_("Only what is signed is taken now"))
        except errors.Invalid as error:
            _take(form, error)
    title = _("Signing secret of {name}").format(name=integration.name)
    return htmx.dialog(request, form, url=reverse("alerts:sign_integration", args=[pk]), title=title, action=_("Save"))


@require_POST
@desk.required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """enable, disable, test (a test alert), end-former-key, end-former-secret, or unsign (signatures are not asked for any more)."""
    user = desk.user_of(request)
    integration = reads.integration_for(user, pk)
    if verb in ("enable", "disable"):
        integrations.switch(integration, actor=user, is_enabled=verb == "enable")
        told = _("{name} is on") if verb == "enable" else _("{name} is off: its key is refused")
        return htmx.done(told.format(name=integration.name))
    if verb == "end-former-key":
        integrations.end_former_key(integration, actor=user)
        return htmx.done(_("The old key has ended"))
    if verb == "end-former-secret":
        integrations.end_former_secret(integration, actor=user)
        return htmx.done(_("The old secret has ended"))
    if verb == "unsign":
        integrations.sign(integration, actor=user, secret="")
        return htmx.done(_("Signatures are not asked for any more"))
    if verb == "test":
        integrations.send_test(integration, actor=user)
        return htmx.done(_("A test alert is on its way"))
    raise Http404


@require_safe
@desk.required
def came(request: HttpRequest, pk: int, stamp: int, row: int) -> HttpResponseBase:
    """One body as it came, what is read in it, and what came of it."""
    user = _require_admin(request)
    integration = reads.integration_for(user, pk)
    found = reads.row_of(integration, stamp, row)
    context = {
        "integration": integration, "tool": _adapter(integration), "one": _row(found), "text": reads.text_of(found), "size": len(found.body),
        "read": _dressed(reads.reading_of(user, found, integration), integration), "outcome": found.outcome, "context": found.context, "now": clock.now(),
    }  # fmt: skip
    return render(request, "alerts/came.html", context)


@require_POST
@desk.required
def replay(request: HttpRequest, pk: int, stamp: int, row: int) -> HttpResponseBase:
    """Puts a body from the quarantine back in line."""
    user = desk.user_of(request)
    found = reads.row_of(reads.integration_for(user, pk), stamp, row)
    amount = intake.replay([found.pk], actor=user)
    return htmx.done(_("It is in line again") if amount else _("It is not in quarantine any more"))


@require_http_methods(["GET", "POST"])
@desk.required
def try_out(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What would be read in a pasted body; nothing is kept."""
    user = _require_admin(request)
    integration = reads.integration_for(user, pk)
    text = request.POST.get("payload", "") if request.method == "POST" else reads.last_body(integration)
    form = TryForm({"payload": text})
    is_readable = form.is_valid()
    read = _dressed(reads.read_text(text, integration), integration) if text.strip() and is_readable else None
    context = {"integration": integration, "tool": _adapter(integration), "form": form, "read": read, "now": clock.now()}
    return htmx.page(request, "alerts/try.html", "alerts/_read.html", context, status=200 if is_readable else 422)


@require_http_methods(["GET", "POST"])
@desk.required
def mapping(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The mapping of a generic integration, with what it makes of the last body beside it. htmx previews; a plain POST saves."""
    user = _require_admin(request)
    integration = reads.integration_for(user, pk)
    is_sent, is_preview = request.method == "POST", bool(getattr(request, "htmx", False))
    form = MappingForm(
        request.POST if is_sent else None, mapping=integration.mapping, initial={"payload": "" if is_sent else reads.last_body(integration)}
    )
    is_valid = is_sent and form.is_valid()
    if is_valid and not is_preview:
        integration.mapping = form.mapping()
        integrations.change(integration, actor=user, fields=["mapping"])
        return redirect("alerts:integration", pk)
    text = request.POST.get("payload", "") if is_sent else str(form.initial["payload"])
    if is_sent:
        integration.mapping = form.mapping()
    read = _dressed(reads.read_text(text, integration), integration) if text.strip() else None
    context = {"integration": integration, "form": form, "read": read, "tool": adapters.GENERIC, "now": clock.now()}
    return htmx.page(request, "alerts/mapping.html", "alerts/_read.html", context, status=422 if is_sent and not is_valid and not is_preview else 200)


def _dressed(read: reads.Reading, integration: Integration) -> dict[str, Any]:
    """What was read, as the screens show it."""
    events = [_event(event, verdict, read, integration) for event, verdict in reading.settle(read.events[:50], integration, read.rules)]
    return {"events": events, "more": max(0, len(read.events) - 50), "ignored": read.ignored, "broken": read.broken}


def _event(event: Event, verdict: ruling.Verdict, read: reads.Reading, integration: Integration) -> dict[str, Any]:
    """What became of an event: by the rules, with the trace of them, or as it was read."""
    kinds = {
        OPEN: (_("Problem"), "danger"),
        CLOSE: (_("Recovery"), "done"),
        commands.NOTE: (_("Note"), "wait"),
        ACKNOWLEDGE: (_("Acknowledged"), "progress"),
    }
    after = verdict.events[-1] if verdict.events else event
    return {
        "event": after, "pair": kinds.get(after.kind, (after.kind, "progress")) if verdict.events else (_("Ignored"), ""),
        "alert": read.alerts.get(after.alias), "priority": reading.priority_of(after, integration), "rule": verdict.rule, "note": after.extra.get("note", ""),
        "message": after.message or event.message, "tried": ruling.explain(event, read.rules, integration.name, reading.priority_of(event, integration)),
    }  # fmt: skip


def _require_admin(request: HttpRequest) -> User:
    user = desk.user_of(request)
    permissions.can_configure(user).require()
    return user


def _adapter(integration: Integration) -> Any:
    return adapters.ADAPTERS.get(integration.adapter, adapters.GENERIC)


def _free_name(label: str) -> str:
    """A name that no integration has yet, so that it can be left as it is."""
    taken = {name.lower() for name in Integration.objects.filter(name__istartswith=label).values_list("name", flat=True)}
    return next(name for n in range(1, len(taken) + 2) if (name := label if n == 1 else f"{label} {n}").lower() not in taken)


def _take(form: Any, error: errors.Invalid) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.message)


def _midnight() -> datetime:
    return wording.midnight(clock.now())
