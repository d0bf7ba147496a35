"""Correlation in a real browser: a rule is written and tried, what happens together is proposed live, and a click opens the incident (ALR-16)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def test_what_happens_together_is_proposed_and_accepted(visitor: Callable[..., Visitor]) -> None:
    admin = visitor("Grace Mwangi").go("/alerts/rules/?kind=correlation")
    admin.get_by_role("button", name="New rule").click()
    dialog = admin.locator("#dialog-body")
    rows = dialog.locator("[data-rows-one]")
    expect(rows).to_have_count(2)
    for number, (label, query) in enumerate((("pumps", "message: zzpump AND"), ("valves", "message: zzvalve"))):
        rows.nth(number).locator("[name=expressions-label]").fill(label)
        rows.nth(number).locator("[name=expressions-query]").fill(query)
    dialog.get_by_role("button", name="Try").click()
    expect(dialog.locator("#draft-tried")).to_contain_text("Expression 1, character 20: The query ends too early")
    rows.first.locator("[name=expressions-query]").fill("message: zzpump")
    dialog.locator("[name=title]").fill("Water is out ({{count}} alerts)")
    dialog.locator("[name=name]").fill("Waterworks")
    dialog.get_by_role("button", name="Try").click()
    expect(dialog.locator("#draft-tried")).to_contain_text("nothing would have come together")
    dialog.locator("button[type=submit]").click()
    expect(admin.locator("#rules")).to_contain_text("“pumps” and “valves” within 10 minutes → proposes an incident")

    desk = visitor("Hanna Lindqvist")
    page = desk.go("/alerts/")
    for message in ("zzpump stands still", "zzvalve is shut"):
        admin.goto(f"{desk.product.url}/alerts/")
        admin.get_by_role("button", name="Create alert").click()
        admin.locator("#dialog-body [name=message]").fill(message)
        admin.locator("#dialog-body button[type=submit]").click()
        expect(admin.locator("#rows")).to_contain_text(message)
    proposal = page.locator(".ek-proposal", has_text="Water is out (2 alerts)")
    expect(proposal).to_contain_text("“pumps” and “valves” within 10 minutes")
    proposal.get_by_role("button", name="Dismiss").click()
    expect(proposal).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    accept = proposal.get_by_role("button", name="Open the incident")
    accept.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".ek-grouphead", has_text="Water is out (2 alerts)")).to_contain_text("2 alerts")
    expect(proposal).to_have_count(0)
    for message in ("zzpump stands still", "zzvalve is shut"):
        desk.go(f"/alerts/?q={message}")  # in the list they are folded
        row = page.locator("[data-row]", has_text=message)
        row.locator(".ek-al__t").click()
        page.get_by_role("button", name="Close alert").click()
        expect(page.locator("#drawer")).to_contain_text("Closed")
    admin.goto(f"{desk.product.url}/alerts/rules/?kind=correlation")
    admin.get_by_role("button", name="Switch Waterworks off").click()
    expect(admin.get_by_role("button", name="Switch Waterworks on")).to_be_visible()
