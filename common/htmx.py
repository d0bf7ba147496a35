"""One helper for pages that are also fragments."""

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


def toast(response: HttpResponse, message: str, *, tone: str = "ok", undo: str | None = None) -> HttpResponse:
    """Asks the page to show a short message (event `ek:toast`), with the URL that undoes it where there is one."""
    detail = {"message": str(message), "tone": tone, "undo": undo}
    response["HX-Trigger"] = json.dumps({"ek:toast": detail})  # json escapes what a header cannot carry
    return response
