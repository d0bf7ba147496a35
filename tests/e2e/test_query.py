"""The query bar in a real browser: completion by keyboard, a mistake underlined and mended by its suggestion, and the address rebuilding the view."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def test_a_query_is_written_by_keyboard(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]]) -> None:
    page = visitor("Hanna Lindqvist").go("/queues/open/")
    page.click("button[data-query-mode]")
    box = page.locator("#filter-q")
    expect(box).to_have_attribute("role", "combobox")
    box.press_sequentially("prior")
    expect(page.locator("#query-list [role=option]").first).to_have_text("priorityPriority")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("priority ")
    expect(page.locator("#query-list")).to_contain_text("not in")
    box.press_sequentially("= P")
    page.locator("#query-list [role=option]", has_text="P1").click()
    expect(box).to_have_value("priority = P1 ")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "jql=priority%20%3D%20P1" in url)
    expect(page.locator(".ek-query__paint b")).to_have_text("priority")
    expect(page.locator("#rows tr").first).to_contain_text("P1")
    assert axe(page) == []
    page.reload()
    expect(box).to_have_value("priority = P1 ")
    expect(page.locator("#rows tr").first).to_contain_text("P1")


def test_a_mistake_is_underlined_and_mended(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]]) -> None:
    page = visitor("Hanna Lindqvist").go("/search/")
    rows = page.locator("#rows tr").count()
    box = page.locator("#filter-q")
    box.press_sequentially("priority >= P2 and asignee is EMPTY")
    page.keyboard.press("Enter")
    expect(page.locator("#query-error")).to_contain_text("Field 'asignee' does not exist. Did you mean assignee?")
    expect(page.locator(".ek-query__wrong")).to_have_text("asignee")
    expect(box).to_have_attribute("aria-invalid", "true")
    assert page.locator("#rows tr").count() == rows
    assert axe(page) == []
    page.click('#query-error button[data-replace="assignee"]')
    expect(page.locator("#query-error")).to_be_empty()
    page.wait_for_url(lambda url: "and%20assignee%20is%20EMPTY" in url)
    expect(page.locator("#queue-shown")).to_contain_text("of")


def test_filters_become_a_query(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Hanna Lindqvist").go("/queues/open/?q=gateway&priority=1&priority=2&assignee=none")
    page.click("button[data-query-mode]")
    expect(page.locator("#filter-q")).to_have_value('text ~ "gateway" AND priority in ("1", "2") AND assignee in (EMPTY)')
    page.wait_for_url("**jql=**")
    page.click("button[data-query-mode]")
    expect(page.locator("#filter-q")).to_have_attribute("name", "q")
    expect(page.locator("#filter-q")).to_have_value("")
