"""What leaves the house leaves by one door, which checks the address it connects to (RELIABILITY 3.9, D12)."""

import ast
from pathlib import Path

import pytest

from tests.house.test_code import ROOT, SOURCES, short

DOOR = "common/egress.py"
CLIENTS = {
    "aiohttp", "aiosmtplib", "apprise", "boto3", "ftplib", "grequests", "http.client", "httplib2", "httpx", "niquests", "paramiko", "pycurl",
    "pywebpush", "requests", "slack_sdk",
    "smtplib", "telnetlib", "tornado.httpclient", "twilio", "urllib.request", "urllib3", "websocket", "websockets", "xmlrpc.client",
}  # fmt: skip
ALLOWED = {
    "notifications/channels/email.py": {"smtplib"},  # mail goes to the one relay that an admin set, and speaks no HTTP
    "notifications/channels/longtail.py": {"apprise"},  # an optional extra with clients of its own; an admin installs it
}


def clients_in(path: Path) -> set[str]:
    """The clients that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        found |= {client for client in CLIENTS for name in names if name == client or name.startswith(f"{client}.")}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_nothing_else_opens_connections_to_the_outside(path: Path) -> None:
    if short(path) != DOOR:
        assert clients_in(path) <= ALLOWED.get(short(path), set())


def test_the_list_of_exceptions_is_true() -> None:
    assert {name: clients_in(ROOT / name) for name in ALLOWED} == ALLOWED
