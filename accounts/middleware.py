"""Each person works in the own time zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


def own_time_zone(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: pages of a signed-in person show times in the zone of the profile, all others in UTC."""

    def answer(request: HttpRequest) -> HttpResponse:
        with timezone.override(ZoneInfo(request.user.time_zone) if request.user.is_authenticated else None):
            return get_response(request)

    return answer
