"""What views answer to htmx: pages that are also fragments, dialogs, messages."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def page(
    request: HttpRequest, template: str, fragment: str | None = None, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Renders the whole page, or only the fragment when htmx asks for it. Caches keep the two apart by `Vary: HX-Request`."""
    wants_fragment = fragment is not None and bool(getattr(request, "htmx", False)) and not getattr(request.htmx, "history_restore_request", False)  # type: ignore[attr-defined]
    response = render(request, fragment if wants_fragment and fragment else template, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def dialog(request: HttpRequest, form: Any, *, url: str, title: str, action: str, **more: str) -> HttpResponse:
    """A form in the page's dialog, 422 with what is wrong. action: what its button says. more: `remove_url` with `remove_warning`, `add_url` with `add_label`."""
    context = {"form": form, "url": url, "title": title, "action": action, **more}
    return render(request, "components/dialog_form.html", context, status=422 if form.errors else 200)


def wrong_query(request: HttpRequest, error: Any) -> HttpResponse:
    """Where and why the query of a list is wrong, shown below it; the list stays as it is. error: a common.query.errors.QueryError."""
    response = render(request, "components/query_error.html", {"error": error}, status=422)
    response["HX-Retarget"], response["HX-Reswap"], response["HX-Push-Url"] = "#query-error", "innerHTML", "false"
    return response


def toast(response: HttpResponse, message: str, *, tone: str = "ok", undo: str | None = None, refresh: bool = False) -> HttpResponse:
    """Asks the page to show a short message, with the URL that undoes it where there is one; `refresh` makes what is live read itself again."""
    events: dict[str, Any] = {"ek:toast": {"message": str(message), "tone": tone, "undo": undo}}
    if refresh:
        events |= {"ek:refresh": True, "ek:close": True}
    response["HX-Trigger"] = json.dumps(events)  # json escapes what a header cannot carry
    return response


def done(message: str, *, undo: str | None = None, tone: str = "ok") -> HttpResponse:
    """The answer to a verb that htmx sent: nothing to swap, a message, and what is live on the page reads itself again."""
    return toast(HttpResponse(status=204), message, tone=tone, undo=undo, refresh=True)
