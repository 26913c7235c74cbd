"""axe-core finds no violation of WCAG on any page, in either theme, and no page asks for what its policy refuses."""

from importlib import resources
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.ready import next_frame, settle
from tests.served_app import App

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
REFUSED = "refused by the policy:"
NAME_WHAT_IS_REFUSED = f"""
addEventListener('securitypolicyviolation', e =>
    console.error('{REFUSED}', e.violatedDirective, e.blockedURI, e.sourceFile))
"""
PAGES = {
    "/": "How it works",
    "/inspect": "Choose a product",
    "/review": "Review",
    "/inspections": "What was judged",
    "/evaluate?model=casting-mobilenetv2": "Measured on",
    "/compare": "What they cost",
    "/explain?model=casting-mobilenetv2": "Is it to be believed?",
    "/thresholds?model=casting-mobilenetv2": "In use by Inspect",
    "/lessons": "a question before each answer",
    "/lessons?lesson=confusion-matrix&step=2&answer=1&present=1": "Leave the presentation",
}


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


def test_no_page_violates_what_axe_checks_in_either_theme(page: Page, app: App) -> None:
    found: list[str] = []
    page.add_init_script(NAME_WHAT_IS_REFUSED)
    page.on("console", lambda message: found.append(message.text) if message.text.startswith(REFUSED) else None)
    for address, said in PAGES.items():
        page.goto(app.url + address)
        expect(page.get_by_text(said).first).to_be_visible()
        found += [*violations(page, "light"), *violations(page, "dark")]
    page.goto(f"{app.url}/inspect?model=casting-mobilenetv2")
    page.get_by_role("button", name="Judge all samples").click()
    expect(page.locator(".inspect-rows tr[aria-current]")).to_have_count(1)
    found += [*violations(page, "dark"), *violations(page, "light")]
    assert not found, "\n".join(found)
