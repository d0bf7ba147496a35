"""The screens of notifications. Everybody has them, also who is not of the desk."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from common import clock, htmx, paging
from notifications import forms, queries
from notifications.actions import notices, preferences
from notifications.models import Notice

PAGE_SIZE = 50
NEWEST = (paging.Key("id", is_descending=True),)


@require_safe
@login_required
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """What the person was told, newest first, by day."""
    user = desk.user_of(request)
    only_unread = request.GET.get("show") == "unread"
    found = paging.page(queries.notices_for(user, is_unread=only_unread), NEWEST, after=request.GET.get("after"), size=PAGE_SIZE)
    context = {
        "days": _by_day(found.rows), "next_mark": found.next_mark, "only_unread": only_unread, "user": user, "now": clock.now(),
        "list_url": request.get_full_path(),
    }  # fmt: skip
    return htmx.page(request, "notifications/list.html", "notifications/_rows.html", context)


def _by_day(rows: Sequence[Notice]) -> list[dict[str, Any]]:
    """The notices of each day of the person's own zone."""
    days: list[dict[str, Any]] = []
    for row in rows:
        day = timezone.localtime(row.created_at).date()
        if not days or days[-1]["day"] != day:
            days.append({"day": day, "rows": []})
        days[-1]["rows"].append(row)
    return days


@require_safe
@login_required
@never_cache
def bell(request: HttpRequest) -> HttpResponse:
    """The bell with a fresh figure."""
    return render(request, "notifications/_bell.html", {"unread": desk.user_of(request).unread_count})


@require_safe
@login_required
@never_cache
def follow(request: HttpRequest, notice: int) -> HttpResponse:
    """Opens the record of a notice, which is read by that."""
    user = desk.user_of(request)
    row = queries.notice_for(user, notice)
    notices.read(row, actor=user)
    return redirect(row.url)


@require_POST
@login_required
def read(request: HttpRequest, notice: int) -> HttpResponse:
    """Marks one as read without opening it."""
    user = desk.user_of(request)
    notices.read(queries.notice_for(user, notice), actor=user)
    return htmx.done(_("Marked as read")) if getattr(request, "htmx", False) else redirect("notifications:list")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks all as read."""
    amount = notices.read_all(actor=desk.user_of(request))
    said = ngettext("%(n)d notification marked as read", "%(n)d notifications marked as read", amount) % {"n": amount}
    return htmx.done(said) if getattr(request, "htmx", False) else redirect("notifications:list")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """What reaches the person how: a page of its own, and a section of the profile."""
    user = desk.user_of(request)
    form = forms.PreferencesForm(request.POST or None, preferences=queries.preferences_of(user))
    if request.method == "POST" and form.is_valid():
        preferences.change(actor=user, ways=form.ways, digest=form.cleaned_data["digest"])
        if getattr(request, "htmx", False):
            return htmx.toast(_preferences(request, form), _("Notifications saved"))
        return redirect("notifications:preferences")
    return _preferences(request, form, status=422 if form.errors else 200)


def _preferences(request: HttpRequest, form: forms.PreferencesForm, status: int = 200) -> HttpResponse:
    return htmx.page(request, "notifications/preferences.html", "notifications/_preferences.html", {"form": form}, status=status)
