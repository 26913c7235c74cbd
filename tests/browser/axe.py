"""What axe-core objects to on a page, in either theme."""

from collections.abc import Sequence
from importlib import resources
from typing import Literal

from playwright.sync_api import Page, expect

from tests.browser.ready import next_frame, settle

OF_COLOUR = ("color-contrast", "link-in-text-block")
"""The rules of WCAG 2.2 AA that look at colours: all that another theme changes."""
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations_in_both_themes(page: Page, first: Literal["light", "dark"] = "light") -> list[str]:
    """Return what axe-core objects to in the first theme, and in the other one among what depends on colours."""
    return [*violations(page, first), *violations(page, "dark" if first == "light" else "light", OF_COLOUR)]


def violations(page: Page, scheme: Literal["light", "dark"], rules: Sequence[str] = ()) -> list[str]:
    """Return what axe-core objects to in a theme, each with the first piece of the page that it means.

    Parameters
    ----------
    page : Page
        As it stands.
    scheme : str
        The theme.
    rules : sequence of str
        By axe-core's names; without any all that it applies by itself.
    """
    page.emulate_media(color_scheme=scheme)
    # The page follows the system's theme while it is open.
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
    settle(page)
    page.evaluate(AXE)
    # A page takes on the other theme's colours piece by piece: what is left when they stand still counts.
    options = {"resultTypes": ["violations"], **({"runOnly": {"type": "rule", "values": list(rules)}} if rules else {})}
    for _ in range(10):
        found = page.evaluate("options => axe.run(document, options)", options)["violations"]
        if not found:
            break
        next_frame(page)
    return [
        f"{page.url}, {scheme}: {v['id']}: {v['nodes'][0]['html'][:200]}, {v['nodes'][0]['any'][:1]}" for v in found
    ]
