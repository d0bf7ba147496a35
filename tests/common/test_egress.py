"""The way out: only to checked addresses, no redirects, a deadline, a cap (RELIABILITY 3.9)."""

import ipaddress
import socket
import threading
import time
from typing import Any

import pytest

from common import egress
from tests.notifications.sinks import provider


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1",
        "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "192.0.0.8", "ff02::1",
    ],
)  # fmt: skip
def test_inside_is_forbidden(settings: Any, address: str) -> None:
    settings.EGRESS_ALLOW = []
    assert not egress.is_allowed(ipaddress.ip_address(address), 443)


@pytest.mark.parametrize(
    ("lines", "address", "port", "is_allowed"),
    [
        (["10.20.0.0/16:443"], "10.20.3.4", 443, True), (["10.20.0.0/16:443"], "10.20.3.4", 80, False), (["10.20.0.0/16"], "10.20.3.4", 80, True),
        (["10.20.0.0/16"], "10.21.3.4", 80, False), (["fd00::/8:443"], "fd00::1", 80, False), (["fd00::/8"], "fd00::1", 443, True), ([], "93.184.216.34", 443, True),
    ],
)  # fmt: skip
def test_an_admin_allows_a_place_inside(settings: Any, lines: list[str], address: str, port: int, is_allowed: bool) -> None:
    settings.EGRESS_ALLOW = lines
    assert egress.is_allowed(ipaddress.ip_address(address), port) == is_allowed


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user:word@example.com/",
        "https:///x",
        "javascript:1",
        "http://[::1",
        "",
        "https://" + "ä" * 80 + ".example/",
        "https://a:99999/",
    ],
)
def test_what_is_no_address_is_forbidden(url: str) -> None:
    with pytest.raises(egress.Forbidden):
        egress.send(egress.Request("GET", url))


def test_a_name_that_leads_inside_gets_no_packet(settings: Any) -> None:
    settings.EGRESS_ALLOW = []
    with provider() as server:
        with pytest.raises(egress.Forbidden, match="EVENKEEL_EGRESS_ALLOW"):
            egress.send(egress.Request("GET", server.url.replace("127.0.0.1", "localhost")))
        assert server.got == []


def test_a_redirect_is_an_answer_and_not_followed(settings: Any) -> None:
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    with provider() as server:
        server.reply(302, {}, Location=f"{server.url}/secret")
        assert (egress.send(egress.Request("GET", f"{server.url}/a")).status, len(server.got)) == (302, 1)


def test_broken_tls_and_a_broken_answer_are_no_answer(settings: Any) -> None:
    """RELIABILITY B9."""
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    with provider() as server, pytest.raises(egress.Unreachable, match="SSL"):
        egress.send(egress.Request("GET", server.url.replace("http:", "https:")))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def babble() -> None:
            connection, _address = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"babble\r\n\r\n")

        threading.Thread(target=babble, daemon=True).start()
        with pytest.raises(egress.Unreachable):
            egress.send(egress.Request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/"))


def test_a_long_answer_is_cut(settings: Any) -> None:
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    with provider() as server:
        server.reply(200, b"x" * 1_000_000)
        assert len(egress.send(egress.Request("GET", server.url)).content) == egress.ANSWER_BYTES


def test_who_drips_is_given_up(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    monkeypatch.setattr(egress, "TOTAL_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _address = listener.accept()
            with connection:
                for _tenth in range(300):
                    try:
                        connection.send(b"H")
                    except OSError:
                        return
                    time.sleep(0.1)

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(egress.Unreachable):
            egress.send(egress.Request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/"))
        assert time.monotonic() - began < 20
