"""What makes Evenkeel an app that can be installed: its manifest, and the service worker at the root, whose reach is the whole site."""

from django.contrib.staticfiles.finders import find
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

WORKER = "worker.js"


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponseBase:
    """The service worker. A browser asks for it anew, so that an update arrives."""
    path = staticfiles_storage.path(WORKER) if staticfiles_storage.exists(WORKER) else find(WORKER)
    if not path:
        raise Http404
    return FileResponse(open(path, "rb"), content_type="text/javascript")  # the response closes it


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponseBase:
    """W3C web app manifest."""
    icon = {"src": static("favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    told = {
        "id": "/", "name": "Evenkeel", "short_name": "Evenkeel", "description": _("The service desk, and its pages on your phone."), "start_url": "/",
        "scope": "/", "display": "standalone", "background_color": "#ffffff", "theme_color": "#0a6478", "icons": [icon],
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json")
