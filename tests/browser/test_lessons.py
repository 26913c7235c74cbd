"""A lesson held by keys and address, and the inspector's exam by keys and a click, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.ready import settle
from tests.served_app import App

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_a_lesson_is_held_by_the_arrow_keys_and_the_address_says_where_it_stands(page: Page, app: App) -> None:
    page.goto(f"{app.url}/lessons?lesson=confusion-matrix&step=2&present=1")
    heading = page.get_by_role("heading", name="A handful of damaged boxes")
    expect(heading).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    found = page.get_by_text("95 % interval 30.6 to 86.3 %")
    expect(found).to_have_count(0)
    # The buttons, and with them the keys, come a moment after the text.
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    settle(page)
    page.keyboard.press("ArrowRight")
    expect(found).to_be_visible()
    expect(page).to_have_url(re.compile(r"answer=1"))
    expect(page.get_by_role("button", name="Next")).to_be_visible()
    settle(page)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Is this accuracy good?")).to_be_visible()
    expect(page).to_have_url(re.compile(r"step=3"))
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    settle(page)
    page.keyboard.press("ArrowLeft")
    expect(heading).to_be_visible()
    expect(page).to_have_url(re.compile(r"lesson=confusion-matrix.*step=2|step=2.*lesson=confusion-matrix"))
