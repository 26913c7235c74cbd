"""Live mode in a real browser whose camera shows a rendered part: no verdict is shown that is older than a second."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from defect_app.scenes import render
from tests.browser.axe import violations_in_both_themes
from tests.browser.camera_film import write_film
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.served_app import App
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WATCH = """live => {
  window.heard = []
  const hear = () => window.heard.push(`${live.dataset.state} ${live.querySelector(".word").textContent}`)
  new MutationObserver(hear).observe(live, { attributes: true, subtree: true, characterData: true, childList: true })
}"""
LATE = """() => {
  const fetch = window.fetch
  Object.assign(window, { late: 0, isLate: true })
  window.fetch = async (...asked) => {
    const answer = await fetch(...asked)
    if (window.isLate) await new Promise((done) => setTimeout(done, 1100))
    window.late += 1
    return answer
  }
}"""
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden })
  document.dispatchEvent(new Event("visibilitychange"))
}"""


@pytest.fixture
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    film = write_film(tmp_path_factory.mktemp("film") / "part.y4m", [render("casting", 2, True).photo], 1)
    flags = [*CHROMIUM_FLAGS, f"--use-file-for-fake-video-capture={film}"]
    own = browser.browser_type.launch(executable_path=shutil.which("chromium"), args=flags)
    page = own.new_page(viewport={"width": 390, "height": 844})
    page.set_default_timeout(150_000)
    yield page
    own.close()


def heard(page: Page) -> list[str]:
    words: list[str] = page.evaluate("window.heard")
    return words


def freeze_a_verdict(page: Page) -> None:
    """Freeze the picture while a verdict is shown; a busy machine may have none that is young enough."""
    live = page.locator(".live")

    def frozen() -> bool:
        expect(live).to_have_attribute("data-state", "judged")
        page.keyboard.press("f")
        expect(live).to_have_attribute("data-state", "frozen")
        if live.locator(".word").text_content() == "Frozen: REJECT":
            return True
        page.keyboard.press("f")
        return False

    wait_until(frozen, "a frozen verdict", 120)


def test_the_stream_is_judged_while_it_is_seen_and_no_verdict_is_older_than_a_second(page: Page, app: App) -> None:
    page.goto(f"{app.url}/inspect?model=casting-mobilenetv2")
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()
    page.get_by_text("Live", exact=True).click()
    live = page.locator(".live")
    expect(live).to_be_visible()
    live.evaluate(WATCH)
    wait_until(lambda: "judged REJECT" in heard(page), "the verdict on the part before the camera", 120)

    page.keyboard.press("Space")
    expect(page.locator(".inspect-rows tbody tr")).to_have_count(1)

    freeze_a_verdict(page)
    expect(live).to_have_attribute("data-state", "frozen")
    expect(live.get_by_role("button", name="Freeze")).to_have_attribute("aria-pressed", "true")
    assert not violations_in_both_themes(page)
    page.keyboard.press("f")
    expect(live).to_have_attribute("data-state", re.compile("judged|waiting"))

    # A part that lies still is stored by itself, and once.
    live.get_by_role("checkbox").check()
    expect(page.locator(".inspect-rows tbody tr")).to_have_count(2)
    page.wait_for_timeout(3000)
    expect(page.locator(".inspect-rows tbody tr")).to_have_count(2)
    live.get_by_role("checkbox").uncheck()

    page.evaluate(LATE)
    wait_until(lambda: page.evaluate("window.late") >= 1, "an answer that comes late")
    page.evaluate("window.heard = []")
    wait_until(lambda: page.evaluate("window.late") >= 3, "further ones", 120)
    assert not [words for words in heard(page) if words.startswith("judged")]
    page.evaluate("window.isLate = false")

    page.route("**/api/classify**", lambda route: route.abort())
    expect(live).to_have_attribute("data-state", "away")
    expect(live.locator(".reason")).to_contain_text("The API does not answer, so nothing is judged")
    page.evaluate(HIDE, True)
    expect(live).to_have_attribute("data-state", "hidden")
    assert page.locator(".live video").evaluate(
        "video => video.srcObject.getTracks().every(t => t.readyState === 'ended')"
    )
    page.unroute("**/api/classify**")
    page.evaluate(HIDE, False)
    expect(live).to_have_attribute("data-state", re.compile("judged|waiting"))
