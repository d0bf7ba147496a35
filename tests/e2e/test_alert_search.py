"""The line above the list of alerts in a real browser: completion, a mistake that mends itself, a search that is kept, and single keys beside it (ALR-24)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def test_alerts_are_searched_and_the_search_is_kept(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]]) -> None:
    page = visitor("Hanna Lindqvist").go("/alerts/")
    box, rows = page.locator("#filter-q"), page.locator("#rows [data-row]")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    box.press_sequentially("stat")
    expect(page.locator("#query-list [role=option]").first).to_contain_text("status:")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("status: ")
    box.press_sequentially("open AND prority: P1")
    page.keyboard.press("Enter")
    expect(page.locator("#query-error")).to_contain_text("There is no field “prority”. Did you mean priority?")
    expect(page.locator(".ek-query__wrong")).to_have_text("prority")
    page.click('#query-error button[data-replace="priority"]')
    page.wait_for_url(lambda url: "query=status" in url)
    expect(page.locator("#query-error")).to_be_empty()
    expect(rows.first).to_contain_text("P1")
    expect(page.locator("#rows [data-row] .ek-prio", has_not_text="P1")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#rows .is-cursor")).to_have_count(1)
    page.click("#search-save button")
    page.fill("#dialog input[name=name]", "Urgent")
    page.click("#dialog button[type=submit]")
    kept = page.locator(".ek-searches__kept a", has_text="Urgent")
    expect(kept).to_have_attribute("aria-current", "page")
    assert axe(page) == []
    page.goto(page.url.partition("?")[0])
    kept.click()
    expect(box).to_have_value("status: open AND priority: P1")
    page.click("#all-searches")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#dialog button[aria-label='Delete Urgent']").click()
    expect(kept).to_have_count(0)
