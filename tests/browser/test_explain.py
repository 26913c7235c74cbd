"""The Explain page in a real browser, on the real server with the bundled models."""

import io
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from defect_app.intake import encode_jpeg
from defect_app.scenes import render
from tests.browser.ready import settle
from tests.served_app import App
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
CASTING = "casting-mobilenetv2"
SLOW_MS = 150_000
"""For a map on a busy machine."""


def open_explain(page: Page, app: App, query: str = "") -> None:
    page.goto(f"{app.url}/explain?model={CASTING}{query}")
    expect(page.get_by_alt_text(re.compile("^Class activation map over"))).to_be_visible(timeout=60_000)


def choose_method(page: Page, name: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_role("button", name=name, exact=True).click()


def assert_no_exception(page: Page) -> None:
    assert page.get_by_test_id("stException").count() == 0


def downloaded(page: Page, label: str) -> bytes:
    page.get_by_role("button", name="Download").first.click()
    with page.expect_download() as event:
        page.get_by_role("button", name=label).click()
    return Path(event.value.path()).read_bytes()


def test_cold_it_shows_a_sample_with_its_map_and_the_hiding_check_in_words(page: Page, app: App) -> None:
    open_explain(page, app)
    expect(page.get_by_text(re.compile(r"Hiding the hottest 2 % takes the answer from 0\.\d+"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"Defect score 0\.\d+ reaches the reject threshold"))).to_be_visible()
    assert_no_exception(page)


def test_a_gradient_map_comes_with_a_note_a_layer_list_and_stands_beside_the_others(page: Page, app: App) -> None:
    open_explain(page, app, "&check=Look+inside")
    choose_method(page, "Grad-CAM")
    expect(page.get_by_alt_text(re.compile("^Grad-CAM over"))).to_be_visible(timeout=SLOW_MS)
    choose_method(page, "Layer-CAM")
    expect(page.get_by_alt_text(re.compile("^Layer-CAM over"))).to_be_visible(timeout=SLOW_MS)
    maps = [page.get_by_alt_text(re.compile(f"^{name} over"))
            for name in ("Class activation map", "Grad-CAM", "Layer-CAM")]  # fmt: skip

    def stand_in_one_row() -> bool:
        places = [place.bounding_box() for place in maps]
        return None not in places and len({round(place["y"]) for place in places if place}) == 1

    wait_until(stand_in_one_row, "the maps stand in one row")
    expect(page.get_by_alt_text(re.compile("^Stage 5: the 6 strongest"))).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("combobox", name=re.compile("Layer")).click()
    expect(page.get_by_role("option", name=re.compile(r"block_13_expand_relu · 18 x 18, 576 channels"))).to_be_visible()
    assert_no_exception(page)


def test_the_map_is_revealed_by_mouse_and_by_keys(page: Page, app: App) -> None:
    open_explain(page, app)
    page.get_by_text("Drag to reveal").click()
    handle = page.get_by_role("slider", name="How much of the heat map is revealed")
    expect(handle).to_be_visible()
    for side in ("← Photo alone", "With heat map →"):
        expect(page.get_by_text(side)).to_be_visible()
    above = page.locator(".reveal .above")
    # The script has drawn the edge; nothing below it is still to come.
    expect(above).to_have_attribute("style", re.compile("clip-path"))
    settle(page)
    box = page.locator(".reveal").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.up()
    expect(above).to_have_attribute("style", re.compile(re.escape("inset(0px 0px 0px 25%)")))
    handle.press("ArrowRight")
    expect(above).to_have_attribute("style", re.compile(re.escape("inset(0px 0px 0px 26%)")))
    assert_no_exception(page)


def test_the_downloads_are_the_map_and_its_overlay(page: Page, app: App) -> None:
    open_explain(page, app)
    png = cv2.imdecode(np.frombuffer(downloaded(page, "Map (16-bit PNG)"), np.uint8), cv2.IMREAD_UNCHANGED)
    assert png is not None
    assert png.dtype == np.uint16
    page.keyboard.press("Escape")
    heat = np.load(io.BytesIO(downloaded(page, "Map (NPY)")))
    assert heat.shape == png.shape
    np.testing.assert_allclose(png / 65535, heat, atol=1e-4)
    assert heat.max() > 0.9


def test_explain_this_takes_an_inspected_photo_along(page: Page, app: App) -> None:
    page.goto(f"{app.url}/inspect?model={CASTING}")
    photo = encode_jpeg(render("casting", 5, True).photo, quality=92)
    files = [{"name": "part_five.jpg", "mimeType": "image/jpeg", "buffer": photo}]
    page.locator("input[type=file]").first.set_input_files(files)  # type: ignore[arg-type]
    page.get_by_role("button", name="Explain this").click()
    expect(page).to_have_url(re.compile("/explain"))
    expect(page.get_by_alt_text("Class activation map over part_five.jpg")).to_be_visible()
    expect(page.get_by_text("From Inspect")).to_be_visible()
    assert_no_exception(page)


def test_on_a_narrow_screen_the_photo_and_its_map_stand_side_by_side(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 800, "height": 1000})
    page.goto(f"{app.url}/explain?model=metal-mobilenetv2")
    the_map = page.get_by_alt_text(re.compile("^Class activation map over"))
    expect(the_map).to_be_visible(timeout=60_000)
    photo = page.get_by_text("The photo", exact=True)
    expect(photo).to_be_visible()

    def stand_in_one_row() -> bool:
        left, right = photo.bounding_box(), the_map.bounding_box()
        if left is None or right is None:
            return False
        return right["x"] > left["x"] and right["y"] < left["y"] < right["y"] + right["height"] + 40

    wait_until(stand_in_one_row, "the photo and its map stand in one row")
    assert_no_exception(page)
