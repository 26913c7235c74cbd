"""axe-core finds no violation of WCAG on any page, in either theme, and no page asks for what its policy refuses."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations_in_both_themes
from tests.served_app import App

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
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
    "/lessons?exam=casting&exam_seed=3": "If you see a defect",
    "/lessons?lesson=confusion-matrix&step=2&answer=1&present=1": "Leave the presentation",
}


def test_no_page_violates_what_axe_checks_in_either_theme(page: Page, app: App) -> None:
    found: list[str] = []
    page.add_init_script(NAME_WHAT_IS_REFUSED)
    page.on("console", lambda message: found.append(message.text) if message.text.startswith(REFUSED) else None)
    for address, said in PAGES.items():
        page.goto(app.url + address)
        expect(page.get_by_text(said).first).to_be_visible()
        found += violations_in_both_themes(page)
    page.goto(f"{app.url}/inspect?model=casting-mobilenetv2")
    page.get_by_role("button", name="Judge all samples").click()
    expect(page.locator(".inspect-rows tr[aria-current]")).to_have_count(1)
    found += violations_in_both_themes(page, "dark")
    assert not found, "\n".join(found)
