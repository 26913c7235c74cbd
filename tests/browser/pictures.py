"""``python -m tests.browser.pictures``: the documents' pictures, taken from the running app as `pictures.toml` says.

Only what the project draws itself is on them: the app runs without data sets and with records of its own.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from defect_app.validation import validated
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.browser.ready import STILL, next_frame, settle
from tests.served_app import ROOT, App, running_app

PICTURES = ROOT / "docs" / "pictures"
MANIFEST = PICTURES / "pictures.toml"
WIDTH, HEIGHT = 1280, 860
COLOURS = 160
"""Of the files: text stays sharp, and a picture takes a third of the bytes."""


@dataclass(frozen=True)
class Picture:
    """A picture of a page.

    Attributes
    ----------
    file, alt : str
        Its name, and what there is to see.
    page : str
        A script of ``pages/`` without its suffix, or "home".
    title : str
        The page's title, or that of what it shows.
    shows : tuple of str
        Controls and words that the picture shows.
    state : dict
        What the address holds.
    press : tuple of str
        Buttons that are pressed first, one after the other.
    """

    file: str
    alt: str
    page: str
    title: str
    shows: tuple[str, ...]
    state: dict[str, str] = field(default_factory=dict)
    press: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The page's address below the app's."""
        path = "/" if self.page == "home" else f"/{self.page}"
        return path + (f"?{urlencode(self.state)}" if self.state else "")


def pictures() -> tuple[Picture, ...]:
    """Return what `pictures.toml` asks for."""
    with MANIFEST.open("rb") as file:
        return tuple(validated(Picture, entry) for entry in tomllib.load(file)["pictures"])


def take(browser: Browser, app: App, picture: Picture) -> bytes:
    """Return a picture as PNG, once all that it shows is drawn."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
    context.add_init_script(STILL)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(app.url + picture.address)
    for name in picture.press:
        page.get_by_role("button", name=name).first.click()
        settle(page)
    for words in (picture.title, *picture.shows):
        expect(page.get_by_text(words, exact=False).first).to_be_attached()
    _wait_for_drawings(page)
    png = page.screenshot(animations="disabled")
    context.close()
    return _few_colours(png)


def _wait_for_drawings(page: Page) -> None:
    settle(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    for chart in page.get_by_test_id("stPlotlyChart").all():
        expect(chart.locator(".main-svg").first).to_be_attached()
    page.evaluate("() => Promise.all([...document.images].map((image) => image.decode().catch(() => {})))")
    next_frame(page)


def _few_colours(png: bytes) -> bytes:
    buffer = io.BytesIO()
    # No dithering: grain would be the most of the file.
    few = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def main(names: list[str]) -> None:
    """Take all pictures, or those that are named."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    expect.set_options(timeout=60_000)
    with tempfile.TemporaryDirectory() as folder:
        own = {
            "DEFECT_APP_VAR": folder,
            "DEFECT_APP_DATABASE_URL": f"sqlite:///{folder}/records.sqlite",
            "DEFECT_APP_DATA": "",
        }
        os.environ.pop("DEFECT_APP_DATA", None)
        with running_app(Path(folder) / "app.log", **own) as app, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
            for picture in pictures():
                if not names or picture.file in names:
                    (PICTURES / picture.file).write_bytes(take(chromium, app, picture))
                    print(f"{picture.file}: {(PICTURES / picture.file).stat().st_size:,} bytes")
            chromium.close()


if __name__ == "__main__":
    main(sys.argv[1:])
