"""Large photos are made smaller in the browser, where the site asks for it, and say so."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from defect_app.inspection import Inspected, Inspector
from defect_app.intake import content_hash
from defect_app.scenes import render
from tests.browser.test_inspect import CASTING, assert_no_exception, counts, download_text, drop_from_disk, open_inspect
from tests.served_app import App, running_app

EXIF_TURNED = Image.Exif()
EXIF_TURNED[0x0112] = 6
MOST_CHANGE = 0.02
"""Of a probability; `benchmarks.shrinking` measures it on many photos."""


@pytest.fixture
def shrinking_app(tmp_path: Path) -> Iterator[App]:
    with running_app(tmp_path / "app.log", DEFECT_APP_SHRINK_UPLOADS="1") as started:
        yield started


def large_photo(seed: int, *, defect: bool) -> bytes:
    """Return a turned JPEG of a casting with the pixels and the noise of a large camera."""
    pixels = cv2.resize(render("casting", seed, defect).photo, (2400, 2400), interpolation=cv2.INTER_CUBIC)
    noisy = pixels + np.random.default_rng(seed).normal(0, 4, pixels.shape)
    photo = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).rotate(90)
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=90, exif=EXIF_TURNED)
    return file.getvalue()


def damaged(photo: bytes) -> bytes:
    middle = len(photo) // 2
    return photo[:middle] + bytes(512) + photo[middle + 512 :]


def test_large_jpegs_are_sent_small_upright_and_say_so_and_a_damaged_one_is_still_refused(
    page: Page, shrinking_app: App, tmp_path: Path
) -> None:
    files = {f"{name}.jpg": large_photo(3, defect=name == "bad") for name in ("good", "bad")}
    files["damaged.jpg"] = damaged(files["good.jpg"])
    open_inspect(page, shrinking_app)
    drop_from_disk(page, tmp_path, list(files.items()))
    assert counts(page) == {"all": 3, "PASS": 1, "REJECT": 1, "NOT USABLE": 1}
    records = {record["file"]: record for record in json.loads(download_text(page, "JSON"))}
    inspector = Inspector.from_id(CASTING)
    for name in ("good.jpg", "bad.jpg"):
        assert "Shrunk in the browser from 2400 x 2400 pixels." in records[name]["reason"]
        assert records[name]["sha256"] != content_hash(files[name])
        as_it_was = inspector.inspect_bytes(files[name], name)
        assert isinstance(as_it_was, Inspected)
        assert as_it_was.judgement.p_defect is not None
        assert abs(records[name]["p_defect"] - as_it_was.judgement.p_defect) < MOST_CHANGE
        side = 2 * 2 * inspector.least_side
        assert records[name]["frame"] == [0, 0, side, side]
    assert records["damaged.jpg"]["sha256"] == content_hash(files["damaged.jpg"])
    expect(page.get_by_text("damaged").first).to_be_visible()
    assert_no_exception(page)
