"""Domain errors that a view lets pass become the right answer: a toast for htmx, a page for everybody else."""

from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common import errors, htmx

STATUS: dict[type[errors.DomainError], int] = {errors.Refused: 403, errors.Conflict: 409, errors.Invalid: 422, errors.TooSlow: 422}


class DomainErrors:
    """Refused 403, Conflict 409, Invalid 422. The page keeps its input; the message says what happened and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to a domain error; None leaves any other error to Django."""
        known = errors.of(error)
        if known is None:
            return None
        status = next(code for kind, code in STATUS.items() if isinstance(known, kind))
        if not getattr(request, "htmx", False):
            template = "403.html" if status == 403 else "400.html"
            return render(request, template, {"reason": known.message}, status=status)
        response = HttpResponse(status=status)
        response["X-Reason"] = quote(known.message)
        response["HX-Reswap"] = "none"
        return response if status == 403 else htmx.toast(response, known.message, tone="error")
