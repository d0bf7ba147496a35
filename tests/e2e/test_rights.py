"""The effective permissions page in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_why_can_i_see_and_do_that(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]], width: int, height: int) -> None:
    page = visitor("Hanna Lindqvist", width=width, height=height).go("/profile/")
    page.get_by_role("link", name="Your rights").click()
    page.fill("#ticket", "INC-1001")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("list", name="INC-1001")).to_contain_text("See it")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.fill("#ticket", "INC-999999")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#ticket-error")).to_contain_text("There is no record INC-999999")
