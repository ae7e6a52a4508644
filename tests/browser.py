"""Headless Chromium for tests marked `browser`: fixtures page, sign_in and axe."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Page,
    Response,
    expect,
    sync_playwright,
)

from tests.needs import chromium_path

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
# What of a page another theme can change; whatever else is wrong, is wrong in both.
OF_COLOUR = ("color-contrast", "link-in-text-block")
LOOKS = (("light", DESKTOP, ()), ("dark", DESKTOP, OF_COLOUR), ("dark", PHONE, ()))
_ASSETS = {"script", "stylesheet", "image", "font"}
_LOCAL = ("data:", "blob:", "about:")

SignIn = Callable[[Page, Any], None]
Axe = Callable[..., None]
Inspect = Callable[[Page], None]


class Watch:
    """Collects what must not happen in any page, and what nobody would see by looking."""

    def __init__(self, context: BrowserContext, *, origin: str) -> None:
        self.origin = origin
        self.faults: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))
        context.on("request", lambda request: self._request(request.url))
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(f"blocked by the content security policy: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.origin, *_LOCAL)):
            self.faults.append(f"asked another server: {url}")

    def _response(self, response: Response) -> None:
        missing = response.status >= 400 and response.request.resource_type in _ASSETS
        if missing or response.status >= 500:
            self.faults.append(f"answered {response.status}: {response.url}")


@pytest.fixture(scope="session")
def chromium(no_connections: None) -> Iterator[Browser]:
    """Return the browser of this worker."""
    path = chromium_path()
    assert path, "Chromium is not installed; tests that use it carry the mark `browser`"
    with sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, in which Django would refuse every query.
        before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """Return an empty page whose address is relative to the live server.

    The test fails if any page it visits breaks the content security policy, throws in a script,
    asks another server, or misses one of its files.
    """
    context = chromium.new_context(
        base_url=live_server.url, viewport=DESKTOP, reduced_motion="reduce", locale="en-GB"
    )
    context.set_default_timeout(15_000)
    watch = Watch(context, origin=live_server.url)
    yield context.new_page()
    context.close()
    assert watch.faults == []


@pytest.fixture
def sign_in(live_server: Any) -> SignIn:
    """Return a function that signs a person in, without the log-in page."""

    def _sign_in(page: Page, person: Any) -> None:
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
        )

    return _sign_in


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Return a function that asserts that a page, as it stands, has no accessibility fault.

    ``axe(page, ignore=["rule-id"])`` leaves rules out; say why where you do. ``only`` asks for the
    named rules alone.
    """
    source = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()

    def _axe(page: Page, *, ignore: Iterable[str] = (), only: Iterable[str] = ()) -> None:
        wanted: dict[str, Any] = {"resultTypes": ["violations"]}
        wanted["rules"] = {rule: {"enabled": False} for rule in ignore}
        if only:
            wanted["runOnly"] = {"type": "rule", "values": list(only)}
        # Through the debugger, since the page's own policy rightly blocks foreign scripts.
        session = page.context.new_cdp_session(page)
        if not _evaluated(session, "'axe' in window"):
            _evaluated(session, f"{source}; true")
        run = f"axe.run(document, {json.dumps(wanted)})"
        found = _evaluated(session, f"{run}.then({_VIOLATIONS})")
        session.detach()
        assert found == []

    return _axe


@pytest.fixture
def inspect(axe: Axe) -> Inspect:
    """Return a function that looks at a page in light, in dark and on a phone, without a reload.

    It has no accessibility fault in any of them, and nothing runs out of it sideways.
    """

    def _inspect(page: Page) -> None:
        for scheme, size, rules in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
            # Charts take the new width a moment later.
            in_time = any(fits(page) or page.wait_for_timeout(100) for _ in range(50))
            assert in_time, f"{page.url} scrolls sideways at {size}"
            axe(page, only=rules)

    return _inspect


def fits(page: Page) -> bool:
    """Return whether nothing runs out of the page sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def _evaluated(session: CDPSession, expression: str) -> Any:
    question = {"expression": expression, "awaitPromise": True, "returnByValue": True}
    answer = session.send("Runtime.evaluate", question)
    assert "exceptionDetails" not in answer, answer
    return answer["result"]["value"]


# All that passed would take longer to bring over than to find.
_VIOLATIONS = """(found) => found.violations.map(({ id, impact, help, nodes }) => {
    const places = nodes.slice(0, 5).map((node) => node.target.join(" ")).join("; ");
    return `${id} (${impact}): ${help} at ${places}`;
})"""
