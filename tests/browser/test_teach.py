"""Teach in a real browser: from dropped photos and a drawn frame to the first verdict of the model that they made."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.axe import violations_in_both_themes
from tests.browser.ready import settle
from tests.served_app import App
from tests.teaching.photos import casting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
A_CLASS = 5


@pytest.fixture
def taught() -> Iterator[Path]:
    """Return the app's folder of taught models; other tests do not find what was taught here."""
    root = Path(os.environ["DEFECT_APP_TAUGHT_MODELS"])
    yield root
    shutil.rmtree(root, ignore_errors=True)


def photos(first_seed: int, defective: bool) -> list[FilePayload]:
    return [
        {"name": f"{seed}.jpg", "mimeType": "image/jpeg", "buffer": casting(seed, defective)}
        for seed in range(first_seed, first_seed + A_CLASS)
    ]


def test_dropped_photos_and_a_frame_make_a_model_that_judges_there(page: Page, app: App, taught: Path) -> None:
    page.goto(f"{app.url}/teach")
    name = page.get_by_role("textbox", name="Name of the product")
    name.fill("Lid")
    name.press("Enter")
    expect(page.get_by_text("Drop photos first")).to_be_visible()
    found = violations_in_both_themes(page)
    zones = page.locator("input[type=file]")
    for zone, class_photos in enumerate((photos(900, False), photos(940, True))):
        zones.nth(zone).set_input_files(class_photos)
        expect(page.get_by_text(f"{A_CLASS} files", exact=True)).to_have_count(zone + 1)
    page.get_by_text("The part is at one place in every photo").click()
    width = page.get_by_label("Width", exact=True)
    width.fill("400")
    width.press("Tab")
    settle(page)
    found += violations_in_both_themes(page)

    page.get_by_role("button", name="Teach", exact=True).click()
    expect(page.get_by_text("is taught, in")).to_be_visible()
    expect(page.get_by_role("heading", name="How good it is")).to_be_visible()
    found += violations_in_both_themes(page)
    assert f"width = {400 / 512}" in (taught / "lid" / "model.toml").read_text(encoding="utf-8")

    page.get_by_role("link", name="Inspect photos with it").click()
    expect(page.get_by_text("Photos are judged in the frame that this product was taught in")).to_be_visible()
    settle(page)
    zones.first.set_input_files(photos(940, True)[:1])
    expect(page.get_by_text("Only the framed part of the photo was judged")).to_be_visible()
    assert not found, "\n".join(found)
