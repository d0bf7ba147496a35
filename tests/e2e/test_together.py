"""Two people on one record in real browsers (INC-25): comparing what both saved."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_record import AGENT, open_keys, save

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

OTHER = "Daniel Okafor"


def test_two_save_the_same_summary(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]]) -> None:
    """INC-25: the second one compares, goes on in his own text and saves; the first one's other change stays."""
    agent, other = visitor(AGENT), visitor(OTHER, width=390, height=844)
    key = open_keys(agent, 1)[0]
    pages = [one.go(f"/incidents/{key}/") for one in (agent, other)]
    pages[0].keyboard.press("e")
    pages[0].fill("#id_summary", "Written by Hanna")
    pages[0].fill("#id_labels", "hanna")
    other.page.evaluate("document.querySelector('[data-hotkey=e]').click()")
    pages[1].fill("#id_summary", "Written by Daniel")
    pages[1].fill("#id_description", "Daniel alone")
    save(pages[1])
    pages[0].click(".ek-dialog__foot .btn-primary")
    dialog = pages[0].locator("#dialog")
    expect(dialog).to_contain_text("Daniel Okafor saved this while you were editing")
    expect(dialog).to_contain_text("Written by Daniel")
    expect(dialog).not_to_contain_text("Daniel alone")
    assert axe(pages[0]) == []
    pages[0].click(".ek-dialog__foot .btn-primary")
    expect(dialog).to_be_visible()  # nothing chosen yet
    pages[0].get_by_role("radio", name="Yours").check()
    pages[0].fill("#dialog #id_summary", "Written by both")
    save(pages[0])
    for page in pages:
        expect(page.locator("#rec-meta")).to_contain_text("Written by both")
    expect(pages[0].locator("#tab")).to_contain_text("Daniel alone")
    expect(pages[0].locator("#fields")).to_contain_text("hanna")


def test_who_is_here(visitor: Callable[..., Visitor]) -> None:
    """INC-25: who looks and who writes is shown live to the other, and goes when the page is closed."""
    agent, other = visitor(AGENT), visitor(OTHER)
    key = open_keys(agent, 2)[1]
    agent.go(f"/incidents/{key}/")
    other.go(f"/incidents/{key}/")
    here = agent.page.locator("#here")
    expect(here.get_by_title("Daniel Okafor is viewing")).to_be_visible()
    expect(other.page.locator("#here").get_by_title("Hanna Lindqvist is viewing")).to_be_visible()
    other.page.locator("#composer [data-audience=public]").click()
    other.page.keyboard.type("We are on it")
    expect(agent.page.locator("#writing")).to_have_text("Daniel Okafor is writing a reply")
    agent.go(f"/incidents/{key}/?tab=tasks")
    expect(agent.page.locator("#here").get_by_title("Daniel Okafor is writing a reply")).to_be_visible()
    agent.page.get_by_role("link", name="Activity").click()
    expect(agent.page.locator("#writing")).to_have_text("Daniel Okafor is writing a reply")
    other.page.close(run_before_unload=True)
    expect(here.locator("[title]")).to_have_count(0)
    expect(agent.page.locator("#writing")).to_be_empty()


def test_writing_a_reply(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]]) -> None:
    """INC-21: a canned reply by "/", a name by "@", a pasted picture, a draft that outlives the tab, a quote, an edit with its history."""
    agent = visitor(AGENT)
    key = open_keys(agent, 3)[2]
    page = agent.go(f"/incidents/{key}/")
    page.locator("#composer [data-audience=public]").click()
    page.keyboard.press("/")
    page.locator("#menu").get_by_role("menuitem", name="Please try again").click()
    text = page.locator("#composer textarea")
    expect(text).to_have_value(re.compile("should work again.*Hanna Lindqvist", re.DOTALL))
    text.fill("Ready. ")
    page.keyboard.type("@dani")
    expect(page.get_by_role("option", name="Daniel Okafor")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Enter")
    expect(text).to_have_value("Ready. @daniel.okafor ")
    page.evaluate(PASTE)
    expect(page.locator("[data-files] li")).to_have_count(1)
    expect(page.locator("[data-files] img")).to_be_visible()
    page.get_by_role("button", name="Remove pasted-").click()
    expect(page.locator("[data-files]")).to_be_hidden()
    page.evaluate(DROP)
    expect(page.locator("[data-files] li")).to_have_text("dropped.png")
    assert axe(page) == []
    again = agent.context.new_page()
    again.goto(page.url)
    expect(again.locator("#composer textarea")).to_have_value("Ready. @daniel.okafor ")
    again.close()
    held: list[Route] = []
    page.route("**/comment/", lambda route: held.append(route))
    text.press("Control+Enter")
    expect(text).to_have_value("Ready. @daniel.okafor ")  # it is on its way
    text.fill("Ready. @daniel.okafor And written meanwhile")
    while not held:
        page.evaluate("0")
    held[0].continue_()
    note = page.locator("#timeline .ek-note").first
    expect(note).to_contain_text("Ready. @daniel.okafor")
    expect(text).to_have_value("And written meanwhile")
    text.fill("")
    expect(page.locator("#timeline img.ek-thumb").first).to_be_visible()
    expect(page.locator("#timeline img.ek-thumb").first).not_to_have_js_property("naturalWidth", 0)
    page.locator("h1").click()
    page.keyboard.press("q")
    expect(text).to_have_value("> Ready. @daniel.okafor\n\n")
    note.hover()
    note.get_by_role("button", name="Edit this comment").click()
    page.fill("#dialog textarea", "Ready since noon")
    save(page)
    expect(note).to_contain_text("Ready since noon")
    note.get_by_role("button", name="edited").click()
    expect(page.locator("#dialog")).to_contain_text("Ready. @daniel.okafor")
    assert axe(page) == []


def test_a_slow_answer_outlives_the_button_that_asked(visitor: Callable[..., Visitor]) -> None:
    """While a comment's dialog is awaited its line is shown anew, because somebody else did something: the dialog must not stay pale for good."""
    agent = visitor(AGENT)
    page = agent.go(f"/incidents/{open_keys(agent, 1)[0]}/")
    held: list[Route] = []
    page.route("**/link/", lambda route: held.append(route))
    button = page.locator("[hx-target='#dialog-body'][hx-get$='/link/']").first
    button.click()
    expect(page.locator("#dialog-body")).to_have_class(re.compile("is-waiting"))
    button.evaluate("(button) => button.remove()")
    held[0].continue_()
    expect(page.locator("#dialog")).to_be_visible()
    expect(page.locator("#dialog-body")).not_to_have_class(re.compile("is-waiting"))


def test_pin_and_hide(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]]) -> None:
    """INC-22."""
    lead = visitor("Grace Mwangi")
    key = str(lead.product.query("SELECT key FROM tickets_ticket WHERE is_open AND comment_count > 1 ORDER BY id DESC LIMIT 1")[0][0])
    page = lead.go(f"/incidents/{key}/")
    item = page.locator(f"#{page.locator('#timeline .ek-tl__item:has(.ek-note)').first.get_attribute('id')}")
    item.hover()
    item.get_by_role("button", name="Pin to the review").click()
    expect(page.locator("#fields")).to_contain_text("Pinned to the review")
    item.hover()
    item.get_by_role("button", name="Hide this line").click()
    expect(item.locator("summary")).to_contain_text("Hidden by Grace Mwangi")
    expect(page.locator("#fields")).not_to_contain_text("Pinned to the review")
    assert axe(page) == []
    item.locator("summary").click()
    item.get_by_role("button", name="Show again").click()
    expect(item.locator(".ek-note")).to_be_visible()


IMAGE = """
const canvas = document.createElement('canvas'); canvas.width = 60; canvas.height = 40;
const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
const carrier = new DataTransfer(); carrier.items.add(new File([blob], NAME, { type: 'image/png' }));
"""
PASTE = (
    "async () => {" + IMAGE.replace("NAME", "'image.png'") + "document.querySelector('#composer textarea')"
    ".dispatchEvent(new ClipboardEvent('paste', { clipboardData: carrier, bubbles: true, cancelable: true })); }"
)  # fmt: skip
DROP = (
    "async () => {" + IMAGE.replace("NAME", "'dropped.png'") + "for (const type of ['dragover', 'drop'])"
    " document.querySelector('#timeline').dispatchEvent(new DragEvent(type, { dataTransfer: carrier, bubbles: true, cancelable: true })); }"
)  # fmt: skip
