"""Working through a queue by keyboard: the cursor keeps its place, a record leads to its neighbours, and a query that is wrong stays told."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def cursor(page: Page) -> str:
    """The record at the cursor of the list."""
    return str(page.evaluate("document.querySelector('[data-row].is-cursor')?.dataset.key ?? ''"))


def keys(page: Page) -> list[str]:
    return [str(key) for key in page.evaluate("[...document.querySelectorAll('#rows [data-row]')].map((row) => row.dataset.key)")]


def test_a_row_that_leaves_the_list_keeps_its_place_until_the_cursor_goes_on(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Hanna Lindqvist").go("/queues/unassigned/")
    before = keys(page)
    for _step in range(3):
        page.keyboard.press("j")
    assert cursor(page) == before[2]
    page.keyboard.press("a")
    page.keyboard.type("lindq")
    expect(page.locator("#menu [role=menuitemradio]:visible")).to_have_count(1)
    expect(page.locator("#menu [data-head]:visible")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(f'#rows tr[data-key="{before[2]}"]')).to_have_class("is-cursor is-gone")
    assert keys(page)[2] == before[2]
    page.keyboard.press("t")
    expect(page.locator("#menu")).to_contain_text("Move to")
    page.keyboard.press("Escape")
    assert cursor(page) == before[2]
    page.keyboard.press("j")
    assert cursor(page) == before[3]
    expect(page.locator(f'#rows tr[data-key="{before[2]}"]')).to_have_count(0)
    page.keyboard.press("j")
    assert cursor(page) == before[4]


def test_a_record_leads_to_its_neighbours_and_back_to_the_list(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Hanna Lindqvist").go("/queues/waiting/")
    order = keys(page)
    assert len(order) > 2
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{order[0]}/")
    expect(page.locator("[data-steps-n]")).to_have_text(f"1 of {len(order)}")
    expect(page.locator("[data-back]")).to_have_text("Waiting")
    page.keyboard.press("j")
    page.wait_for_url(f"**/{order[1]}/")
    page.keyboard.press("r")
    expect(page.locator("#composer textarea")).to_be_focused()
    expect(page.locator('#composer [data-audience="public"]')).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    page.locator("[data-back]").click()
    page.wait_for_url("**/queues/waiting/")
    assert cursor(page) == order[1]


def test_a_mistake_in_a_query_stays_told(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Hanna Lindqvist").go("/queues/open/")
    page.click("button[data-query-mode]")
    page.locator("#filter-q").press_sequentially("statuss = New")
    page.keyboard.press("Enter")
    expect(page.locator("#query-error")).to_contain_text("Did you mean status?")
    with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "rows"):
        page.evaluate("document.dispatchEvent(new Event('ek:refresh'))")
    page.wait_for_timeout(200)
    expect(page.locator("#query-error")).to_contain_text("Did you mean status?")
    page.locator("#query-error").evaluate("(place) => place.replaceChildren()")
    page.locator("#filter-q").press("Enter")
    expect(page.locator("#query-error")).to_contain_text("Did you mean status?")
