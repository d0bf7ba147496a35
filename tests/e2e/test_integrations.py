"""A tool is connected in the desk by somebody who knows nothing of the product, in six steps (issue 5, acceptance 7)."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

MOST_STEPS = 6
SENT = {"heartbeat": {"status": 0, "msg": "timeout"}, "monitor": {"name": "Customer portal", "id": 7}, "msg": "[Customer portal] [DOWN] timeout"}


def test_a_tool_is_connected_in_six_steps_and_the_page_turns_green(visitor: Callable[..., Visitor]) -> None:
    admin = visitor("Grace Mwangi")
    page, steps = admin.go("/alerts/"), 0
    for name in ("Integrations", "Connect a tool"):
        page.get_by_role("link", name=name).click()
        steps += 1
    page.get_by_role("searchbox", name="Find a tool").fill("kuma")  # optional: the tile stands on the page as well
    page.get_by_role("button", name="Uptime Kuma").click()
    steps += 1
    page.get_by_role("dialog").get_by_role("button", name="Connect").click()  # the name is there already
    steps += 1
    expect(page.get_by_text("Waiting for the first event…")).to_be_visible()
    page.get_by_role("button", name="Copy address").click()
    steps += 1
    address = page.locator("#address").inner_text()
    assert httpx.post(address, json=SENT, timeout=30).status_code == 202  # pasted into the tool, which sends
    steps += 1
    expect(page.locator("#came").get_by_text("Connected.")).to_be_visible()
    assert steps <= MOST_STEPS
    page.get_by_role("link", name="Open").first.click()
    expect(page.locator("#body")).to_contain_text("[Customer portal] [DOWN] timeout")
    page.locator(".ek-read a.ek-key").first.click()
    expect(page.locator("#drawer")).to_contain_text("Customer portal")
    assert admin.complaints == []
