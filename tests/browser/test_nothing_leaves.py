"""From no page of the app, nor from its API, anything leaves the machine."""

import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes
from tests.served_app import running_app
from tests.test_nothing_leaves import Audit


@pytest.fixture
def audit(tmp_path: Path, tiny_models: Path) -> Audit:
    return Audit(tmp_path, tiny_models)


@pytest.mark.browser
def test_the_app_its_pages_and_the_api_send_nothing(audit: Audit, tmp_path: Path, page: Page) -> None:
    with running_app(tmp_path / "app.log", **audit.environment) as app:
        page.goto(f"{app.url}/inspect?model=tiny")
        page.get_by_test_id("stFileUploaderDropzone").wait_for()
        photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg_bytes(part_photo(1.2))}
        page.locator("input[type=file]").first.set_input_files(photo)  # type: ignore[arg-type]
        page.get_by_role("button", name="Clear").wait_for()
        for other in ("", "evaluate", "compare", "thresholds", "explain"):
            page.goto(f"{app.url}/{other}?model=tiny")
            page.get_by_role("heading", level=1).first.wait_for()
        with urllib.request.urlopen(f"{app.url}/api/models") as answer:
            assert b"tiny" in answer.read()
    assert audit.found() == []
