import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser import Axe, Inspect, Watch

pytestmark = pytest.mark.browser
POLICY = {"content-security-policy": "default-src 'self'"}
GOOD = "<!doctype html><html lang=en><title>A</title><main><h1>A</h1>{}</main></html>"
ORIGIN = "http://localhost:1"


def _faults(chromium: Browser, body: str) -> list[str]:
    context = chromium.new_context()
    watch = Watch(context, origin=ORIGIN)

    def answer(route: Route) -> None:
        found = route.request.url == f"{ORIGIN}/"
        route.fulfill(
            status=200 if found else 404, content_type="text/html", headers=POLICY, body=body
        )

    context.route("**/*", answer)
    context.new_page().goto(f"{ORIGIN}/", wait_until="load")
    context.close()
    return watch.faults


def test_watch_is_content_with_a_good_page(chromium: Browser) -> None:
    assert _faults(chromium, GOOD.format("<p>well</p>")) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("<p style='color: red'>x</p>", "blocked by the content security policy"),
        ("<script>1</script>", "blocked by the content security policy"),
        ("<script src=/missing.js></script>", "answered 404"),
        ("<a href=x>x</a><img src=http://elsewhere.test/x.png>", "asked another server"),
    ],
)
def test_watch_tells_of_each_fault(chromium: Browser, content: str, fault: str) -> None:
    faults = _faults(chromium, GOOD.format(content))

    assert fault in " ".join(faults)


def test_axe_works_under_the_policy_and_tells_of_a_fault(page: Page, axe: Axe) -> None:
    body = GOOD.format("<button></button>")
    page.route("**/*", lambda route: route.fulfill(headers=POLICY, body=body))
    page.goto("/healthz")

    with pytest.raises(AssertionError, match="button-name"):
        axe(page)


def test_axe_accepts_a_good_page(page: Page, axe: Axe) -> None:
    page.route("**/*", lambda route: route.fulfill(body=GOOD.format("<p>well</p>")))
    page.goto("/healthz")

    axe(page)


def test_a_page_that_is_pale_in_the_dark_alone_is_found(page: Page, inspect: Inspect) -> None:
    dark = "@media (prefers-color-scheme: dark) {p {color: #777; background: #888}}"
    script = "matchMedia('(prefers-color-scheme: dark)').onchange = (e) => {"
    script += "document.documentElement.dataset.bsTheme = e.matches ? 'dark' : 'light'}"
    body = GOOD.replace("lang=en", "lang=en data-bs-theme=light").format("<p>well</p>")
    page.route("**/*", lambda route: route.fulfill(body=body))
    page.goto("/healthz")
    page.add_script_tag(content=script)

    inspect(page)

    page.emulate_media(color_scheme="light")
    page.add_style_tag(content=dark)
    with pytest.raises(AssertionError, match="color-contrast"):
        inspect(page)
