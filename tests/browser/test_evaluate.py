"""Evaluate and Compare in a real browser: cells that open photos, shared addresses, the flip list, hostile caches."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Dialog, Page, expect

from defect_app.evaluation import EVALUATION_FILE
from tests.browser.ready import settle
from tests.evaluation.caches import casting_rows, generated, write_cache
from tests.model_folders import make_model_folder
from tests.served_app import App, running_app

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
CASTING = "casting-mobilenetv2"
SCENES = quote("Rendered scenes")
BAD, SCORES = generated(300, seed=21)
OTHER = np.clip(SCORES + np.random.default_rng(22).normal(0, 0.15, len(SCORES)), 0, 1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Run the app on models whose evaluations are made for the purpose, some of them broken."""
    models = tmp_path_factory.mktemp("made-models")
    caches = {
        "first": casting_rows(BAD, SCORES),
        "second": casting_rows(BAD, OTHER),
        "one-class": casting_rows(np.ones(20, bool), np.linspace(0, 1, 20)),
        "constant": casting_rows(BAD, np.full(len(BAD), 0.5)),
        "hostile-names": casting_rows(BAD[:60], SCORES[:60]).assign(image=_names()),
        "missing": None,
        "damaged": None,
    }
    for model, rows in caches.items():
        folder = make_model_folder(models, model, familiarity=False)
        if rows is not None:
            write_cache(folder, rows)
    (models / "damaged" / EVALUATION_FILE).write_bytes(b"PAR1 no table")
    log = tmp_path_factory.mktemp("made") / "app.log"
    with running_app(log, DEFECT_APP_MODELS=str(models), DEFECT_APP_DATA="") as app:
        yield app


def _names() -> pd.Series:
    names = ["<script>alert(1)</script>.jpg", "=cmd()|calc.jpg", "**bold** :red[x] $x$.jpg", "../../etc/passwd"]
    return pd.Series([names[i % 4] for i in range(60)])


def click_cell(page: Page, actual: str, predicted: str) -> None:
    """Click the cell of the matrix in the row and column of these headings."""
    chart = page.locator(".js-plotly-plot").first
    expect(chart.locator(".bars path").first).to_be_visible()
    settle(page)
    tick = {
        axis: chart.locator(f".{axis}tick text").filter(has_text=re.compile(rf"^{name}$")).bounding_box()
        for axis, name in (("y", actual), ("x", predicted))
    }
    assert tick["x"]
    assert tick["y"]
    page.mouse.click(tick["x"]["x"] + tick["x"]["width"] / 2, tick["y"]["y"] + tick["y"]["height"] / 2)


def assert_no_exception(page: Page) -> None:
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_text("Oh no").count() == 0


def test_a_click_on_a_cell_shows_its_photos_with_heat_maps_and_puts_the_cell_in_the_address(
    page: Page, app: App
) -> None:
    page.goto(f"{app.url}/evaluate?model={CASTING}&split={SCENES}")
    expect(page.get_by_text(re.compile(r"Measured on \d+ rendered scenes"))).to_be_visible()
    click_cell(page, "Defective casting", "Defective casting")
    heading = page.get_by_role("heading", name=re.compile("Actual Defective casting taken for Defective casting"))
    expect(heading).to_be_visible()
    expect(page.get_by_alt_text(re.compile(r"^50\d+\.jpg$"))).to_have_count(12)
    expect(page).to_have_url(re.compile("cell=Defective"))
    with_heat = page.get_by_alt_text(re.compile(r"^50\d+\.jpg$")).first.get_attribute("src")
    page.get_by_text("Heat maps", exact=True).click()
    expect(page.get_by_alt_text(re.compile(r"^50\d+\.jpg$")).first).not_to_have_attribute("src", with_heat or "")
    click_cell(page, "Good casting", "Good casting")
    expect(page.get_by_role("heading", name=re.compile("Actual Good casting taken for Good casting"))).to_be_visible()
    assert_no_exception(page)


def test_a_shared_address_opens_the_same_view_from_cold(page: Page, made: App) -> None:
    cell = quote("Defective casting → Good casting")
    page.goto(f"{made.url}/evaluate?model=second&threshold=0.9&cell={cell}&unit=Percent")
    missed = int((BAD & (np.float32(OTHER) < np.float32(0.9))).sum())
    name = re.compile(f"Actual Defective casting taken for Good casting: {missed} photos")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_role("textbox", name="Reject from")).to_have_value("0.9")
    expect(page.get_by_text("The photos are not on this machine")).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    assert_no_exception(page)


def test_another_model_starts_anew_and_is_in_the_address(page: Page, made: App) -> None:
    page.goto(f"{made.url}/evaluate?model=second&threshold=0.9")
    expect(page.get_by_text("Measured on 300 test photos of Tiny second")).to_be_visible()
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="Tiny first").click()
    expect(page.get_by_text("Measured on 300 test photos of Tiny first")).to_be_visible()
    expect(page.get_by_role("textbox", name="Reject from")).to_have_value("0.7")
    expect(page).to_have_url(re.compile("model=first"))


def test_every_tab_draws_its_chart_or_table(page: Page, made: App) -> None:
    page.goto(f"{made.url}/evaluate?model=first")
    for tab, least in (("Curves", 4), ("Calibration", 1), ("Classes", 3), ("Mistakes", 1)):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab, selected=True)).to_be_visible()
        charts = page.locator(".js-plotly-plot .main-svg .xtitle")
        expect(charts.nth(least - 1)).to_be_visible()
        settle(page)
    page.get_by_role("tab", name="Training").click()
    expect(page.get_by_text("first has no training history.")).to_be_visible()
    page.get_by_role("tab", name="Data check").click()
    expect(page.get_by_text(re.compile("looks? as if (its|their) labels? were|No label looks wrong"))).to_be_visible()
    assert_no_exception(page)


def test_the_flip_list_holds_the_photos_that_only_one_model_gets_right(page: Page, made: App) -> None:
    right = [(np.float32(scores) >= 0.7) == BAD for scores in (SCORES, OTHER)]
    # Four more models judge other parts of the same photos, so the two are chosen by name.
    page.goto(f"{made.url}/compare?section={quote('Where they differ')}&models=Tiny+first&models=Tiny+second")
    only = [int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())]
    said = re.compile(f"Tiny first alone is right on {only[0]}, Tiny second alone on {only[1]}")
    expect(page.get_by_text(said)).to_be_visible()
    page.get_by_role("radio", name="Only the second right").click()
    expect(page.get_by_text(re.compile(rf"^{only[1]} photos that only Tiny second gets right"))).to_be_visible()
    expect(page).to_have_url(re.compile("flips=Only"))
    settle(page)
    with page.expect_download() as event:
        page.get_by_role("button", name="CSV", exact=True).last.click()
    table = pd.read_csv(event.value.path())
    expected = np.flatnonzero(right[1] & ~right[0])
    assert set(table["photo"]) == {f"{i:06d}.png" for i in expected}


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("missing", "has no evaluation yet"),
        ("damaged", "cannot be read"),
        ("one-class", "no good parts among them"),
        ("constant", "the same score"),
    ],
)
def test_hostile_28_a_cache_that_cannot_be_used_is_explained(page: Page, made: App, model: str, said: str) -> None:
    page.goto(f"{made.url}/evaluate?model={model}")
    expect(page.get_by_text(re.compile(said)).first).to_be_visible()
    expect(page.get_by_role("combobox", name="Model")).to_be_visible()
    assert_no_exception(page)


def test_hostile_21_and_29_names_are_text_and_safe_in_the_csv_and_thresholds_are_clamped(page: Page, made: App) -> None:
    dialogs: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    page.goto(f"{made.url}/evaluate?model=hostile-names&threshold=NaN&cell=All+mistakes&split=%3Cb%3E")
    expect(page.get_by_text("The photos are not on this machine")).to_be_visible()
    expect(page.get_by_text("“NaN” is no number. Computed with 0.7.")).to_be_visible()
    settle(page)
    with page.expect_download() as event:
        page.get_by_role("button", name="CSV", exact=True).last.click()
    table = pd.read_csv(event.value.path())
    assert len(table)
    assert not table["photo"].str.match(r"^\s*[=+\-@]").any()
    assert not dialogs
    assert_no_exception(page)


def test_the_report_opens_by_itself_without_the_app(page: Page, made: App, tmp_path: Path) -> None:
    page.goto(f"{made.url}/evaluate?model=first")
    with page.expect_download() as event:
        page.get_by_role("button", name="Report").click()
    report = tmp_path / "report.html"
    event.value.save_as(report)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", name="Tiny first: evaluation")).to_be_visible()
    expect(page.locator(".js-plotly-plot .main-svg .xtitle").nth(4)).to_be_attached()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
