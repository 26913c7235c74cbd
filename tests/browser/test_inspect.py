"""The Inspect page in a real browser, on the real server with the bundled models."""

import csv
import io
import json
import re
import zipfile
from contextlib import suppress
from pathlib import Path

import httpx
import numpy as np
import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from defect_app.decision import InspectionThresholds
from defect_app.inspection import Inspector
from defect_app.intake import encode_jpeg
from defect_app.points import open_records
from defect_app.scenes import render
from tests.browser.ready import next_frame, settle
from tests.photo_files import turned_file
from tests.served_app import App
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1_500)]
CASTING = "casting-mobilenetv2"
IMAGENET = "imagenet-mobilenetv2"
MANY_MS = 500_000
"""Hundreds of photos, on a machine with other work, in ms."""


def open_inspect(page: Page, app: App, model: str = CASTING) -> None:
    page.goto(f"{app.url}/inspect?model={model}")
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()
    settle(page)


def drop(page: Page, files: list[tuple[str, bytes]]) -> None:
    payload = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    page.locator("input[type=file]").first.set_input_files(payload)  # type: ignore[arg-type]


def drop_from_disk(page: Page, folder: Path, files: list[tuple[str, bytes]]) -> None:
    for name, data in files:
        (folder / name).write_bytes(data)
    page.locator("input[type=file]").first.set_input_files([folder / name for name, _ in files])


def counts(page: Page) -> dict[str, int]:
    """Return the counts that the filter shows, once the batch has ended and the browser has sent all of it."""
    expect(page.locator("#defect-lens-sending")).to_have_count(0, timeout=MANY_MS)
    settle(page)
    expect(page.get_by_role("button", name="Clear")).to_be_visible(timeout=MANY_MS)
    settle(page)
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
    missed: list[str] = []
    page.on("response", lambda answer: missed.append(answer.url) if answer.status == 404 else None)
    page.goto(f"{app.url}/inspect?model={IMAGENET}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Everyday")
    assert not missed, "the page asks for nothing that is not there"
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    expect(page.get_by_role("link", name="Home")).to_be_visible()


@pytest.mark.parametrize("asked", ["?model=../../etc/passwd", ""], ids=["a model that is not here", "no model"])
def test_without_a_model_the_page_opens_on_a_choice_of_products_and_goes_on_with_the_chosen_one(
    page: Page, app: App, asked: str
) -> None:
    page.goto(f"{app.url}/inspect{asked}")
    expect(page.get_by_role("heading", name="Choose a product")).to_be_visible()
    expect(page.get_by_text("../../etc/passwd")).to_have_count(1 if asked else 0)
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_have_count(0)
    page.get_by_role("button", name="Use Castings", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Castings (MobileNetV2)")
    expect(page).to_have_url(re.compile("model=casting-mobilenetv2$"))
    assert_no_exception(page)


def test_a_hundred_photos_in_one_drop_are_all_judged_also_while_another_page_is_open(
    page: Page, app: App, tmp_path: Path
) -> None:
    open_inspect(page, app)
    base = [casting(seed, defect=bool(seed % 2)) for seed in range(10)]
    # A trailing comment makes each file new without rendering a hundred scenes.
    drop_from_disk(page, tmp_path, [(f"part-{n:03d}.jpg", base[n % 10] + bytes([n])) for n in range(100)])
    expect(page.get_by_text(re.compile(r"\d+ of \d+ judged · .*more are being sent"))).to_be_visible()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Is this part good?")).to_be_visible()
    page.get_by_role("link", name="Inspect", exact=True).click()
    found = counts(page)
    assert found["all"] == 100
    assert found["REJECT"] >= 40
    assert found["PASS"] >= 40
    page.get_by_test_id("stButtonGroup").get_by_text("REJECT").click()
    expect(page.get_by_text(re.compile(rf"1 of {found['REJECT']}$"))).to_be_visible()
    page.get_by_role("tab", name="Photos").click()
    expect(page.get_by_role("button", name="Open no.").first).to_be_visible()
    assert page.get_by_role("button", name="Open no.").count() <= 12
    assert_no_exception(page)


def test_a_batch_can_be_stopped_keeps_what_is_judged_and_goes_on_with_the_rest(
    page: Page, app: App, tmp_path: Path
) -> None:
    open_inspect(page, app)
    base = [casting(seed, defect=bool(seed % 2)) for seed in range(4)]
    drop_from_disk(page, tmp_path, [(f"part-{n:03d}.jpg", base[n % 4] + n.to_bytes(2, "big")) for n in range(150)])
    page.get_by_role("button", name="Stop").click()
    # What the browser had not sent yet comes all the same, and waits with the others.
    judged = counts(page)["all"]
    assert 0 < judged < 150
    left = f"Stopped after {judged} photos, with {150 - judged} left: part-{judged:03d}.jpg, part-{judged + 1:03d}.jpg"
    expect(page.get_by_text(left)).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("150 photos judged")).to_be_visible(timeout=MANY_MS)
    assert counts(page)["all"] == 150
    expect(page.get_by_text("Stopped after")).to_have_count(0)


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


def wait_for_camera(page: Page) -> None:
    # Not by wait_for_function, which evaluates text within the page: its policy refuses that.
    wait_until(lambda: page.evaluate("document.querySelector('video')?.readyState === 4"), "the camera is there")


def test_a_shot_of_the_camera_is_judged(page: Page, app: App) -> None:
    open_inspect(page, app)
    page.get_by_role("radio", name="Camera").click()
    wait_for_camera(page)
    page.get_by_role("button", name="Take Photo").click()
    assert counts(page) == {"all": 1, "REVIEW": 1}
    expect(page.get_by_text("Does not look like the photos this model knows").first).to_be_visible()


def test_a_click_on_a_row_and_the_arrow_keys_open_the_photo_large(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 1200, "height": 600})
    open_inspect(page, app)
    drop(page, [(f"part-{n}.jpg", casting(n, defect=n == 3)) for n in range(5)])
    found = counts(page)
    assert (found["REJECT"], found["PASS"]) == (1, 4)
    panel = page.locator(".st-key-inspect_panel")
    marked = page.locator(".inspect-rows tr[aria-current]")
    expect(panel).to_contain_text("part-3.jpg")
    for _ in range(2):  # the same row can be opened again
        page.get_by_role("button", name="part-2.jpg", exact=True).click()
        expect(panel).to_contain_text("part-2.jpg")
        expect(marked).to_contain_text("part-2.jpg")
        expect(panel.get_by_alt_text("part-2.jpg", exact=True)).to_be_in_viewport()
    page.get_by_test_id("stButtonGroup").get_by_text("PASS").click()
    expect(panel).to_contain_text(re.compile(r"\d of 4"))
    expect(panel).to_be_focused()
    for _ in range(5):  # more than there are: it stays at the last one
        page.keyboard.press("ArrowRight")
    expect(panel).to_contain_text("4 of 4 · the last one")


def test_a_photo_is_looked_at_closer_by_wheel_and_keys_at_its_full_resolution(page: Page, app: App) -> None:
    open_inspect(page, app)
    drop(
        page,
        [("large.png", turned_file(np.kron(render("casting", 3, True).photo, np.ones((6, 6, 1), np.uint8)), 1, "PNG"))],
    )
    counts(page)
    page.get_by_role("button", name="Look closer").click()
    closer = page.get_by_role("application")
    expect(closer.locator("img")).to_have_js_property("naturalWidth", 6 * render("casting", 3, True).photo.shape[1])
    # Its script has drawn the photo whole, and hears the wheel.
    expect(closer).to_have_attribute("data-scale", "1.000")
    closer.hover()
    page.mouse.wheel(0, -600)
    expect(closer).not_to_have_attribute("data-scale", "1.000")
    closer.press("0")
    expect(closer).to_have_attribute("data-scale", "1.000")


def test_a_reload_and_a_second_tab_find_the_photos_and_clear_can_be_undone(page: Page, app: App) -> None:
    open_inspect(page, app)
    drop(page, [("a.jpg", casting(1, defect=False)), ("b.jpg", casting(2, defect=True))])
    assert counts(page)["all"] == 2
    page.reload()
    assert counts(page)["all"] == 2
    second = page.context.new_page()
    second.goto(page.url)
    assert counts(second)["all"] == 2
    second.close()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("2 photos were cleared.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    assert counts(page)["all"] == 2
    assert_no_exception(page)


def test_the_newest_photo_is_the_one_that_is_shown(page: Page, app: App) -> None:
    open_inspect(page, app)
    panel = page.locator(".st-key-inspect_panel")
    for name, defect, verdict in (
        ("good.jpg", False, "PASS"),
        ("bad.jpg", True, "REJECT"),
        ("fine.jpg", False, "PASS"),
    ):
        drop(page, [(name, casting(7 + len(name), defect=defect))])
        expect(panel).to_contain_text(name)
        expect(panel).to_contain_text(verdict)


def test_files_too_large_to_be_sent_are_listed_with_their_reason(page: Page, app: App, tmp_path: Path) -> None:
    open_inspect(page, app)
    drop_from_disk(page, tmp_path, [("huge.png", bytes(27_000_000)), ("a.jpg", casting(1, defect=False))])
    expect(page.get_by_role("button", name="a.jpg", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="huge.png", exact=True)).to_be_visible()
    assert counts(page) == {"all": 2, "PASS": 1, "NOT USABLE": 1}
    records = {r["file"]: r for r in json.loads(download_text(page, "JSON"))}
    assert "too large a file: 27.0 MB, the limit is 25 MB" in records["huge.png"]["reason"]


def press_until(page: Page, key: str, shot: Locator, said: re.Pattern[str]) -> None:
    """Press a key again and again, as a person does while the camera is not ready yet."""
    for _ in range(12):
        wait_for_camera(page)
        page.keyboard.press(key)
        with suppress(AssertionError):
            expect(shot).to_contain_text(said, timeout=8_000)
            return
    expect(shot).to_contain_text(said)


def test_the_space_bar_takes_the_next_photo_and_its_verdict_is_seen_without_scrolling_on_a_phone(
    page: Page, app: App
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_inspect(page, app)
    page.get_by_role("radio", name="Camera").click()
    shot = page.locator(".st-key-inspect_shot")
    for number in ("[1-9]", "[2-9]"):
        press_until(page, "Space", shot, re.compile(f"Photo no. {number}"))
        expect(shot.get_by_role("heading", name="REVIEW")).to_be_in_viewport()


def test_moved_choices_leave_one_place_in_the_history(page: Page, app: App) -> None:
    page.goto(app.url)
    page.get_by_role("link", name="Thresholds", exact=True).click()
    expect(page.get_by_role("heading", name="Where is the line?")).to_be_visible()
    line = page.get_by_role("slider").first
    expect(line).to_have_attribute("aria-valuenow", re.compile(r"\d"))
    for _ in range(3):
        # While the chart is drawn anew, a key goes nowhere.
        settle(page)
        before = page.url
        line.press("ArrowLeft")
        expect(page).not_to_have_url(before)
    page.go_back()
    expect(page.get_by_role("heading", name="Is this part good?")).to_be_visible()


def test_the_print_has_every_row_and_no_menu(page: Page, app: App) -> None:
    open_inspect(page, app)
    page.get_by_role("radio", name="Samples").click()
    page.get_by_role("button", name="Judge all samples").click()
    rows = counts(page)["all"]
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    frame = page.locator(".inspect-rows-scroll")
    expect(page.locator(".inspect-rows tbody tr")).to_have_count(rows)
    assert frame.evaluate("e => e.scrollHeight <= e.clientHeight + 1")


def test_line_22_of_the_hostile_inputs_of_501_files_500_are_judged_and_the_last_waits_in_the_table(
    page: Page, app: App, tmp_path: Path
) -> None:
    open_inspect(page, app)
    drop_from_disk(page, tmp_path, [(f"{n}.jpg", n.to_bytes(2, "big")) for n in range(501)])
    expect(page.get_by_text("1 wait: 500.jpg")).to_be_visible(timeout=MANY_MS)
    assert counts(page)["all"] == 500
    expect(page.locator(".inspect-rows tr").last).to_contain_text("NOT JUDGED")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("1 wait: 500.jpg")).to_have_count(0, timeout=MANY_MS)
    assert counts(page)["all"] == 501


def test_line_21_hostile_names_are_text_on_the_page_and_safe_in_the_csv(page: Page, app: App) -> None:
    open_inspect(page, app)
    names = [
        "<script>alert(1)</script>.jpg",
        "=cmd()|calc.jpg",
        "**bold** :red[x].jpg",
        "bild\u202egpj.exe",
        "n" * 300 + ".jpg",
    ]
    dialogs: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    drop(page, [(name, casting(20 + n, defect=False)) for n, name in enumerate(names)])
    assert counts(page)["all"] == 5
    assert not dialogs
    expect(page.get_by_text("<script>alert(1)</script>.jpg").first).to_be_visible()
    rows = list(csv.DictReader(io.StringIO(download_text(page, "CSV").decode("utf-8-sig"))))
    assert len(rows) == 5
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_the_table_is_written_in_the_form_of_the_readers_spreadsheet_and_the_zip_has_a_picture_a_photo(
    page: Page, app: App
) -> None:
    open_inspect(page, app)
    drop(page, [("Prüfstück.jpg", casting(3, defect=True)), ("Prüfstück.jpg", casting(4, defect=False)),
                ("c.jpg", b"no photo")])  # fmt: skip
    assert counts(page)["all"] == 3
    page.get_by_role("button", name="CSV form").click()
    page.get_by_text("semicolon, 0,5").click()
    page.keyboard.press("Escape")
    # The button gets its new form from the server.
    wait_until(lambda: b";" in download_text(page, "CSV").splitlines()[0], "the form that was chosen")
    table = download_text(page, "CSV")
    assert table.startswith(b"\xef\xbb\xbf"), "the mark by which Excel knows UTF-8"
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    files = ["Prüfstück.jpg", "Prüfstück.jpg", "c.jpg"]
    assert [(row["number"], row["file"]) for row in rows] == list(zip("123", files, strict=True))
    assert "," in rows[0]["p_defect"]
    page.get_by_role("button", name="Overlays (ZIP)").click()
    with page.expect_download() as event:
        page.get_by_role("button", name="Save the ZIP").click()
    with zipfile.ZipFile(event.value.path()) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".jpg")]
        assert [name.split("-")[0] for name in pictures] == ["0001", "0002"]
        assert "record.csv" in archive.namelist()
        assert archive.read(pictures[0]).startswith(b"\xff\xd8")


def test_a_download_just_after_another_photo_was_opened_comes(page: Page, app: App) -> None:
    open_inspect(page, app)
    drop(page, [(f"{n}.jpg", casting(n, defect=False)) for n in range(3)])
    counts(page)
    for _ in range(4):
        page.get_by_role("button", name="Next photo").or_(page.locator(".st-key-inspect_next button")).first.click()
        assert len(json.loads(download_text(page, "JSON"))) == 3
        assert download_text(page, "XLSX").startswith(b"PK")


def test_line_20_the_same_photo_under_two_names_is_judged_once_and_flagged(page: Page, app: App) -> None:
    open_inspect(page, app)
    photo = casting(3, defect=False)
    drop(page, [("one.jpg", photo), ("two.jpg", photo)])
    assert counts(page)["all"] == 2
    records = json.loads(download_text(page, "JSON"))
    assert "the same content as one.jpg, judged once" in records[1]["reason"]
    assert records[0]["p"] == records[1]["p"]


def test_the_general_model_names_a_cat_and_the_casting_model_sends_it_to_review(page: Page, app: App) -> None:
    open_inspect(page, app, IMAGENET)
    page.get_by_role("button", name="Try it").first.click()
    assert counts(page)["all"] == 1
    record = json.loads(download_text(page, "JSON"))[0]
    assert "cat" in max(record["p"], key=record["p"].__getitem__).lower()
    assert record["label"] == "unsure" if record["verdict"] == "UNSURE" else "cat" in record["label"].lower()
    open_inspect(page, app, CASTING)
    from skimage.data import chelsea

    cat = chelsea()  # type: ignore[no-untyped-call]
    drop(page, [("cat.jpg", encode_jpeg(cat))])
    assert counts(page)["REVIEW"] == 1
    seen = page.get_by_text("Does not look like the photos this model knows")
    expect(seen.filter(visible=True).first).to_be_visible()


def test_nothing_is_fetched_from_elsewhere_and_nothing_overflows(page: Page, app: App) -> None:
    hosts: set[str] = set()
    page.on("request", lambda r: hosts.add(r.url.split("/")[2].split(":")[0] if "://" in r.url else "local"))
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 800, "height": 1000})
    open_inspect(page, app)
    drop(page, [("a.jpg", casting(3, defect=True))])
    counts(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 800
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 1000})
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", "light")
    settle(page)
    next_frame(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    assert hosts <= {"localhost", "local"}, hosts


def test_a_point_that_is_made_active_applies_to_the_photos_on_the_page_and_to_the_api(page: Page, app: App) -> None:
    records, loaded = open_records(), Inspector.from_id(CASTING)
    open_inspect(page, app)
    drop(page, [("good.jpg", casting(3, defect=False))])
    assert counts(page)["PASS"] == 1
    expect(page.get_by_text("The model's default point: Reject at").first).to_be_visible()
    strict = loaded.default_point.moved(InspectionThresholds(0.0, 0.0), "Strict <i>one</i>")
    try:
        records.save_point(strict, who="Ada", activate=True)
        # Nobody touches the page: it learns of the point by itself.
        expect(
            page.get_by_text("The photo here was judged anew from the stored scores: 1 verdict changed")
        ).to_be_visible(timeout=20_000)
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


_TRANSLATED = """() => {
  const walker = document.createTreeWalker(document.querySelector('[data-testid=stMain]'), NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) if (walker.currentNode.textContent.trim()) nodes.push(walker.currentNode);
  for (const node of nodes) {
    const outer = document.createElement('font'), inner = document.createElement('font');
    outer.appendChild(inner);
    node.replaceWith(outer);
    inner.appendChild(document.createTextNode(node.textContent));
  }
}"""
"""What a browser's page translation does: each text node is replaced by one in two elements of its own."""


def test_a_translated_page_never_shows_a_photo_under_the_verdict_of_another(page: Page, app: App) -> None:
    open_inspect(page, app)
    good, bad = (encode_jpeg(render("casting", seed, defect).photo) for seed, defect in ((3, False), (5, True)))
    drop(page, [("good.jpg", good), ("bad.jpg", bad)])
    counts(page)
    verdicts: dict[str, set[str]] = {}
    panel = page.locator("[class*=st-key-inspect_shown]")
    for key in ("ArrowRight", "ArrowLeft", "ArrowRight", "ArrowLeft"):
        page.evaluate(_TRANSLATED)
        before = panel.locator("img").first.get_attribute("src")
        page.keyboard.press(key)
        expect(panel.locator("img").first).not_to_have_attribute("src", before or "")
        expect(panel).to_have_count(1)
        settle(page)
        text = " ".join(panel.inner_text().split())
        name = "good.jpg" if "good.jpg" in text else "bad.jpg"
        assert ("good.jpg" in text) != ("bad.jpg" in text)
        verdicts.setdefault(name, set()).update(re.findall(r"\b(PASS|REVIEW|REJECT)\b", text.split("What to do")[0]))
    assert {name: len(found) for name, found in verdicts.items()} == {"good.jpg": 1, "bad.jpg": 1}
    assert verdicts["good.jpg"] != verdicts["bad.jpg"]


def test_pages_ask_browsers_not_to_translate_them_and_not_to_frame_them(app: App) -> None:
    answer = httpx.get(app.url)
    assert 'translate="no"' in answer.text
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert httpx.get(f"{app.url}/api/health").headers["x-content-type-options"] == "nosniff"


def test_frames_over_a_tray_get_a_verdict_each_and_a_saved_one_judges_what_comes_next(page: Page, app: App) -> None:
    tray = np.hstack([render("casting", 1, False).photo, render("casting", 2, True).photo])
    open_inspect(page, app)
    drop(page, [("tray.jpg", encode_jpeg(tray, quality=92))])
    assert counts(page)["all"] == 1
    rows = page.locator(".inspect-rows tbody tr")
    page.get_by_role("button", name="Frame", exact=True).click()
    photo = page.locator(".framing")
    expect(photo.locator("img")).to_be_visible()
    # By its numbers: where a drag begins depends on where the part was found.
    for side, pixels in (("x", 5), ("y", 5), ("width", 1014), ("height", 502)):
        page.locator(f'.sides input[name="{side}"]').fill(str(pixels))
        page.locator(f'.sides input[name="{side}"]').press("Tab")
    page.get_by_label("Divide the chosen frame into a grid").select_option("1 2")
    page.get_by_role("button", name="Judge these 2 frames").click()
    expect(rows).to_have_count(2)
    expect(page.get_by_text("Only the framed part of the photo was judged")).to_be_visible()
    page.get_by_role("button", name="Frame", exact=True).click()
    expect(photo.locator("img")).to_be_visible()
    page.get_by_role("button", name="Save for all photos of this product").click()
    expect(page.get_by_text("Photos that come now are judged in a fixed frame")).to_be_visible()
    drop(page, [("next.jpg", encode_jpeg(tray[:, ::-1], quality=92))])
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Clear the frame").click()
    expect(page.get_by_text("Photos that come now are judged in a fixed frame")).to_have_count(0)
    assert_no_exception(page)


def test_of_a_large_drop_the_first_photos_are_judged_while_the_others_are_still_on_their_way(
    page: Page, app: App, tmp_path: Path
) -> None:
    open_inspect(page, app)
    held: list[Route] = []
    passed: list[str] = []

    def hold(route: Route) -> None:
        passed.append(route.request.url)
        if len(passed) == 3:
            held.append(route)
        else:
            route.continue_()

    page.route("**/_stcore/upload_file/**", hold)
    # What follows a JPEG's end does not count, and makes a file as large as a camera's.
    drop_from_disk(page, tmp_path, [(f"{n}.jpg", casting(n, defect=False) + bytes([n]) * 9_000_000) for n in range(4)])
    rows = page.locator(".inspect-rows tbody tr")
    expect(rows).to_have_count(2)
    expect(page.get_by_text("keep the page open")).to_be_visible()
    wait_until(lambda: page.evaluate("1") and held, "the third file on its way")
    held[0].continue_()
    expect(rows).to_have_count(4)
    expect(page.get_by_text("keep the page open")).to_have_count(0)
    assert_no_exception(page)


def test_what_was_on_its_way_when_the_page_was_left_is_sent_when_it_is_back(
    page: Page, app: App, tmp_path: Path
) -> None:
    open_inspect(page, app)
    held: list[Route] = []
    sent = 0

    def hold_the_last(route: Route) -> None:
        nonlocal sent
        sent += 1
        if sent == 61:
            held.append(route)
        else:
            route.continue_()

    page.route("**/_stcore/upload_file/**", hold_the_last)
    drop_from_disk(page, tmp_path, [(f"{n}.jpg", n.to_bytes(2, "big")) for n in range(61)])
    wait_until(lambda: page.evaluate("1") and held, "the last file on its way")
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Is this part good?")).to_be_visible()
    expect(page.get_by_text("open Inspect again, where they go on")).to_be_visible()
    page.get_by_role("link", name="Inspect", exact=True).click()
    assert counts(page)["all"] == 61
