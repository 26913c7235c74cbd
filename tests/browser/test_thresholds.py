"""The Thresholds page in a real browser: lines dragged and pressed, counts held to the server's, points saved."""

import base64
import re
import statistics
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from defect_app.catalog import MODELS_FOLDER
from defect_app.catalog.folders import find_model
from defect_app.decision import Costs, InspectionThresholds, threshold_text, verdict_codes
from defect_app.evaluation.line import PerThousand, line_figures
from defect_app.evaluation.opening import open_evaluation
from defect_app.evaluation.selection import Selection, select
from defect_app.evaluation.thresholds import SortedScores, sorted_scores, verdict_counts
from defect_app.points import open_records
from tests.browser.ready import next_frame, settle, slowdown
from tests.decision.hard_scores import hard_cases
from tests.evaluation.caches import generated, scores_of
from tests.served_app import App
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
MODEL = "casting-mobilenetv2-int8"
Z = 1.959963984540054


def script() -> str:
    from defect_app.ui.thresholds.component import script

    return script()


@pytest.fixture(scope="module")
def scores() -> SortedScores:
    spec, folder = find_model(MODEL, MODELS_FOLDER)
    return sorted_scores(select(open_evaluation(folder, spec), Selection("test")))


def open_thresholds(page: Page, app: App, **params: str) -> None:
    query = "&".join(f"{name}={value}" for name, value in {"model": MODEL, **params}.items())
    page.goto(f"{app.url}/thresholds?{query}")
    expect(handle(page, "Review from")).to_be_visible()
    expect(page.locator(".matrix tbody tr")).to_have_count(2)
    # What is still to come may push the chart down.
    settle(page)


def handle(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def typed(page: Page, label: str) -> Locator:
    return page.get_by_role("textbox", name=label)


def value(page: Page, name: str) -> float:
    return float(handle(page, name).get_attribute("aria-valuenow") or "nan")


def matrix(page: Page) -> list[list[int]]:
    """Return the counts as they stand in the component's table, without the percent below them."""
    rows: list[list[int]] = page.locator(".matrix tbody").evaluate(
        "b => [...b.rows].map(r => [...r.cells].slice(1).map(c => Number(c.firstChild.data.replaceAll(',', ''))))"
    )
    return rows


def counted(scores: SortedScores, page: Page) -> list[list[int]]:
    lines = InspectionThresholds(value(page, "Review from"), value(page, "Reject from"))
    counts: list[list[int]] = verdict_counts(scores, lines).counts.tolist()
    return counts


def in_address(page: Page, name: str) -> float | None:
    found = re.search(rf"[?&]{name}=([^&]+)", page.url)
    return float(found[1]) if found else None


def press_and_move(page: Page, name: str, *, by: float) -> None:
    """Take a line's flag and move it by pixels, without letting go; again where the chart was drawn anew meanwhile."""
    before = value(page, name)
    for _ in range(5):
        box = handle(page, name).locator(".flag").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + by / 2, y, steps=5)
        page.mouse.move(x + by, y, steps=5)
        next_frame(page)
        if value(page, name) != before:
            return
        page.mouse.up()
        settle(page)
    raise AssertionError(f"the line {name} follows no drag")


def load_script(page: Page) -> None:
    """Load the component's own script into an empty page, as ``window.lines``."""
    page.goto("about:blank")
    encoded = base64.b64encode(script().encode()).decode()
    page.evaluate(f"import('data:text/javascript;base64,{encoded}').then(m => {{ window.lines = m }})")
    page.wait_for_function("window.lines !== undefined")


@pytest.mark.parametrize("step", [0.0, 0.01, 0.25], ids=["no ties", "ties", "five scores"])
def test_counts_in_the_browser_are_those_of_the_server_at_200_random_thresholds(page: Page, step: float) -> None:
    from defect_app.ui.thresholds.component import encoded

    bad, values = generated(3000, seed=21, step=step)
    ordered = scores_of(bad, values.astype(np.float32).astype(np.float64))
    generator = np.random.default_rng(22)
    at = np.concatenate([generator.random((100, 2)), generator.choice(ordered.candidates, (96, 2))])
    pairs = np.sort(np.concatenate([at, [[0, 0], [0, 1], [1, 1], [0.25, 0.25]]]), axis=1)
    load_script(page)
    told = page.evaluate(
        """([good, defective, pairs]) => {
          const [g, d] = [lines.decode(good), lines.decode(defective)]
          return pairs.map(([review, reject]) => [g, d].map((s) => lines.verdictRow(s, { review, reject })))
        }""",
        [encoded(ordered.good), encoded(ordered.defective), pairs.tolist()],
    )
    expected = [verdict_counts(ordered, InspectionThresholds(*pair)).counts.tolist() for pair in pairs]
    assert told == expected


def test_the_browsers_rule_is_that_of_decision_on_ties_neighbouring_numbers_and_nan(page: Page) -> None:
    from defect_app.ui.thresholds.component import encoded

    cases = list(hard_cases(300, seed=72))
    load_script(page)
    rows = page.evaluate(
        """(cases) => cases.map(
          ([scores, review, reject]) => lines.verdictRow(lines.decode(scores), { review, reject }))""",
        [[encoded(np.sort(scores)), at.review_at, at.reject_at] for scores, at in cases],
    )
    assert rows == [np.bincount(verdict_codes(scores, at), minlength=3).tolist() for scores, at in cases]


def test_the_browser_writes_a_threshold_as_the_server_does(page: Page) -> None:
    generator = np.random.default_rng(73)
    at = [0.0, 1.0, 0.3, 0.30004, 1e-6, 1e-7, 5e-324, 0.1 + 0.2, *generator.random(500)]
    at += [float(10**e) for e in generator.uniform(-20, 0, 500)]
    load_script(page)
    assert page.evaluate("(at) => at.map((t) => lines.thresholdText(t))", at) == [threshold_text(t) for t in at]


@pytest.mark.parametrize("n", [3000, 37, 1, 0])
def test_intervals_and_money_in_the_browser_are_those_of_the_server(page: Page, n: int) -> None:
    bad, values = generated(n, seed=23, step=0.05)
    ordered, costs = scores_of(bad, values), Costs(480, 21.5, 2.25)
    lines_to_try = [
        InspectionThresholds(0.3, 0.7),
        InspectionThresholds(0.0, 0.0),
        InspectionThresholds(0.5, 0.5),
        InspectionThresholds(0.2, 1.0),
    ]
    load_script(page)
    for lines in lines_to_try:
        counts = verdict_counts(ordered, lines)
        for rate in (0.0, 0.02, 1.0):
            told = page.evaluate(
                "([g, d, rate, costs, z]) => lines.lineFigures(g, d, rate, costs, z)",
                [*counts.counts.tolist(), rate, vars(costs), Z],
            )
            server = line_figures(counts, rate, costs)
            assert server.cost is not None
            for name, figure in (("escapes", server.escapes), ("falseRejects", server.false_rejects),
                                 ("reviews", server.reviews), ("cost", server.cost)):  # fmt: skip
                assert_same(told[name], figure)
        share = page.evaluate("([k, n, z]) => lines.proportion(k, n, z)", [counts.escapes.count, counts.escapes.n, Z])
        assert (share["low"], share["high"]) == pytest.approx((counts.escapes.low, counts.escapes.high), abs=1e-12)


def assert_same(told: dict[str, Any], figure: PerThousand) -> None:
    expected = [figure.value, figure.low, figure.high]
    got = [np.nan if told[k] is None else told[k] for k in ("value", "low", "high")]
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


def test_a_drag_counts_in_the_browser_and_the_page_follows_on_release(
    page: Page, app: App, scores: SortedScores
) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    open_thresholds(page, app, review="0.2", reject="0.6")
    assert matrix(page) == counted(scores, page)
    box = page.locator(".matrix").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 768, "on a small screen too the counts are seen while a line is dragged"
    before = matrix(page)
    press_and_move(page, "Reject from", by=-400)
    assert value(page, "Reject from") < 0.1
    assert value(page, "Review from") == value(page, "Reject from"), "the reject line pushes the review line down"
    assert matrix(page) == counted(scores, page) != before
    assert in_address(page, "reject") == 0.6, "the server has not heard of it"
    page.mouse.up()
    expect(page).to_have_url(re.compile(rf"reject={value(page, 'Reject from')}(&|$)"))
    expect(typed(page, "Reject from")).to_have_value(threshold_text(value(page, "Reject from")))
    assert matrix(page) == counted(scores, page)
    server = verdict_counts(scores, InspectionThresholds(value(page, "Review from"), value(page, "Reject from")))
    expect(page.get_by_text(server.headline)).to_be_visible()


def test_a_typed_line_shows_the_digits_that_decide(page: Page, app: App, scores: SortedScores) -> None:
    open_thresholds(page, app, review="0.2", reject="0.6")
    typed(page, "Reject from").fill("0.30004")
    typed(page, "Reject from").press("Enter")
    expect(page).to_have_url(re.compile(r"reject=0\.30004(&|$)"))
    expect(typed(page, "Reject from")).to_have_value("0.30004")
    expect(handle(page, "Reject from").locator(".flag")).to_have_text("reject from 0.30004")
    assert matrix(page) == counted(scores, page)


def test_lines_that_lie_on_each_other_can_be_parted_and_the_review_line_stops_at_the_other(
    page: Page, app: App, scores: SortedScores
) -> None:
    open_thresholds(page, app, review="0.4", reject="0.4")
    press_and_move(page, "Review from", by=-120)
    page.mouse.up()
    assert value(page, "Review from") < 0.3
    assert value(page, "Reject from") == 0.4
    press_and_move(page, "Review from", by=400)
    page.mouse.up()
    assert value(page, "Review from") == value(page, "Reject from") == 0.4
    assert matrix(page) == counted(scores, page)


def test_the_lines_move_by_keys_and_say_where_they_are(page: Page, app: App, scores: SortedScores) -> None:
    open_thresholds(page, app, review="0.3", reject="0.6")
    review, reject = handle(page, "Review from"), handle(page, "Reject from")
    review.focus()
    for key, expected in (("ArrowRight", "0.31"), ("ArrowUp", "0.32"), ("ArrowLeft", "0.31"),
                          ("Shift+ArrowDown", "0.309"), ("PageUp", "0.409"), ("PageDown", "0.309"), ("End", "0.6"),
                          ("ArrowRight", "0.6"), ("Home", "0"), ("PageDown", "0")):  # fmt: skip
        page.keyboard.press(key)
        expect(review).to_have_attribute("aria-valuenow", expected)
    reject.focus()
    page.keyboard.press("End")
    expect(reject).to_have_attribute("aria-valuenow", "1")
    assert matrix(page) == counted(scores, page)
    expect(page).to_have_url(re.compile(r"reject=1\.0"))
    expect(page).to_have_url(re.compile(r"review=0\.0"))
    bad = len(scores.defective)
    expect(reject).to_have_attribute("aria-valuetext", re.compile(rf"^1: 0 of {bad} defective parts escape"))
    expect(reject).to_have_attribute("aria-valuemin", "0")
    expect(review).to_have_attribute("aria-valuemax", "1")


def test_what_is_typed_moves_the_lines_and_a_shared_address_opens_them(page: Page, app: App) -> None:
    open_thresholds(page, app, review="-3", reject="1e9", split="Validation+photos")
    assert (value(page, "Review from"), value(page, "Reject from")) == (0, 1)
    expect(page.locator(".matrix thead")).to_contain_text("702 validation photos")
    typed(page, "Reject from").fill("0.55")
    typed(page, "Reject from").press("Enter")
    expect(handle(page, "Reject from")).to_have_attribute("aria-valuenow", "0.55")
    typed(page, "Defective on the line, %").fill("0")
    typed(page, "Defective on the line, %").press("Enter")
    expect(page.locator(".figures .escapes")).to_contain_text("0.0 (0.0 to 0.0)")
    shared = page.url
    page.goto("about:blank")
    page.goto(shared)
    expect(handle(page, "Reject from")).to_have_attribute("aria-valuenow", "0.55")
    expect(page.locator(".matrix thead")).to_contain_text("702 validation photos")


def test_a_rule_moves_the_lines_and_other_models_keep_their_own(page: Page, app: App) -> None:
    open_thresholds(page, app, review="0.2", reject="0.9")
    page.get_by_test_id("stButtonGroup").get_by_text("Find it for me").click()
    page.get_by_test_id("stButtonGroup").get_by_text("Best F1").click()
    expect(page.get_by_text("has the best F1")).to_be_visible()
    page.get_by_role("button", name="Move the lines there").click()
    expect(page.get_by_role("button", name="The lines are there")).to_be_disabled()
    wait_until(lambda: in_address(page, "reject") == value(page, "Reject from") != 0.9, "the line of the best F1")
    moved = in_address(page, "reject")
    page.get_by_role("link", name="Evaluate", exact=True).click()
    # The menu is the same on both pages: the one that is left must be gone before it is asked for again.
    expect(page.get_by_role("tab", name="Mistakes")).to_be_visible()
    page.get_by_role("link", name="Thresholds", exact=True).click()
    expect(handle(page, "Reject from")).to_have_attribute("aria-valuenow", str(moved))


@pytest.fixture
def nothing_active() -> Iterator[None]:
    yield
    open_records().deactivate(MODEL)


@pytest.mark.usefixtures("nothing_active")
def test_a_saved_point_is_the_one_that_inspect_applies(page: Page, app: App) -> None:
    open_thresholds(page, app, review="0.21", reject="0.82")
    typed(page, "A missed defect costs").fill("900")
    typed(page, "A missed defect costs").press("Enter")
    page.get_by_role("button", name="Save …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("night **shift**")
    dialog.get_by_label("Note").fill("agreed <b>today</b>")
    dialog.get_by_label("Who").fill("Ada")
    dialog.get_by_label("Who").press("Tab")
    dialog.get_by_text("QA works by it from now on").click()
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("night **shift**, saved by Ada").first).to_be_visible()
    active = open_records().active_point(MODEL)
    assert active is not None
    assert (active.point.thresholds, active.note) == (InspectionThresholds(0.21, 0.82), "agreed <b>today</b>")
    assert active.costs == Costs(900, 20, 2)
    chosen = active.point.chosen
    assert (chosen.split, chosen.n, chosen.rule) == ("test", 715, "set by hand")
    page.goto(f"{app.url}/inspect?model={MODEL}")
    expect(page.get_by_text("Reject at 0.82 and above, review from 0.21").first).to_be_visible()


def test_100_000_scores_follow_a_drag_at_30_frames_a_second(page: Page) -> None:
    from defect_app.ui.thresholds.component import FOLDER, encoded

    bad, values = generated(100_000, seed=24)
    ordered = scores_of(bad, values)
    classes = [{"title": role, "role": role, "scores": encoded(s)}
               for role, s in (("good", ordered.good), ("defective", ordered.defective))]  # fmt: skip
    data = {"scores": "made", "classes": classes, "words": "100,000 photos", "review": 0.4, "reject": 0.6, "moves": 0,
            "stretched": False, "defectRate": 0.02, "costs": vars(Costs(500, 20, 2)), "confidence": 95, "z": Z,
            "colours": {"good": "#0072B2", "defective": "#D55E00"}}  # fmt: skip
    load_script(page)
    markup, style = ((FOLDER / name).read_text() for name in ("lines.html", "lines.css"))
    slowed = slowdown(page)
    frames = page.evaluate(
        """async ([markup, style, data]) => {
          document.body.innerHTML = `<style>${style}</style><div id="root">${markup}</div>`
          const sent = []
          const setStateValue = (name, value) => sent.push(value)
          lines.default({ data, parentElement: document.querySelector("#root"), setStateValue })
          const frame = () => new Promise(requestAnimationFrame)
          await frame()
          const flag = document.querySelector(".line.reject")
          flag.setPointerCapture = () => {}
          const fire = (name, x) => flag.dispatchEvent(new PointerEvent(name, { clientX: x, button: 0, bubbles: true }))
          const box = flag.getBoundingClientRect()
          fire("pointerdown", box.x + 13)
          const intervals = []
          const texts = new Set()
          let last = await frame()
          for (let i = 1; i <= 60; i++) {
            fire("pointermove", box.x + 13 + (i % 2 ? -i : i))
            const now = await frame()
            intervals.push(now - last)
            last = now
            texts.add(document.querySelector(".figures").textContent)
          }
          fire("pointerup", 0)
          return { intervals, different: texts.size, sent: sent.length }
        }""",
        [markup, style, data],
    )
    assert frames["different"] > 50, "the figures follow every move"
    assert frames["sent"] == 1, "the server hears of a drag once"
    assert statistics.median(frames["intervals"]) / max(slowed, slowdown(page)) <= 1000 / 30
