"""The page of rules in a real browser: a policy is written row by row, tried, and changes what comes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def test_a_policy_is_written_row_by_row_and_tried(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Grace Mwangi").go("/alerts/rules/")
    page.get_by_role("button", name="New policy").click()
    dialog = page.locator("#dialog-body")
    dialog.get_by_role("button", name="Add a condition").click()
    dialog.get_by_role("button", name="Add a condition").click()
    rows = dialog.locator("[data-rows-one]")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("[name=conditions-key]")).to_be_hidden()
    rows.first.locator("[name=conditions-field]").select_option("details")
    expect(rows.first.locator("[name=conditions-key]")).to_be_visible()
    rows.first.get_by_role("button", name="Remove this condition").click()
    rows.first.locator("[name=conditions-field]").select_option("message")
    rows.first.locator("[name=conditions-operation]").select_option("matches")
    rows.first.locator("[name=conditions-expectedValue]").fill("(?=a)b")
    dialog.locator("[name=priority]").select_option("1")
    dialog.locator("[name=name]").fill("Disks first")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator(".form-error").first).to_contain_text("Line 1")
    rows.first.locator("[name=conditions-expectedValue]").fill(".*unheard-of disk.*")
    dialog.locator("button[type=submit]").click()
    expect(page.locator("#rules")).to_contain_text("Disks first")
    page.locator("textarea[name=text]").fill('{"message": "An unheard-of disk is full", "priority": "P4"}')
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("#tried")).to_contain_text("Disks first: fits")
    expect(page.locator("#tried")).to_contain_text("P4 → P1")
    page.get_by_role("button", name="Switch Disks first off").click()
    expect(page.get_by_role("button", name="Switch Disks first on")).to_be_visible()
