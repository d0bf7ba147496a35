"""The screens of on-call."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import User
from common import clock, errors, htmx
from oncall import board, checks, forms, permissions, queries, timeline
from oncall.actions import cover
from oncall.models import CoverRequest, FollowedCalendar

SPANS = [("day", _lazy("Day")), ("week", _lazy("Week")), ("2weeks", _lazy("2 weeks")), ("month", _lazy("Month"))]


@require_safe
@desk.required
def now(request: HttpRequest) -> HttpResponseBase:
    """Who is on call now, the schedules of one team on a line of time, its policy, and who asks for cover."""
    user, at = desk.user_of(request), clock.now()
    seen = timeline.overview(user, at)
    cards = timeline.cards(user, seen, at)
    in_hand = board.in_hand(user, [card["team"].pk for card in cards])
    for card in cards:
        card["in_hand"] = in_hand.get(card["team"].pk)
    chosen = _chosen(request, user, cards)
    context: dict[str, Any] = {
        "cards": cards,
        "gap_cards": [{**card, "words": timeline.gap_words(card)} for card in cards if card["gaps"]],
        "now": at, "call_url": board.call_url(user),
    }  # fmt: skip
    context["warnings"] = _warnings(seen, at)
    context |= _rota(request, user, chosen, at) if chosen else {"team": None, "can_make": permissions.managed_teams(user).exists()}
    part = request.GET.get("part")
    if part == "rota" and chosen:
        return htmx.page(request, "oncall/now.html", "oncall/_rota.html", context | _beside(user, at, chosen))
    return htmx.page(request, "oncall/now.html", "oncall/_requests.html" if part == "requests" else None, context | _beside(user, at, chosen))


def _warnings(seen: timeline.Overview, at: datetime) -> list[str]:
    """What somebody should do something about before it is too late, as sentences; the first few."""
    found = [
        _("{name} is away while on call in {schedule}: {span}").format(
            name=one.user.name, schedule=one.schedule.name, span=timeline.span_of(one.begin, one.end)
        )
        for one in checks.clashes(seen.schedules, seen.stored, seen.names, at, at + timeline.AHEAD)[:4]
    ]
    found += [
        _("{name} is on call in {schedule}, but not in its team").format(name=user.name, schedule=schedule.name)
        for user, schedule in checks.strangers(seen.schedules, seen.stored, seen.names, at, at + timeline.AHEAD)[:4]
    ]
    lost = checks.unreachable(seen.schedules, seen.stored, seen.names, at, at + timeline.AHEAD)
    if lost:
        names = ", ".join(user.name for user in lost[:5]) + (f" +{len(lost) - 5}" if len(lost) > 5 else "")
        found.append(_("No verified way to be paged, so only the app and e-mail reach them: {names}").format(names=names))
    return found


def _chosen(request: HttpRequest, user: User, cards: list[dict[str, Any]]) -> Any:
    """The team of the timeline: the one asked for, else the reader's own, else the first."""
    teams = {card["team"].slug: card["team"] for card in cards}
    own = (team for team in teams.values() if team.pk in user.team_ids)
    return teams.get(request.GET.get("team", "")) or next(own, None) or next(iter(teams.values()), None)


def _rota(request: HttpRequest, user: User, team: Any, at: datetime) -> dict[str, Any]:
    span = request.GET.get("span", "week")
    span = span if span in dict(SPANS) else "week"
    today = timezone.localtime(at).date()
    day = _day(request.GET.get("from", ""), today)
    schedules = list(queries.schedules_for(user).filter(team=team, is_enabled=True).order_by("pk"))
    sheets = timeline.sheets(schedules, span, day, at)
    base = f"{reverse('oncall:now')}?team={team.slug}"
    return {
        "team": team, "team_hue": team.pk % 8 + 1, "sheets": sheets, "span": span, "week": timeline.first_day(span, day).isocalendar().week,
        "month": day if span == "month" else None, "clock_words": f"{timezone.localtime(at):%H:%M} {timezone.localtime(at).tzname()}",
        "spans": [{"url": f"{base}&span={name}&from={day}", "label": label, "is_current": name == span} for name, label in SPANS],
        "before_url": f"{base}&span={span}&from={timeline.step(span, day, -1)}", "after_url": f"{base}&span={span}&from={timeline.step(span, day, 1)}",
        "today_url": f"{base}&span={span}", "can_manage": bool(permissions.can_manage(user, team)),
        "note": queries.note_for(schedules[0], at) if schedules else None,
        "live_url": f"{base}&span={span}&from={day}&part=rota", "override_url": reverse("oncall:override"),
        "can_override": bool(permissions.can_manage(user, team)) or (team.pk in user.team_ids and user.has_right("oncall.cover")),
    }  # fmt: skip


def _day(text: str, otherwise: date) -> date:
    """A day of the address; today when it is none or lies more than 20 years away."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    return day if day is not None and abs(day.year - otherwise.year) <= 20 else otherwise


def _beside(user: User, at: datetime, team: Any) -> dict[str, Any]:
    """What stands under the timeline: the policy of the team and the requests for cover."""
    policies = queries.policies_of(team) if team else []
    requests = queries.open_requests(queries.schedules_for(user), at)
    can_edit = bool(team) and bool(permissions.can_manage(user, team))
    return {"policy": policies[0] if policies else None, "can_edit_policy": can_edit, "requests": [_request(user, one) for one in requests[:20]]}


def _request(user: User, one: CoverRequest) -> dict[str, Any]:
    return {
        "request": one, "words": timeline.span_of(one.starts_at, one.ends_at),
        "swap": timeline.span_of(one.swap_starts_at, one.swap_ends_at) if one.swap_starts_at and one.swap_ends_at else "",
        "can_accept": bool(permissions.can_answer(user, one)), "can_decline": one.asked_id == user.pk, "can_withdraw": one.asker_id == user.pk,
    }  # fmt: skip


@require_safe
@desk.required
def shifts(request: HttpRequest) -> HttpResponseBase:
    """The reader's own time on call in the next 60 days."""
    user, at = desk.user_of(request), clock.now()
    mine = timeline.whole_shifts_of(user, at, at + timedelta(days=60))
    rows = [{**one, "words": timeline.span_of(one["begin"], one["end"]), "is_now": one["begin"] <= at} for one in mine]
    for row in rows:
        row["note_url"] = reverse("oncall:note", args=[row["schedule"].slug]) if permissions.can_note(user, row["schedule"]) else ""
        row["ask_url"] = f"{reverse('oncall:ask')}?schedule={row['schedule'].slug}&begin={_stamp(max(row['begin'], at))}&end={_stamp(row['end'])}"
    requests = [_request(user, one) for one in queries.open_requests(queries.schedules_for(user), at) if user.pk in (one.asker_id, one.asked_id)]
    return htmx.page(
        request,
        "oncall/shifts.html",
        "oncall/_shifts.html",
        {"shifts": rows, "requests": requests, "can_cover": user.has_right("oncall.cover"), "now": at, **_away(user, at)},
    )


def _away(user: User, at: datetime) -> dict[str, Any]:
    """When the reader is away, and the calendar that says so."""
    if not user.has_right("oncall.cover"):
        return {}
    away = [{"words": timeline.span_of(row.starts_at, row.ends_at), "reason": row.reason} for row in queries.absences_of(user, at)]
    return {"away": away, "followed": FollowedCalendar.objects.filter(user=user).first()}


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What a drag or a link chose already; what cannot be read is left out."""
    found: dict[str, Any] = {}
    for name, field in (("begin", "starts_at"), ("end", "ends_at")):
        try:
            at = parse_datetime(request.GET.get(name, ""))
        except ValueError:
            at = None
        if at is not None:
            found[field] = timezone.localtime(at) if timezone.is_aware(at) else at
    slug = request.GET.get("schedule", "")
    return found | ({"schedule": slug} if slug.isprintable() else {})


def _refuse(form: Any, error: errors.DomainError) -> None:
    form.add_error(error.field if isinstance(error, errors.Invalid) and error.field in form.fields else None, error.message)


@require_http_methods(["GET", "POST"])
@desk.required
def override(request: HttpRequest) -> HttpResponseBase:
    """Take an override, in a dialog."""
    user = _viewer(request)
    form = forms.OverrideForm(user, request.POST if request.method == "POST" else None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = cover.add_override(given["schedule"], given["user"], given["starts_at"], given["ends_at"], actor=user, reason=given["reason"])
            return htmx.done(
                _("{who} is on call {when}").format(who=made, when=timeline.moment_of(made.starts_at)), undo=reverse("oncall:cancel", args=[made.pk])
            )
        except (errors.Invalid, errors.Refused) as error:
            _refuse(form, error)
    return htmx.dialog(request, form, url=reverse("oncall:override"), title=_("Take an override"), action=_("Take over"))


def _viewer(request: HttpRequest) -> User:
    user = desk.user_of(request)
    if not user.has_right("oncall.cover"):
        raise Http404
    return user


@require_POST
@desk.required
def cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Takes an override back."""
    cover.cancel_override(queries.override_for(_viewer(request), pk), actor=desk.user_of(request))
    return htmx.done(_("Override canceled"))


@require_http_methods(["GET", "POST"])
@desk.required
def ask(request: HttpRequest) -> HttpResponseBase:
    """Ask for cover, in a dialog."""
    user = _viewer(request)
    form = forms.CoverForm(user, request.POST if request.method == "POST" else None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        swap = (given["swap_starts_at"], given["swap_ends_at"]) if given["swap_starts_at"] else None
        try:
            cover.ask(
                given["schedule"], given["starts_at"], given["ends_at"], actor=user, asked=given["asked"], in_exchange=swap, reason=given["reason"]
            )
            return htmx.done(_("Asked for cover"))
        except (errors.Invalid, errors.Refused) as error:
            _refuse(form, error)
    return htmx.dialog(request, form, url=reverse("oncall:ask"), title=_("Ask for cover"), action=_("Ask"))


@require_POST
@desk.required
def answer(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """accept, decline or withdraw a request for cover."""
    verbs = {"accept": (cover.accept, _("You take over")), "decline": (cover.decline, _("Declined")), "withdraw": (cover.withdraw, _("Withdrawn"))}
    if verb not in verbs:
        raise Http404
    action, told = verbs[verb]
    action(queries.request_for(_viewer(request), pk), actor=desk.user_of(request))
    return htmx.done(told)
