"""Every key of the guide, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def key_at_cursor(page: Page) -> str:
    """The record of the row that has the focus."""
    return str(page.evaluate("document.activeElement?.dataset?.key ?? ''"))


def test_the_queue_by_keyboard(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Hanna Lindqvist").go("/queues/open/")
    page.keyboard.press("j")
    first = key_at_cursor(page)
    page.keyboard.press("j")
    second = key_at_cursor(page)
    assert first and second and first != second
    page.keyboard.press("k")
    assert key_at_cursor(page) == first
    while any("Hanna Lindqvist" in page.locator(f'tr[data-key="{key}"]').inner_text() for key in (first, second)):  # other tests gave her some
        page.keyboard.press("j")
        page.keyboard.press("j")
        first, second = second, key_at_cursor(page)
        page.keyboard.press("k")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-n]")).to_have_text("2 selected")
    page.keyboard.press("t")
    expect(page.locator("#menu")).to_contain_text("Move to")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator("#menu")).to_contain_text("Urgency")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.locator('#menu [data-option="Me"]').click()
    expect(page.locator(".ek-toast")).to_contain_text("2 incidents assigned to Hanna Lindqvist")
    page.locator(".ek-toast").hover()  # it stays as long as somebody points at it
    expect(page.locator(f'tr[data-key="{second}"]')).to_contain_text("Hanna Lindqvist")
    page.locator(".ek-toast button", has_text="Undo").click()
    expect(page.locator(f'tr[data-key="{second}"]')).not_to_contain_text("Hanna Lindqvist")
    page.keyboard.press("Escape")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    page.locator(f'tr[data-key="{first}"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/incidents/{first}/")
    expect(page.locator("h1[data-record]")).to_be_visible()


def test_going_places_filtering_and_the_palette(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Hanna Lindqvist").go("/queues/open/")
    for letter, path in {"a": "/alerts/", "s": "/services/", "i": "/incidents/", "w": "/my-work/", "q": "/queues/open/"}.items():
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"**{path}")
        page.wait_for_load_state("load")
    page.keyboard.press("/")
    page.keyboard.type("gateway")
    expect(page.locator("#queue-shown")).to_contain_text("of")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("payments gate")
    expect(page.locator("#palette-list")).to_contain_text("Payments gateway")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("create inc")
    expect(page.locator("#palette-list")).to_contain_text("Create incident")
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/new/")
    page.go_back()
    page.keyboard.press("c")
    page.wait_for_url("**/incidents/new/**")


def test_creating_with_a_mistake_keeps_what_was_typed(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Hanna Lindqvist").go("/incidents/new/")
    page.fill("textarea[name=description]", "It began at noon")
    page.keyboard.press("Control+Enter")
    expect(page.locator("input[name=summary]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("textarea[name=description]")).to_have_value("It began at noon")
    page.fill("input[name=summary]", "Scanner of dock 9 is dead")
    page.select_option("select[name=channel]", "phone")
    page.select_option("select[name=service]", label="Label printing")
    page.click("main button[type=submit]")
    expect(page.locator("h1[data-record]")).to_have_text("Scanner of dock 9 is dead")
    expect(page.locator("#fields")).to_contain_text("Phone")
    expect(page.locator("#fields")).to_contain_text("Warehouse systems")


def test_single_keys_can_be_switched_off(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Lucas Ferreira").go("/profile/")
    page.uncheck("input[name=has_shortcuts]")
    page.locator("main form").first.locator("button[type=submit]").click()
    page.goto(page.url.replace("/profile/", "/queues/open/"))
    page.keyboard.press("j")
    assert key_at_cursor(page) == ""


def test_an_alert_by_keyboard(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Hanna Lindqvist").go("/alerts/?state=open")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer #payload")).to_be_visible()
    page.wait_for_timeout(200)  # a person is slower than the moment in which htmx wires what it swapped in
    page.keyboard.press("a")
    expect(page.locator("#drawer")).to_contain_text("Acknowledged")
    page.keyboard.press("j")
    expect(page.locator("#drawer-body")).to_have_attribute("data-key", key_at_cursor(page))  # the keys act on what is seen
    page.keyboard.press("n")
    expect(page.locator("dialog[open]")).to_contain_text(f"Note on ALR-{key_at_cursor(page)}")


def test_a_record_by_keyboard(visitor: Callable[..., Visitor]) -> None:
    agent = visitor("Hanna Lindqvist")
    key, other = (str(row[0]) for row in agent.product.query("SELECT key FROM tickets_ticket WHERE is_open AND priority > 2 ORDER BY id LIMIT 2"))
    page = agent.go(f"/incidents/{key}/")
    page.keyboard.press("e")
    expect(page.locator("#dialog input[name=summary]")).to_be_focused()
    page.keyboard.type("Dock 4 prints nothing")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1[data-record]")).to_have_text("Dock 4 prints nothing")
    page.keyboard.press("l")
    expect(page.locator("#dialog #pick-q")).to_be_focused()
    page.keyboard.type(other)
    page.keyboard.press("Enter")
    expect(page.locator("#fields")).to_contain_text(other)
    page.keyboard.press("a")
    page.locator('#menu [data-option="Me"]').click()
    expect(page.locator("#fields")).to_contain_text("Hanna Lindqvist")


def test_a_row_is_linked_and_answered_by_keyboard(visitor: Callable[..., Visitor]) -> None:
    """QUE-07: next, link and reply have keys on a row, reply and note on the record."""
    page = visitor("Hanna Lindqvist").go("/queues/open/")
    page.keyboard.press("j")
    key = key_at_cursor(page)
    page.keyboard.press("l")
    expect(page.locator("#dialog #pick-q")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator(f'tr[data-key="{key}"]').focus()
    page.keyboard.press("r")
    page.wait_for_url(f"**/incidents/{key}/#reply")
    expect(page.locator("#composer textarea")).to_be_focused()
    expect(page.locator("[data-audience=public]")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("[data-audience=internal]")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#composer textarea")).to_be_focused()


def test_the_wallboard_is_dark_and_live(visitor: Callable[..., Visitor]) -> None:
    """QUE-07: a wall needs no hand: it is dark whatever the person's theme, and a change arrives by itself."""
    page = visitor("Hanna Lindqvist").go("/wallboard/?queue=open")
    expect(page.locator(".ek-wall__figure")).to_have_count(1)
    colour = page.locator("#main").evaluate("element => getComputedStyle(element).backgroundColor")
    assert max(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")[:3]) < 60
    assert page.locator("#main a, #main button, #main input").count() == 0
