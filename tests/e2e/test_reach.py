"""How a person is reached, in a real browser: a way is added, tried, seen and answered live; a push reaches the service worker (ONC-08, ONC-11, ONC-14)."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_screens import SIZES, look

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

AGENT, OTHER = "Hanna Lindqvist", "Daniel Okafor"
REACH = "/notifications/reach/"


def ready(visitor: Visitor) -> Page:
    """The page of a person who has the banner among his ways."""
    page = visitor.go(REACH)
    button = page.get_by_role("button", name="Use the banner in rules")
    if button.count():
        button.click()
        expect(page.locator(".ek-reach__row", has_text="Banner in Evenkeel")).to_be_visible()
    return page


def test_a_test_page_comes_as_a_banner_with_a_sound_and_is_answered_live(visitor: Callable[..., Visitor]) -> None:
    agent = visitor(AGENT)
    page = ready(agent)
    page.get_by_role("button", name="Send test page").click()
    banner = page.locator("#pages .ek-page")
    expect(banner).to_contain_text("Evenkeel: a test page")
    expect(page.locator("#outcomes .ek-reach__tries").first).to_contain_text(re.compile("delivered|accepted"))
    page.wait_for_function("Number(document.body.dataset.pageSounds) >= 1")
    banner.get_by_role("button", name="Acknowledge").click()
    expect(banner).to_have_count(0)
    expect(page.locator("#outcomes .ek-reach__page").first).to_contain_text("Acknowledged")
    assert agent.complaints == []


def test_a_way_is_added_with_a_clear_error_and_then_waits_for_its_code(visitor: Callable[..., Visitor]) -> None:
    other = visitor(OTHER)
    page = other.go(REACH)
    expect(page.locator("select[name=channel]")).to_have_value("ntfy")
    page.get_by_label("Address of the topic").fill("my pages")
    page.get_by_role("button", name="Add and send a code").click()
    expect(page.get_by_text("Write an address that begins with https://")).to_be_visible()
    page.get_by_label("Address of the topic").fill("https://ntfy.example.com/daniel")
    page.get_by_role("button", name="Add and send a code").click()
    row = page.locator(".ek-reach__row", has_text="https://ntfy.example.com/daniel")
    expect(row).to_contain_text("Not verified")
    page.get_by_placeholder("6 digits").fill("000000")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("That is not the code")).to_be_visible()
    page.get_by_role("button", name="Remove ntfy").click()
    expect(row).to_have_count(0)


def test_a_push_reaches_the_service_worker_and_stands_as_a_notification(visitor: Callable[..., Visitor]) -> None:
    """What the push service decrypts for the browser is handed to it by its own debugging door, as no push service is at hand."""
    agent = visitor(AGENT)
    agent.context.grant_permissions(["notifications"], origin=agent.product.url)
    page = agent.go(REACH)
    expect(page.get_by_role("button", name="Page me in this browser")).to_be_visible()
    door = agent.context.new_cdp_session(page)
    found: list[str] = []
    door.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(row["registrationId"] for row in event["registrations"]))
    door.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => true)")
    for _time in range(300):
        if found:
            break
        page.wait_for_timeout(100)
    told = {"title": "P1 Gateway down", "text": "5xx", "answer_url": f"{agent.product.url}/notifications/a/x/", "tag": "page:1:0", "important": True}
    shown: list[str] = []
    for _time in range(100):  # the door drops what comes before the worker is ready; the same tag again is the same notification
        door.send("ServiceWorker.deliverPushMessage", {"origin": agent.product.url, "registrationId": found[-1], "data": json.dumps(told)})
        page.wait_for_timeout(300)
        shown = page.evaluate(
            "async () => (await (await navigator.serviceWorker.ready).getNotifications()).slice(0, 1).flatMap((one) => "
            "[one.title, one.body, one.tag, one.data.url])"
        )
        if shown:
            break
    assert shown == ["P1 Gateway down", "5xx", "page:1:0", told["answer_url"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_screen(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]], size: str, theme: str) -> None:
    width, height = SIZES[size]
    agent = visitor(AGENT, width=width, height=height, theme=theme)
    ready(agent)
    look(agent, f"reach-{size}-{theme}", axe)
