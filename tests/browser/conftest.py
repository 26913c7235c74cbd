"""The real app on a port of its own, and pages of a real Chromium."""

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.ready import STILL
from tests.served_app import App, running_app

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    # One process for all pages of the app, see `kept_open`.
    "--process-per-site",
]
VIEWPORT: ViewportSize = {"width": 1440, "height": 1000}
STORED = "local_storage,indexeddb,cache_storage,service_workers"


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(tmp_path_factory.mktemp("app") / "app.log") as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert executable, "Chromium is missing: on Debian, apt-get install chromium"
    # On a machine with other work a page may take more than the default of 5 s to be drawn.
    expect.set_options(timeout=150_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def kept_open(browser: Browser) -> Iterator[Page]:
    """Keep a page of the app's site open: the process that draws it, and what that compiled, serve all that follow.

    A page that is opened in a browser without one takes nearly twice the processor time.
    """
    context = browser.new_context(viewport=VIEWPORT, accept_downloads=True)
    page = context.new_page()
    page.route("http://localhost/**", lambda route: route.fulfill(body="kept open"))
    page.goto("http://localhost/")
    yield page
    context.close()


@pytest.fixture
def page(kept_open: Page) -> Iterator[Page]:
    """Open a page of a browser that knows nothing of those before: no cookie, nothing stored."""
    context = kept_open.context
    page = context.new_page()
    page.add_init_script(STILL)
    page.set_default_timeout(150_000)
    addresses: set[str] = set()
    page.on("framenavigated", lambda frame: addresses.add(frame.url))
    yield page
    session = context.new_cdp_session(page)
    for origin in {"{0.scheme}://{0.netloc}".format(urlsplit(address)) for address in addresses}:
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
    context.clear_cookies()
    for opened in context.pages:
        if opened is not kept_open:
            opened.close()
