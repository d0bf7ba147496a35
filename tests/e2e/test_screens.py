"""Every screen in both themes and sizes: no violation of WCAG A and AA, no console error, no request to another host, nothing wider than the screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Visitor, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

AGENT, ADMIN = "Hanna Lindqvist", "Grace Mwangi"
SCREENS = {
    "queue": "/queues/open/", "incident": "", "alerts": "/alerts/", "service": "/services/payments-gateway/", "services": "/services/",
    "create": "/incidents/new/", "profile": "/profile/",
}  # fmt: skip
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
PICTURES = Path(__file__).resolve().parents[2] / "var" / "screens"


def look(visitor: Visitor, name: str, axe: Callable[[Page], list[str]]) -> None:
    """Checks the page that is open and keeps its picture."""
    page = visitor.page
    settle(page)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "the page is wider than the screen"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_agents_screens(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]], size: str, theme: str) -> None:
    width, height = SIZES[size]
    agent = visitor(AGENT, width=width, height=height, theme=theme)
    key = agent.product.query("SELECT key FROM tickets_ticket WHERE is_open AND comment_count > 1 ORDER BY id DESC LIMIT 1")[0][0]
    for name, path in SCREENS.items():
        agent.go(path or f"/incidents/{key}/")
        look(agent, f"{name}-{size}-{theme}", axe)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_login_and_admin(visitor: Callable[..., Visitor], axe: Callable[[Page], list[str]], size: str, theme: str) -> None:
    width, height = SIZES[size]
    stranger = visitor(width=width, height=height, theme=theme)
    stranger.go("/login/")
    look(stranger, f"login-{size}-{theme}", axe)
    admin = visitor(ADMIN, width=width, height=height, theme=theme)
    integration = admin.product.query("SELECT min(id) FROM alerts_integration")[0][0]
    for name, path in {
        "admin": "/admin/",
        "admin-services": "/admin/services/service/",
        "admin-integration": f"/admin/alerts/integration/{integration}/change/",
    }.items():
        admin.go(path)
        page = admin.page
        settle(page)
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}-{size}-{theme}.png")
        assert axe(page) == []
