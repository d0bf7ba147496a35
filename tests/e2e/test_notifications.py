"""A mention reaches the other person's open screen; the page is read by keyboard; both themes and sizes (COM-08)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_screens import SIZES, look

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

AGENT, OTHER = "Hanna Lindqvist", "Daniel Okafor"
TELL = """
from accounts.models import User
from tickets.actions import conversation
from tickets.models import Ticket
ticket = Ticket.objects.filter(is_open=True, is_restricted=False).order_by("-id").first()
writer = User.objects.get(email="{writer}")
conversation.comment(ticket, actor=writer, body="{body}", is_internal=True)
"""


def tell(visitor: Visitor, body: str) -> None:
    """A colleague writes a note."""
    writer = visitor.product.query("SELECT email FROM accounts_user WHERE name LIKE 'Daniel%%' LIMIT 1")[0][0]
    visitor.product.tell(TELL.format(writer=writer, body=body))


def test_a_mention_arrives_on_the_open_screen_and_is_read_by_keyboard(visitor: Callable[..., Visitor]) -> None:
    agent = visitor(AGENT)
    page = agent.go("/services/")
    bell = page.locator(".ek-side .ek-bell")
    expect(bell).to_contain_text("Notifications")
    tell(agent, "@hanna.lindqvist can you take a look at the gateway?")
    expect(bell).to_contain_text("1 unread notification")
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.wait_for_url("**/notifications/")
    expect(page.locator(".ek-notice.is-unread")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/**")
    expect(page.locator(".ek-side .ek-bell")).not_to_contain_text("unread")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_screens(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]], size: str, theme: str) -> None:
    width, height = SIZES[size]
    agent = visitor(AGENT, width=width, height=height, theme=theme)
    tell(agent, "@hanna.lindqvist the certificate of the gateway ends tonight.")
    agent.go("/notifications/")
    expect(agent.page.locator(".ek-notice.is-unread").first).to_be_visible(timeout=15_000)
    look(agent, f"notifications-{size}-{theme}", axe)
    agent.go("/profile/#notifications")
    expect(agent.page.get_by_label("Somebody mentions you")).to_be_visible()
    look(agent, f"notification-preferences-{size}-{theme}", axe)
