"""The one door of the web server: the alert door and the live stream are native ASGI, everything else is Django in a thread pool."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

from itsm.wsgi import application as django  # loads the apps, which the next two imports need

from alerts import door  # isort: skip
from alerts.dialects import table  # isort: skip
from common import garbage, live  # isort: skip

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

THREADS = 16

wsgi: Any = django
pages: Any = WSGIMiddleware(wsgi, workers=THREADS)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends each connection to the part that answers it."""
    if scope["type"] == "lifespan":
        await _live_and_die(receive, send)
    elif scope["type"] == "http" and (route := table.route(scope)) is not None:
        await door.serve(route, scope, receive, send)
    elif scope["type"] == "http" and scope["path"] == "/events/stream":
        await live.app(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def _live_and_die(receive: Receive, send: Send) -> None:
    """The server's start and end: the native parts open and close what they hold."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await door.startup()
            await live.startup()
            garbage.settle()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await live.shutdown()
            await door.shutdown()
            await send({"type": "lifespan.shutdown.complete"})
            return
