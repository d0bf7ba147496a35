"""A running product and a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.e2e import product as products

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
PATIENCE = 60_000  # milliseconds; a busy machine is no failure
expect.set_options(timeout=PATIENCE)
# The browser's own lines about answers that the page handles itself.
HANDLED = ("Failed to load resource: the server responded with a status of 422", "Failed to load resource: the server responded with a status of 409")


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[products.Product]:
    """The demonstration company on a product of its own."""
    running = products.Product(tmp_path_factory.mktemp("product"), f"evenkeel_e2e_{worker_id}")
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a screen; closed after the last of these tests, as beside its event loop Django refuses to read the database."""
    path = products.chromium()
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


class Visitor:
    """A person with a browser, who writes down what should not happen: console errors and requests to other hosts."""

    def __init__(self, context: BrowserContext, product: products.Product) -> None:
        self.context, self.product = context, product
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(HANDLED):
            self.complaints.append(f"console: {message.text} at {self.page.url}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.product.url, "data:", "blob:")):
            self.complaints.append(f"request to another host: {request.url}")

    def go(self, path: str) -> Page:
        """Opens a page of the product."""
        self.page.goto(f"{self.product.url}{path}")
        return self.page

    def sign_in(self, name: str) -> "Visitor":
        """Signs in as a person of the company; his later browsers have the session of the first one."""
        if name in self.product.sessions:
            self.context.add_cookies(self.product.sessions[name])
            return self
        self.go("/login/")
        self.page.fill("input[name=username]", f"{name.lower().replace(' ', '.')}@meridian.example")
        self.page.fill("input[name=password]", products.PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "/login/" not in url)
        self.product.sessions[name] = self.context.cookies()
        return self


@pytest.fixture
def visitor(product: products.Product, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: visitor("Hanna Lindqvist", width=390, height=844, theme="dark")."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def make(name: str | None = None, *, width: int = 1440, height: int = 900, theme: Any = "light") -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, has_touch=width < 600)
        contexts.append(context)
        made = Visitor(context, product)
        visitors.append(made)
        return made.sign_in(name) if name else made

    yield make
    for context in contexts:
        context.close()
    assert [line for made in visitors for line in made.complaints] == []


AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


NEXT_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
STILL = "() => document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)"


SETTLED = """() => document.readyState === 'complete' && document.fonts.status === 'loaded' && !document.querySelector('.htmx-request, .is-waiting')
    && [...document.querySelectorAll('ek-graph')].every((one) => one.querySelector('canvas') || one.getBoundingClientRect().top > innerHeight)"""


def settle(page: Page) -> None:
    """Waits until what the page asks for by itself is there, such as its panels."""
    page.wait_for_load_state("load")
    for _time in range(2):  # what has arrived may ask for more
        page.wait_for_function(SETTLED)
        page.evaluate(NEXT_FRAMES)


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """axe(page) lists the violations of WCAG 2 A and AA on it, once nothing is awaited and what moves or fades in stands still: else texts are too pale."""
    source = AXE.read_text()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

    def violations(page: Page) -> list[str]:
        page.emulate_media(reduced_motion="reduce")
        settle(page)
        page.evaluate(source)
        page.evaluate(NEXT_FRAMES)  # what was just opened begins to fade in with the next frame
        page.wait_for_function(STILL)
        found = page.evaluate("(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags)
        return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]} ({rule['nodes'][0]['failureSummary'][:160]})" for rule in found["violations"]]

    return violations
