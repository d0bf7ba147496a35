"""The policy editor in a real browser: steps say whom they would page while they are edited; then it is saved."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def test_a_policy_is_made_while_its_steps_say_whom_they_page(visitor: Callable[..., Visitor]) -> None:
    page = visitor("Grace Mwangi").go("/oncall/policies/new/")
    page.fill("[name=name]", "Nights")
    page.select_option("[name=steps-0-target]", "team_members")
    assert page.is_visible("[name=steps-0-team]") and not page.is_visible("[name=steps-0-schedule]")
    page.select_option("[name=steps-0-team]", label="Service desk")
    page.wait_for_selector("#reach-0:has-text('would page')")
    assert page.locator("#policy-preview tbody tr").count() == 1
    page.click("#add-step")
    page.wait_for_selector("[name=steps-1-delay_minutes]")
    assert page.input_value("[name=steps-1-delay_minutes]") == "5"
    page.select_option("[name=steps-1-target]", "user")
    page.select_option("[name=steps-1-user]", label="Daniel Okafor")
    page.wait_for_selector("#reach-1:has-text('Daniel Okafor')")
    page.click("text=Save policy")
    page.wait_for_url("**/oncall/policies/nights/")
    assert page.locator(".ek-step").count() == 2
