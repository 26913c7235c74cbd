"""What the tests of ``classify`` share: the command on tiny models, and a folder of three photos."""

import json
from pathlib import Path

import pytest

from defect_app.cli import main
from tests.cli.commands import Classify, Record
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes, png_bytes


@pytest.fixture
def classify(tiny_models: Path, capsys: pytest.CaptureFixture[str]) -> Classify:
    """Return a function that runs the command and gives status, records and what went to standard error."""

    def run(*arguments: object, model: str = "tiny") -> tuple[int, list[Record], str]:
        status = main(["classify", *map(str, arguments), "--model", model, "--models-folder", str(tiny_models)])
        captured = capsys.readouterr()
        return status, [json.loads(line) for line in captured.out.splitlines()], captured.err

    return run


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "inner").mkdir(parents=True)
    (folder / "a red.jpg").write_bytes(jpeg_bytes(part_photo(1.0, 1)))
    (folder / "b green.png").write_bytes(png_bytes(part_photo(-1.0, 2)))
    (folder / "inner" / "c strange.png").write_bytes(png_bytes(part_photo(0.0, 3, blueness=1.0)))
    return folder
