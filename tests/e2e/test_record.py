"""The record in a real browser: links by key, tasks, merge, and the reporter's own page from the mail to the answer."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

AGENT = "Hanna Lindqvist"
MAIL_SECONDS = 60.0


def open_keys(agent: Visitor, amount: int) -> list[str]:
    """The newest open incidents that somebody reported."""
    rows = agent.product.query(
        "SELECT key FROM tickets_ticket WHERE is_open AND status_category = 'progress' AND reporter_id IS NOT NULL AND category_id IS NOT NULL"
        " AND NOT is_restricted AND key NOT IN (SELECT t.key FROM tickets_ticket t JOIN tickets_task k ON k.ticket_id = t.id)"
        " ORDER BY id DESC LIMIT %s",
        amount,
    )
    return [str(row[0]) for row in rows]


def mail_about(agent: Visitor, key: str) -> str:
    """The newest mail with a reporter's link about an incident; it comes a moment after the deed."""
    until = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < until:
        found = agent.product.query(
            "SELECT body FROM notifications_message WHERE subject LIKE %s AND idempotency_key LIKE 'ticket-resolved%%' ORDER BY id DESC LIMIT 1",
            f"%{key}%",
        )
        if found:
            return str(found[0][0])
        time.sleep(0.3)
    raise AssertionError(f"no mail about {key}")


def save(page: Page) -> None:
    """Sends the dialog's form and waits until it is gone."""
    page.click(".ek-dialog__foot .btn-primary")
    expect(page.locator("#dialog")).not_to_be_visible()


def test_link_task_and_unlink(visitor: Callable[..., Visitor]) -> None:
    agent = visitor(AGENT)
    first, second = open_keys(agent, 2)
    page = agent.go(f"/incidents/{first}/")
    page.keyboard.press("l")
    page.fill("#pick-q", second)
    expect(page.locator("#picked input:checked")).to_have_value(second)
    page.select_option("select[name=relation]", "caused_by")
    save(page)
    expect(page.locator("#fields")).to_contain_text("Is caused by")
    page.get_by_role("button", name=f"Unlink {second}").click()
    expect(page.locator("#fields")).not_to_contain_text("Is caused by")
    agent.go(f"/incidents/{first}/?tab=tasks")
    page.fill("#task-text", "Roll back the release")
    page.check(".ek-taskadd input[type=checkbox]")
    page.keyboard.press("Enter")
    expect(page.locator("#task-list")).to_contain_text("cannot be resolved yet")
    expect(page.locator("#task-text")).to_be_focused()
    page.get_by_role("button", name="Owner, due date and order").click()
    page.fill("input[name=due_on]", "2026-01-05")
    save(page)
    expect(page.locator("#task-list")).to_contain_text("late")
    page.locator(".ek-task__tick").click()
    expect(page.locator("#task-list")).to_contain_text("1 of 1 done")


def test_merge_leads_on(visitor: Callable[..., Visitor]) -> None:
    agent = visitor(AGENT)
    first, second = open_keys(agent, 2)
    page = agent.go(f"/incidents/{first}/")
    page.click("#merge-record")
    page.fill("#pick-q", second)
    expect(page.locator("#picked input:checked")).to_have_value(second)
    page.click(".ek-dialog__foot .btn-primary")
    page.wait_for_url(f"**/incidents/{second}/")
    agent.go(f"/{first}")
    expect(page.locator("#rec-meta")).to_contain_text(f"Merged into {second}")


def test_the_reporter_says_no_without_a_login(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]]) -> None:
    agent = visitor(AGENT)
    key = open_keys(agent, 1)[0]
    page = agent.go(f"/incidents/{key}/")
    page.click("#status-button")
    page.locator("#moves").get_by_role("menuitem", name="Resolve").click()
    page.select_option("select[name=resolution]", index=1)
    save(page)
    link = re.search(r"/r/\S+/", mail_about(agent, key))
    assert link is not None
    stranger = visitor(width=390, height=844)
    page = stranger.go(link.group(0))
    expect(page.get_by_role("heading", name="Is it solved?")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "the page is wider than the screen"
    page.fill("#reason", "It still fails on my phone")
    page.get_by_role("button", name="Go on working on it").click()
    expect(page.get_by_text("You said that it is not solved")).to_be_visible()
    expect(page.get_by_text("It still fails on my phone")).to_be_visible()
    agent.go(f"/incidents/{key}/")
    expect(agent.page.locator("#timeline")).to_contain_text("It still fails on my phone")
