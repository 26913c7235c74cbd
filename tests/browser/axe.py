"""What axe-core objects to on a page, in either theme."""

from importlib import resources
from typing import Literal

from playwright.sync_api import Page, expect

from tests.browser.ready import next_frame, settle

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, scheme: Literal["light", "dark"]) -> list[str]:
    """Return what axe-core objects to in a theme, each with the first piece of the page that it means."""
    page.emulate_media(color_scheme=scheme)
    # The page follows the system's theme while it is open.
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
    settle(page)
    page.evaluate(AXE)
    # A page takes on the other theme's colours piece by piece: what is left when they stand still counts.
    for _ in range(10):
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        if not found:
            break
        next_frame(page)
    return [f"{page.url}, {scheme}: {v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]
