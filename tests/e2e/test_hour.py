"""The agent's hour, as somebody lives it on his first day (acceptance of the desk): triage, bulk, a queue of one's own, pausing, resolving."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_record import mail_about, open_keys, save

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

AGENT = "Hanna Lindqvist"


def cursor(page: Page) -> str:
    """The record at the cursor of the list."""
    return str(page.evaluate("document.querySelector('[data-row].is-cursor')?.dataset.key ?? ''"))


def log_by_phone(page: Page, summary: str) -> str:
    """A call is logged by keyboard; answers the key of the incident."""
    page.keyboard.press("c")
    page.wait_for_url("**/incidents/new/**")
    expect(page.locator("input[name=summary]")).to_be_focused()
    page.keyboard.type(summary)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/incidents/INC-\d+/"))
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def choose(page: Page, hotkey: str, typed: str, at: str) -> None:
    """Opens a menu of the row at the cursor by its key and takes an option of it, by its digit or by letters."""
    page.keyboard.press(hotkey)
    expect(page.locator("#menu")).to_be_visible()
    page.keyboard.type(typed)
    if len(typed) > 1:
        page.keyboard.press("Enter")
    expect(page.locator("#menu")).to_be_hidden()
    assert cursor(page) == at


def test_ten_new_incidents_are_triaged_by_keyboard_alone(visitor: Callable[..., Visitor]) -> None:
    """The row at the cursor keeps its place while its priority moves it in the order, shows at once what was done, and j goes on below it."""
    page = visitor(AGENT).go("/queues/open/")
    new = [log_by_phone(page, f"Call {number} of the morning") for number in range(10)]
    page.keyboard.press("Control+k")
    page.keyboard.type("unassig")
    expect(page.locator("#palette-list [role=option]").first).to_contain_text("Unassigned")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queues/unassigned/")
    order = [str(key) for key in page.evaluate("[...document.querySelectorAll('#rows [data-row]')].map((row) => row.dataset.key)")]
    assert [key for key in order if key in new] == new
    page.evaluate(f"document.querySelectorAll('#rows [data-row]')[{max(0, order.index(new[0]) - 1)}].focus()")
    for number, key in enumerate(new):
        page.keyboard.press("j")
        assert cursor(page) == key
        row = page.locator(f'tr[data-key="{key}"]')
        choose(page, "p", "2" if number % 2 else "4", key)
        expect(row.locator(".ek-prio")).to_have_text("P1" if number % 2 else "P3")
        choose(page, "t", "1", key)
        expect(row).to_contain_text("Triage")
        if number == 4:
            page.keyboard.press("l")
            expect(page.locator("#pick-q")).to_be_focused()
            page.keyboard.type(new[0])
            page.keyboard.press("Enter")
            expect(page.locator(".ek-toast").last).to_contain_text(f"{new[0]} linked")
            assert cursor(page) == key
        choose(page, "a", "lindq", key)
        expect(row).to_have_class(re.compile("is-gone"))
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/my-work/")
    for key in new:
        expect(page.locator(f'tr[data-key="{key}"]')).to_contain_text("Triage")


def test_many_rows_are_given_away_by_keyboard_with_a_preview_and_undone(visitor: Callable[..., Visitor]) -> None:
    page = visitor(AGENT).go("/queues/open/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    for _step in range(10):
        page.keyboard.press("j")
    page.keyboard.press("X")
    expect(page.locator("[data-bulk-n]")).to_have_text("11 selected")
    held = page.locator("#rows tr.is-selected [data-m=who]").all_text_contents()
    page.keyboard.press("a")
    page.keyboard.type("okaf")
    expect(page.locator("#menu [role=menuitemradio]:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#dialog .btn-primary")).to_have_text("Change 11 tickets")
    expect(page.locator("#dialog .btn-primary")).to_be_focused()
    expect(page.locator("#dialog tbody tr")).to_have_count(11)
    page.keyboard.press("Enter")
    expect(page.locator(".ek-toast").last).to_contain_text("11 incidents assigned to Daniel Okafor")
    page.locator(".ek-toast").last.hover()  # it stays as long as somebody points at it
    expect(page.locator("#rows tr.is-selected [data-m=who]", has_text="Daniel Okafor")).to_have_count(11)
    page.locator(".ek-toast button", has_text="Undo").click()
    expect(page.locator(".ek-toast").last).to_contain_text("Undone")
    expect(page.locator("#rows tr.is-selected [data-m=who]")).to_have_text([text.strip() for text in held])


def test_a_query_with_a_typo_is_mended_and_saved_as_a_queue(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]]) -> None:
    page = visitor(AGENT).go("/queues/open/")
    expect(page.locator("#queue-save button")).to_have_count(0)
    page.click("button[data-query-mode]")
    page.keyboard.type("asignee = currentUser() AND priority >= P3 ORDER BY created")
    page.keyboard.press("Enter")
    expect(page.locator("#query-error")).to_contain_text("Did you mean assignee? Column 1")
    expect(page.locator(".ek-query__wrong")).to_have_text("asignee")
    page.locator("#query-error [data-replace]").click()
    expect(page.locator("#queue-shown")).to_contain_text("of")
    expect(page.locator("#queue-save button")).to_have_text("Save queue")
    assert axe(page) == []
    page.click("#save-new")
    query = page.locator("#dialog textarea[name=query]")
    expect(query).to_have_value("assignee = currentUser() AND priority >= P3 ORDER BY created")
    query.fill("assignee = currentUser() AND prioritty >= P3")
    page.fill("#dialog input[name=name]", "Mine that matter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog .form-error")).to_have_text("Column 30: Field 'prioritty' does not exist. Did you mean priority?")
    query.fill("assignee = currentUser() AND priority >= P3")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/queues/mine-that-matter/")
    expect(page.locator(".ek-side a[aria-current=page]")).to_contain_text("Mine that matter")
    expect(page.locator("#queue-save button")).to_have_count(0)


def test_what_is_changed_on_ones_own_queue_is_saved_to_it(visitor: Callable[..., Visitor]) -> None:
    """The order of a head, the ticked columns and the filters hold together, and one button keeps them."""
    page = visitor(AGENT).go("/queues/unassigned/?priority=3")
    page.click("#save-new")
    page.fill("#dialog input[name=name]", "Threes of nobody")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/queues/threes-of-nobody/")
    page.click("#sort-updated, #sort-sla")
    page.wait_for_url("**sort=sla**")
    page.click("#columns-button")
    page.check("#columns-menu input[value=team]")
    page.wait_for_url("**columns=team**")
    page.uncheck("#columns-menu input[value=reporter]")
    page.wait_for_url(lambda url: "columns=reporter" not in url)
    page.keyboard.press("Escape")
    page.click('[data-chip="status"]')
    page.locator("#filter-status input").first.check()
    page.wait_for_url("**status=**")
    assert "sort=sla" in page.url and "columns=team" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("#queue-save button")).to_have_text(["Save changes", "Save as new"])
    page.click("#save-changes")
    expect(page.locator("#dialog textarea[name=query]")).to_have_value('assignee is EMPTY AND priority in ("3") AND status in ("new")')
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/queues/threes-of-nobody/")
    expect(page.locator("#queue-save button")).to_have_count(0)
    expect(page.locator("#rows").locator("xpath=../thead//th[@aria-sort]")).to_have_text("Resolve in")
    expect(page.locator("thead")).to_contain_text("Team")
    expect(page.locator("thead")).not_to_contain_text("Reporter")


def test_a_pause_has_a_reason_and_the_clock_explains_it(visitor: Callable[..., Visitor]) -> None:
    agent = visitor(AGENT)
    page = agent.go("/queues/open/")
    key = log_by_phone(page, "The scale at gate 3 shows nothing")
    page.keyboard.press("t")
    page.locator("#moves").get_by_role("menuitem", name="Put on hold").click()
    expect(page.locator("#dialog select[name=hold_reason]")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog .form-error").first).to_be_visible()
    page.select_option("#dialog select[name=hold_reason]", index=1)
    page.fill("#dialog input[name=reason]", "A photo of the scale")
    page.fill("#dialog input[name=follow_up_at]", "2020-01-01T09:00")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog .form-error")).to_contain_text("Choose a moment in the future")
    tomorrow = agent.product.query("SELECT to_char(now() + interval '1 day', 'YYYY-MM-DD\"T\"HH24:MI')")[0][0]
    page.fill("#dialog input[name=follow_up_at]", str(tomorrow))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#rec-meta")).to_contain_text("A photo of the scale")
    expect(page.locator("#rec-meta")).to_contain_text("follow-up")
    page.click("#sla-resolution")
    expect(page.locator("#dialog")).to_contain_text("remain when it goes on")
    lines = page.locator("#dialog .ek-why__cycle").last.locator("tbody tr")
    expect(lines).to_have_count(2)
    expect(lines.nth(1)).to_contain_text("A photo of the scale")
    assert key in page.locator("#dialog-title").inner_text()


def test_resolving_waits_for_the_reporter_and_the_head_follows(visitor: Callable[..., Visitor]) -> None:
    """GET of the signed link changes nothing, also of its verbs; the reporter's yes closes, and the desk's page loses Edit and Merge by itself."""
    agent = visitor(AGENT)
    key = open_keys(agent, 1)[0]
    page = agent.go(f"/incidents/{key}/")
    page.click("#status-button")
    page.locator("#moves").get_by_role("menuitem", name="Resolve").click()
    page.select_option("select[name=resolution]", index=1)
    page.fill("#dialog textarea[name=message]", "It works again")
    save(page)
    expect(page.locator("#status-button")).to_contain_text("Resolved")
    link = re.search(r"/r/\S+/", mail_about(agent, key))
    assert link is not None
    reader = visitor(width=390, height=844)
    for address in ("", "confirm/", "reject/"):
        reader.go(link.group(0) + address)
        expect(reader.page.get_by_role("heading", name="Is it solved?")).to_be_visible()
    assert agent.product.query("SELECT closed_at FROM tickets_ticket WHERE key = %s", key) == [(None,)]
    expect(page.locator("#merge-record")).to_be_visible()
    reader.page.get_by_role("button", name="Yes, it is solved").click()
    expect(reader.page.get_by_text("You confirmed that it is solved")).to_be_visible()
    expect(page.locator(".ek-recact")).to_contain_text("Closed")
    expect(page.locator("#merge-record")).to_have_count(0)
    expect(page.locator("#rec-acts [data-hotkey=e]")).to_have_count(0)
    reader.go(link.group(0))
    expect(reader.page.get_by_role("button", name="Yes, it is solved")).to_have_count(0)


def test_organisations_on_a_phone_say_what_their_numbers_are(visitor: Callable[..., Visitor]) -> None:
    page = visitor(AGENT, width=390, height=844).go("/organisations/")
    row = page.locator("#rows tr", has_text="Meridian Freight")
    expect(row).to_contain_text(re.compile(r"\d+ people"))
    assert re.search(r"\d+ people.*(\d+ open records?|Nothing open)", row.inner_text(), re.DOTALL), row.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
