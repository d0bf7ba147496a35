"""Two people on one record in real browsers (INC-25): comparing what both saved."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

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
