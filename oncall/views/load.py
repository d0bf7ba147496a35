"""The load report: how being on call is shared, and what it is paid."""

from datetime import date
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts import desk
from common import clock, sheets
from oncall import load, load_report, permissions, queries
from oncall.models import PayTable


@require_safe
@desk.required
def report(request: HttpRequest) -> HttpResponseBase:
    """A month of one team, or of all that the reader manages: hours by sort, pages, broken nights, short rests, and pay. `?format=csv` is a file."""
    user, today = desk.user_of(request), timezone.localtime(clock.now()).date()
    schedules = list(queries.schedules_for(user).order_by("team__name", "name"))
    managed = [one for one in schedules if permissions.can_manage(user, one.team_id)]
    readable = [one for one in schedules if one in managed or one.team_id in user.team_ids]
    if not readable:
        raise Http404
    teams = sorted({one.team for one in readable}, key=lambda team: team.name)
    team = next((one for one in teams if one.slug == request.GET.get("team")), None)
    chosen = [one for one in readable if team is None or one.team_id == team.pk]
    first, last = load_report.month_of(_day(request.GET.get("month", ""), today))
    sees_pay = all(one in managed for one in chosen)
    tables = list(PayTable.objects.all()) if sees_pay else []
    table = next((one for one in tables if str(one.pk) == request.GET.get("pay")), tables[0] if tables else None)
    found = load_report.lines(chosen, first, last, ZoneInfo(user.time_zone), table)
    if request.GET.get("format") == "csv":
        response = HttpResponse(sheets.as_csv(load_report.rows(f"{first:%Y-%m}", found, table)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="on-call-{first:%Y-%m}.csv"'
        return response
    asked = {"team": team.slug if team else "", "pay": table.pk if table else ""}

    def address(day: date, **more: str | int) -> str:
        return f"{reverse('oncall:load')}?{urlencode({**asked, 'month': f'{day:%Y-%m}', **more})}"

    context = {
        "lines": found, "sorts": [load_report.LABELS[sort] for sort in load.SORTS], "teams": [(one, address(first, team=one.slug)) for one in teams], "team": team,
        "all_url": address(first, team=""), "tables": [(one, address(first, pay=one.pk)) for one in tables], "table": table, "fairness": load_report.fairness(found),
        "month": formats.date_format(first, "F Y"), "before_url": address(load_report.month_of(date.fromordinal(first.toordinal() - 1))[0]),
        "after_url": address(last), "csv_url": address(first, format="csv"), "can_manage": bool(managed),
    }  # fmt: skip
    return render(request, "oncall/load.html", context)


def _day(text: str, otherwise: date) -> date:
    """The month of the address, such as 2026-11; this one when it is none or lies more than ten years away."""
    try:
        day = parse_date(f"{text}-01")
    except ValueError:
        day = None
    return day if day is not None and abs(day.year - otherwise.year) <= 10 else otherwise
