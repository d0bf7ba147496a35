"""Calling an operation for real and saying in one word what came of it."""

import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import connection, transaction
from django.test import Client

from accounts import actions as accounts
from accounts.models import ApiToken
from common import clock
from tests.house.authorisation import places
from tests.house.authorisation.cases import Case
from tests.house.authorisation.cast import ANONYMOUS, ROLES, TICKET_KINDS, World
from tests.house.authorisation.routes import Operation

EVERYBODY = (ANONYMOUS, *ROLES)
WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"([a-z_0-9]+)"', re.IGNORECASE)
THOROUGH = ("requester", "resolver", "auditor")
NO_CHANGE = {"django_session", "tickets_bulkchange", "axes_accessattempt", "axes_accesslog"}


class Rows:
    """The tables that are written to while it listens."""

    def __init__(self) -> None:
        self.written: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        found = WRITE.match(str(sql))
        if found and found[1] not in NO_CHANGE:
            self.written.add(found[1])
        return execute(sql, params, many, context)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Caller:
    """Browsers of everybody, signed in once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = {ANONYMOUS: Client(raise_request_exception=False)}
        for role in ROLES:
            self.clients[role] = Client(raise_request_exception=False)
            self.clients[role].force_login(world.people[role])
        self.keys: dict[str, str] = {}
        for role in ROLES:
            _token, self.keys[role] = accounts.create_token(actor=world.people[role], name="bot", scope=ApiToken.WRITE)
        ApiToken.objects.update(last_used_at=clock.now())
        self.cookies = {role: client.cookies.copy() for role, client in self.clients.items()}

    def outcome(self, operation: Operation, case: Case, role: str, kind: str) -> str:
        """One word: ok, done (something was written), noted (in the journal only), nothing (a write not made), login, or the status."""
        rows = Rows()
        with undone():
            path = operation.path(places.values_of(operation, case, self.world, role, kind))
            thing = self.world.thing(role, kind if kind in TICKET_KINDS else "foreign", case.state)
            body = case.body(self.world, thing)
            with connection.execute_wrapper(rows):
                response = self.send(operation, case, path, role, body)
                if response.streaming:
                    b"".join(response.streaming_content)
        return _word(operation, response, rows.written)

    def send(self, operation: Operation, case: Case, path: str, role: str, body: dict[str, Any]) -> Any:
        """Calls it as a person of a role."""
        client = self.clients[role]
        client.cookies.clear()
        client.cookies.update(self.cookies[role])
        headers = {"HX-Request": "true"} if not operation.is_api and operation.method == "POST" and operation.name.split(":")[0] != "admin" else {}
        if operation.route.startswith(("/v2/", "/jsm/", "/api/v2/", "/am/")):  # a session opens nothing here, only a key does
            bare = Client(raise_request_exception=False, headers={"Authorization": f"GenieKey {self.keys[role]}"} if role in self.keys else {})
            return bare.generic(operation.method, path, orjson.dumps(body), content_type="application/json")
        if operation.method == "GET":
            return client.get(path, {**body} if case.names_ticket else None, headers=headers)
        is_multipart = not operation.is_api or any(hasattr(value, "read") for value in body.values())
        if is_multipart:
            return client.post(path, body, headers=headers)
        return client.generic(operation.method, path, orjson.dumps(body), content_type="application/json")

    def cell(self, operation: Operation, case: Case, role: str, *, is_short: bool = False) -> list[str]:
        """The outcome for each relation to the object. A stranger without a link has no relation to anything. is_short: some stay unasked, and empty."""
        kinds = places.kinds_of(operation, case)
        kinds = kinds if role != ANONYMOUS or "token" in operation.parameters else kinds[:1]
        asked = _asked(operation, role) if is_short and role not in THOROUGH and kinds == TICKET_KINDS else kinds
        if not asked:
            return [""] * len(kinds)
        words = {kind: self.outcome(operation, case, role, kind) for kind in kinds[:1] if kind in asked}
        if "405" in words.values():
            return ["405"] * len(kinds)
        words |= {kind: self.outcome(operation, case, role, kind) for kind in kinds[1:] if kind in asked}
        return [words.get(kind, "") for kind in kinds]


def _asked(operation: Operation, role: str) -> tuple[str, ...]:
    """Which relations the suite asks for: of the five roles that the thorough ones enclose, each operation asks three, one relation each; the next one others."""
    turn = zlib.crc32(f"{operation.method} {operation.route}".encode()) + EVERYBODY.index(role)
    return () if turn % 5 in (0, 1) else (("own", "restricted")[turn % 2],)


def _word(operation: Operation, response: Any, written: set[str]) -> str:
    status = response.status_code
    if status in (301, 302) and "login/" in response["Location"] and operation.route not in ("/login/", "/admin/login/"):
        return "login"
    if status >= 400:
        return str(status)
    if written and all(table.startswith("journal_") for table in written):
        return "noted"
    if written:
        return "done" if operation.method != "GET" else "written"
    return "ok" if operation.method == "GET" else "nothing"
