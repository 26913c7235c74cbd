"""The Inspect page in a real browser, on the real server with the bundled models."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from defect_app.catalog import MODELS_FOLDER, load_catalog
from defect_app.inspection import Inspector
from defect_app.intake import encode_jpeg
from defect_app.records import open_records
from defect_app.scenes import render
from tests.browser.conftest import App
from tests.photo_files import jpeg_bytes, turned_file

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
CASTING = "casting-mobilenetv2"
IMAGENET = "imagenet-mobilenetv2"


def open_inspect(page: Page, app: App, model: str = CASTING) -> None:
    page.goto(f"{app.url}/inspect?model={model}")
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()


def drop(page: Page, files: list[tuple[str, bytes]]) -> None:
    payload = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    page.locator("input[type=file]").first.set_input_files(payload)  # type: ignore[arg-type]


def drop_from_disk(page: Page, folder: Path, files: list[tuple[str, bytes]]) -> None:
    for name, data in files:
        (folder / name).write_bytes(data)
    page.locator("input[type=file]").first.set_input_files([folder / name for name, _ in files])


def counts(page: Page) -> dict[str, int]:
    """Return the counts that the filter shows, once the batch has ended."""
    expect(page.get_by_role("button", name="Clear")).to_be_visible(timeout=90_000)
    filters = page.get_by_test_id("stButtonGroup").filter(has_text=re.compile(r"\d+ all")).locator("button")
    expect(filters.first).to_be_visible()
    texts = filters.all_inner_texts()
    found = {}
    for text in texts:
        matched = re.match(r"(\d+)\D*?(all|REJECT|REVIEW|PASS|RECOGNISED|UNSURE|NOT USABLE)$", " ".join(text.split()))
        assert matched, text
        found[matched.group(2)] = int(matched.group(1))
    return found


def download_text(page: Page, button: str) -> bytes:
    with page.expect_download() as event:
        page.get_by_role("button", name=button, exact=True).click()
    return Path(event.value.path()).read_bytes()


def casting(seed: int, *, defect: bool) -> bytes:
    return encode_jpeg(render("casting", seed, defect).photo, quality=92)


def assert_no_exception(page: Page) -> None:
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_text("Oh no").count() == 0


def test_a_jpeg_a_turned_png_and_a_broken_file_each_get_what_they_deserve(page: Page, app: App) -> None:
    open_inspect(page, app)
    scene = render("casting", 5, True).photo
    turned = turned_file(scene, 6, "PNG")
    upright = turned_file(scene, 1, "PNG")
    drop(page, [("good.jpg", casting(5, defect=False)), ("turned.png", turned), ("upright.png", upright),
                ("broken.jpg", casting(5, defect=True)[:900])])  # fmt: skip
    found = counts(page)
    assert found["all"] == 4
    assert found["NOT USABLE"] == 1
    records = {r["file"]: r for r in json.loads(download_text(page, "JSON"))}
    assert records["good.jpg"]["verdict"] == "PASS"
    assert records["turned.png"]["verdict"] == records["upright.png"]["verdict"] == "REJECT"
    assert records["turned.png"]["p"] == records["upright.png"]["p"]
    assert records["broken.jpg"]["verdict"] == "REJECTED_FILE"
    expect(page.get_by_text("1 file could not be used; all others were judged")).to_be_visible()
    expect(page.get_by_text("incomplete file").first).to_be_visible()
    assert_no_exception(page)


def test_a_deep_link_from_cold_opens_the_page_with_its_model_and_the_apps_own_menu(page: Page, app: App) -> None:
    page.goto(f"{app.url}/inspect?model={IMAGENET}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Everyday")
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    expect(page.get_by_role("link", name="Home")).to_be_visible()


def test_an_unknown_model_in_the_address_falls_back_to_a_usable_one(page: Page, app: App) -> None:
    open_inspect(page, app, "../../etc/passwd")
    titles = "|".join(re.escape(e.title) for e in load_catalog(MODELS_FOLDER).usable)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(f"^({titles})$"))
    assert_no_exception(page)


def test_a_hundred_photos_in_one_drop_are_all_judged(page: Page, app: App, tmp_path: Path) -> None:
    open_inspect(page, app)
    base = [casting(seed, defect=bool(seed % 2)) for seed in range(10)]
    # A trailing comment makes each file new without rendering a hundred scenes.
    drop_from_disk(page, tmp_path, [(f"part-{n:03d}.jpg", base[n % 10] + bytes([n])) for n in range(100)])
    found = counts(page)
    assert found["all"] == 100
    assert found["REJECT"] >= 40
    assert found["PASS"] >= 40
    page.get_by_test_id("stButtonGroup").get_by_text("REJECT").click()
    expect(page.get_by_text(re.compile(rf"1 of {found['REJECT']}$"))).to_be_visible()
    page.get_by_role("tab", name="Photos").click()
    expect(page.get_by_role("button", name="Open").first).to_be_visible()
    assert page.get_by_role("button", name="Open").count() <= 12
    assert_no_exception(page)


def test_results_survive_a_change_of_page_while_the_batch_runs(page: Page, app: App, tmp_path: Path) -> None:
    open_inspect(page, app)
    base = [casting(seed, defect=bool(seed % 2)) for seed in range(4)]
    drop_from_disk(page, tmp_path, [(f"part-{n:03d}.jpg", base[n % 4] + n.to_bytes(2, "big")) for n in range(150)])
    expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Is this part good?")).to_be_visible()
    page.get_by_role("link", name="Inspect", exact=True).click()
    assert counts(page)["all"] == 150


def test_a_batch_can_be_stopped_and_keeps_what_is_judged(page: Page, app: App, tmp_path: Path) -> None:
    open_inspect(page, app)
    base = [casting(seed, defect=bool(seed % 2)) for seed in range(4)]
    drop_from_disk(page, tmp_path, [(f"part-{n:03d}.jpg", base[n % 4] + n.to_bytes(2, "big")) for n in range(400)])
    page.get_by_role("button", name="Stop").click(timeout=60_000)
    assert 0 < counts(page)["all"] < 400
    expect(page.get_by_text(re.compile(r"Stopped after \d+ photos"))).to_be_visible()


def test_line_24_a_folder_is_judged_without_what_the_operating_system_left_in_it(
    page: Page, app: App, tmp_path: Path
) -> None:
    open_inspect(page, app)
    (tmp_path / "line 3").mkdir()
    for name, data in {"a.jpg": casting(1, defect=False), "line 3/b.jpg": casting(2, defect=True)}.items():
        (tmp_path / name).write_bytes(data)
    for name in (".DS_Store", "line 3/Thumbs.db"):
        (tmp_path / name).write_bytes(b"junk")
    page.get_by_role("radio", name="Folder").click()
    page.locator("input[type=file][webkitdirectory]").set_input_files(tmp_path)
    assert counts(page)["all"] == 2
    expect(page.get_by_text("2 files of the operating system skipped")).to_be_visible()


def test_a_shot_of_the_camera_is_judged(page: Page, app: App) -> None:
    open_inspect(page, app)
    page.get_by_role("radio", name="Camera").click()
    page.wait_for_function("document.querySelector('video')?.readyState === 4")
    page.get_by_role("button", name="Take Photo").click()
    assert counts(page) == {"all": 1, "REVIEW": 1}
    expect(page.get_by_text("Does not look like the photos this model knows").first).to_be_visible()


def test_a_click_on_a_row_and_the_arrow_keys_open_the_photo_large(page: Page, app: App) -> None:
    open_inspect(page, app)
    drop(page, [(f"part-{n}.jpg", casting(n, defect=False)) for n in range(4)])
    counts(page)
    expect(page.get_by_text("1 of 4")).to_be_visible()
    third_row = 36 + 2.5 * 52
    page.get_by_test_id("stDataFrame").click(position={"x": 200, "y": third_row})
    expect(page.get_by_text("3 of 4")).to_be_visible()
    expect(page.get_by_alt_text("part-2.jpg", exact=True)).to_be_visible()
    # Out of the table, whose cells the arrow keys walk otherwise.
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("4 of 4")).to_be_visible()


def test_a_reload_starts_clean_and_clear_forgets(page: Page, app: App) -> None:
    open_inspect(page, app)
    drop(page, [("a.jpg", casting(1, defect=False))])
    counts(page)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("No photo at hand?")).to_be_visible()
    drop(page, [("a.jpg", casting(1, defect=False))])
    assert counts(page)["all"] == 1
    page.reload()
    expect(page.get_by_text("No photo at hand?")).to_be_visible()
    assert_no_exception(page)


def test_line_22_of_the_hostile_inputs_501_files_get_a_message_and_nothing_is_lost(
    page: Page, app: App, tmp_path: Path
) -> None:
    open_inspect(page, app)
    drop(page, [("first.jpg", casting(1, defect=False))])
    counts(page)
    small = jpeg_bytes()
    drop_from_disk(page, tmp_path, [(f"{n}.jpg", small + n.to_bytes(2, "big")) for n in range(501)])
    expect(page.get_by_text("501 files")).to_be_visible(timeout=90_000)
    assert counts(page)["all"] == 1


def test_line_21_hostile_names_are_text_on_the_page_and_safe_in_the_csv(page: Page, app: App) -> None:
    open_inspect(page, app)
    names = [
        "<script>alert(1)</script>.jpg",
        "=cmd()|calc.jpg",
        "**bold** :red[x].jpg",
        "bild‮gpj.exe",
        "n" * 300 + ".jpg",
    ]
    dialogs: list[str] = []
    page.on("dialog", lambda d: (dialogs.append(d.message), d.dismiss()))
    drop(page, [(name, casting(20 + n, defect=False)) for n, name in enumerate(names)])
    assert counts(page)["all"] == 5
    assert not dialogs
    expect(page.get_by_text("<script>alert(1)</script>.jpg").first).to_be_visible()
    rows = list(csv.DictReader(io.StringIO(download_text(page, "CSV").decode())))
    assert len(rows) == 5
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_line_20_the_same_photo_under_two_names_is_judged_once_and_flagged(page: Page, app: App) -> None:
    open_inspect(page, app)
    photo = casting(3, defect=False)
    drop(page, [("one.jpg", photo), ("two.jpg", photo)])
    assert counts(page)["all"] == 2
    records = json.loads(download_text(page, "JSON"))
    assert "The same photo as one.jpg" in records[1]["reason"]
    assert records[0]["p"] == records[1]["p"]


def test_the_overlays_come_as_a_zip_with_a_picture_a_photo(page: Page, app: App) -> None:
    open_inspect(page, app)
    drop(page, [("a.jpg", casting(3, defect=True)), ("b.jpg", casting(4, defect=False)), ("c.jpg", b"no photo")])
    counts(page)
    with zipfile.ZipFile(io.BytesIO(download_text(page, "Overlays (ZIP)"))) as archive:
        names = archive.namelist()
        assert len([n for n in names if n.endswith(".jpg")]) == 2
        assert "record.csv" in names
        assert archive.read(names[0]).startswith(b"\xff\xd8")


def test_the_general_model_names_a_cat_and_the_casting_model_sends_it_to_review(page: Page, app: App) -> None:
    open_inspect(page, app, IMAGENET)
    page.get_by_role("button", name="Try it").first.click()
    assert counts(page)["all"] == 1
    record = json.loads(download_text(page, "JSON"))[0]
    assert "cat" in max(record["p"], key=record["p"].__getitem__).lower()
    assert record["label"] == "unsure" if record["verdict"] == "UNSURE" else "cat" in record["label"].lower()
    open_inspect(page, app, CASTING)
    from skimage.data import chelsea

    drop(page, [("cat.jpg", encode_jpeg(chelsea()))])
    assert counts(page)["REVIEW"] == 1
    expect(page.get_by_text("Does not look like the photos this model knows").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 800])
def test_nothing_is_fetched_from_elsewhere_and_nothing_overflows(page: Page, app: App, scheme: str, width: int) -> None:
    hosts: set[str] = set()
    page.on("request", lambda r: hosts.add(r.url.split("/")[2].split(":")[0] if "://" in r.url else "local"))
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 1000})
    open_inspect(page, app)
    drop(page, [("a.jpg", casting(3, defect=True))])
    counts(page)
    assert hosts <= {"localhost", "local"}, hosts
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_point_that_is_made_active_applies_to_the_photos_on_the_page_and_to_the_api(page: Page, app: App) -> None:
    records, loaded = open_records(), Inspector(CASTING)
    open_inspect(page, app)
    drop(page, [("good.jpg", casting(3, defect=False))])
    assert counts(page)["PASS"] == 1
    expect(page.get_by_text("The model's default point: Reject at").first).to_be_visible()
    strict = loaded.default_point.moved(review_at=0.0, reject_at=0.0, name="Strict <i>one</i>")
    try:
        records.save_point(strict, who="Ada", activate=True)
        page.get_by_text("Most suspicious first").click()
        expect(
            page.get_by_text("The photo here was judged anew from the stored scores: 1 verdict changed")
        ).to_be_visible()
        assert counts(page) == {"all": 1, "REJECT": 1}
        expect(page.get_by_text("Strict <i>one</i>, saved by Ada on").first).to_be_visible()
        record = json.loads(download_text(page, "JSON"))[0]
        assert record["operating_point"] == "Strict <i>one</i>: Reject at 0 and above, no review band: set by hand."
        answer = httpx.post(
            f"{app.url}/api/classify", params={"model": CASTING}, files={"files": casting(3, defect=False)}, timeout=60
        )
        assert answer.json()[0]["verdict"] == "REJECT"
    finally:
        records.deactivate(CASTING)
    assert_no_exception(page)
