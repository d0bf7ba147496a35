"""On-call in a real browser: the timeline that is dragged, the calendar's address, the hand-over note, the load."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def test_a_drag_on_the_timeline_makes_an_override_and_undo_takes_it_back(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Grace Mwangi").go("/oncall/?span=week")
    track = page.locator(".ek-sched__t--final").first
    page.locator("[aria-label=Later]").first.click()  # next week: what is past cannot be overridden
    page.wait_for_url("**from=**")
    expect(track).to_be_visible()
    before = track.locator(".ek-shift--over").count()
    box = track.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.30, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.45, y, steps=6)
    expect(page.locator(".ek-shift--ghost")).to_be_visible()
    page.mouse.up()
    dialog = page.locator("#dialog-body")
    expect(dialog.locator("input[name=starts_at]")).not_to_have_value("")
    assert dialog.locator("input[name=starts_at]").input_value() < dialog.locator("input[name=ends_at]").input_value()
    dialog.locator("button[type=submit]").click()
    page.locator(".ek-toast", has_text="is on call").hover()  # it stays as long as somebody points at it
    expect(track.locator(".ek-shift--over")).to_have_count(before + 1)
    page.locator(".ek-toast").get_by_role("button", name="Undo").click()
    expect(track.locator(".ek-shift--over")).to_have_count(before)


def test_escape_ends_a_drag(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Grace Mwangi").go("/oncall/?span=week")
    box = page.locator(".ek-sched__t--final").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 320, box["y"] + 10, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".ek-shift--ghost")).to_have_count(0)
    expect(page.locator("#dialog-body form")).to_have_count(0)


def test_the_address_of_a_calendar_opens_without_a_login_and_a_new_one_ends_it(visitor: Callable[..., Visitor]) -> None:
    mine = visitor("Grace Mwangi")
    page = mine.go("/oncall/shifts/")
    page.get_by_role("button", name="Calendar", exact=True).click()
    address = page.locator("#feed-url")
    expect(address).to_have_text(re.compile(r"\.ics$"))
    first = address.inner_text()
    path = re.sub(r"^https?://[^/]+", "", first)
    assert "BEGIN:VCALENDAR" in mine.context.request.get(f"{mine.product.url}{path}").text()
    page.get_by_role("button", name="New address").click()
    expect(address).not_to_have_text(first)
    assert mine.context.request.get(f"{mine.product.url}{path}").status == 404


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_load_is_reached_from_on_call(visitor: Callable[..., Visitor], width: int, height: int) -> None:
    page = visitor("Grace Mwangi", width=width, height=height).go("/oncall/")
    page.get_by_role("link", name="Load", exact=True).locator("visible=true").first.click()
    page.wait_for_url("**/oncall/load/")
    expect(page.get_by_role("table", name="Load by person")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_overrides_come_from_a_calendar_file_after_they_were_seen(visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    day = datetime.now(UTC) + timedelta(days=30)
    lines = ["UID:e2e", f"DTSTART:{day:%Y%m%d}T080000Z", f"DTEND:{day:%Y%m%d}T100000Z", "SUMMARY:Daniel Okafor covers"]
    file = tmp_path / "team.ics"
    file.write_text("\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]))
    page = visitor("Grace Mwangi").go("/oncall/?team=payments-platform")
    page.locator("[aria-label^='Calendar of']").first.click()
    page.get_by_role("button", name="Overrides from a calendar").click()
    dialog = page.locator("#dialog-body")
    dialog.get_by_role("button", name="Show what would change").click()
    expect(dialog.locator(".form-error")).to_have_text(re.compile("one of the two"))
    dialog.locator("input[type=file]").set_input_files(file)
    dialog.get_by_role("button", name="Show what would change").click()
    expect(dialog.locator("#calendar-preview")).to_contain_text("Daniel Okafor covers")
    dialog.get_by_role("button", name="Take it in").click()
    expect(page.locator(".ek-toast", has_text="1 new, 0 changed, 0 removed")).to_be_visible()
    expect(page.locator("#dialog")).not_to_be_visible()
    page.locator("[aria-label^='Calendar of']").first.click()
    page.get_by_role("button", name="Overrides from a calendar").click()
    page.on("dialog", lambda asked: asked.accept())
    dialog.get_by_role("button", name="Remove").click()
    expect(page.locator(".ek-toast", has_text="and 1 future events of it")).to_be_visible()


def test_routing_rules_are_made_ordered_and_tried(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Grace Mwangi").go("/oncall/routing/?team=data-platform")
    dialog, rules, tried = page.locator("#dialog-body"), page.locator("#rules li"), page.locator("#tried")
    expect(rules).to_have_count(1)
    expect(tried).to_contain_text("No rule fits")
    for priority in ("1", "2"):
        page.get_by_role("button", name="New rule").click()
        dialog.locator(f"input[name=priorities][value='{priority}']").check()
        dialog.locator("button[type=submit]").click()
        expect(page.locator("#dialog")).not_to_be_visible()
    expect(rules).to_have_count(3)
    expect(tried).to_contain_text("P1 fits")
    page.get_by_role("button", name="Move rule 2 up").click()
    expect(rules.first).to_contain_text("P2")
    expect(tried).to_contain_text("P2: not of this priority")
    page.locator("select[name=priority]").select_option("3")
    expect(tried).to_contain_text("No rule fits")
    page.on("dialog", lambda asked: asked.accept())
    for left in (2, 1):
        page.get_by_role("button", name="Change rule 1").click()
        dialog.get_by_role("button", name="Remove").click()
        expect(page.locator("#dialog")).not_to_be_visible()
        expect(rules).to_have_count(left)
    expect(rules).to_have_count(1)
