"""The same files through page, command line and API give the same records."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from defect_app.cli import main
from defect_app.hosting.batch import Batch
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection import Inspector
from defect_app.intake import MAX_BYTES, PhotoFile
from defect_app.serving.api import create_api
from tests.model_folders import part_photo
from tests.photo_files import (
    animation_bytes,
    black_png_bytes,
    cmyk_jpeg_bytes,
    deep_grey_png_bytes,
    encoded,
    foreign_files,
    huge_png_header,
    jpeg_bytes,
    png_bytes,
    png_chunk,
    png_with_chunks,
    text_bomb_png,
    turned_file,
    webp_bytes,
    ycck_jpeg_bytes,
)

Door = Callable[[dict[str, bytes]], list[dict[str, object]]]


def sixty_files() -> dict[str, bytes]:
    """Return photos of every kind, repeats, and files of every kind that is refused, by name."""
    red, green = part_photo(1.2), part_photo(-1.2)
    damaged = bytearray(png_bytes(part_photo(0.7, 9)))
    damaged[len(damaged) // 2] ^= 0xFF
    named = {
        "strange.png": png_bytes(part_photo(0.0, 3, blueness=1.0)),
        "cmyk.jpg": cmyk_jpeg_bytes(red),
        "ycck.jpg": ycck_jpeg_bytes(red),
        "photo.webp": webp_bytes(green),
        "photo.avif": encoded(red, "AVIF"),
        "photo.heic": encoded(red, "HEIF"),
        "photo.bmp": encoded(green, "BMP"),
        "moving.webp": animation_bytes("WEBP", [red, green]),
        "deep.png": deep_grey_png_bytes(np.linspace(0, 65535, 96 * 96, dtype=np.uint16).reshape(96, 96)),
        "commented.png": png_with_chunks([png_chunk(b"tEXt", b"Comment\0again")], red),
        "plain.png": png_bytes(red),
        **{f"turned {i}.jpg": turned_file(part_photo(0.6, 8)[:, :64], i, "JPEG") for i in range(1, 9)},
        "empty.jpg": b"",
        "page.jpg": b"<html>hello</html>",
        "half.jpg": jpeg_bytes(red)[:900],
        "damaged.png": bytes(damaged),
        "dot.png": black_png_bytes(1, 1),
        "strip.png": black_png_bytes(32, 4000),
        "bomb.png": huge_png_header(),
        "text bomb.png": text_bomb_png(),
        "large.jpg": jpeg_bytes(red) + bytes(MAX_BYTES),
        "large again.jpg": jpeg_bytes(red) + bytes(MAX_BYTES),
        "empty again.jpg": b"",
        "=1+2.png": png_bytes(part_photo(0.4, 11)),
        "ü 部品 \u202e.png": png_bytes(part_photo(0.4, 12)),
        **{f"foreign {kind}".replace("/", "-"): data for kind, data in foreign_files().items()},
    }
    for n in range(8):
        named[f"part {n}.jpg"] = jpeg_bytes(part_photo(float(np.sin(n)), n, size=64 + 40 * n))
    while len(named) < 60:
        named[f"repeat {len(named)}.jpg"] = named[f"part {len(named) % 8}.jpg"]
    return {name: named[name] for name in sorted(named)}


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


@pytest.fixture
def by_page(inspector: Inspector) -> Door:
    def judge(contents: dict[str, bytes]) -> list[dict[str, object]]:
        batch = Batch(inspector)
        batch.add([PhotoFile.of_bytes(name, partial(bytes, data)) for name, data in contents.items()])
        batch.wait(300)
        return [entry.record.as_dict() for entry in batch.entries]

    return judge


@pytest.fixture
def by_api(tiny_models: Path) -> Door:
    client = TestClient(create_api(LocalModelHost(tiny_models)))

    def judge(contents: dict[str, bytes]) -> list[dict[str, object]]:
        sent = [("files", (name, data, "application/octet-stream")) for name, data in contents.items()]
        answer = client.post("/classify?model=tiny", files=sent)
        assert answer.status_code == 200
        found: list[dict[str, object]] = answer.json()
        return found

    return judge


@pytest.fixture
def by_command_line(
    tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Door:
    def judge(contents: dict[str, bytes]) -> list[dict[str, object]]:
        folder = tmp_path / "photos"
        folder.mkdir()
        for name, data in contents.items():
            with open(folder / name, "wb") as file:
                file.write(data)
        # So that paths are the bare names.
        monkeypatch.chdir(folder)
        names = [f"./{name}" for name in contents]
        assert main(["classify", *names, "--model", "tiny", "--models-folder", str(tiny_models)]) == 3
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return judge


def test_sixty_files_of_every_kind_get_the_same_records_from_page_command_line_and_api(
    by_page: Door, by_command_line: Door, by_api: Door
) -> None:
    contents = sixty_files()
    assert len(contents) == 60
    page = by_page(contents)
    assert [record["file"] for record in page] == list(contents)
    assert {record["verdict"] for record in page} == {"PASS", "REVIEW", "REJECT", "REJECTED_FILE"}
    assert sum(record["duplicate_of"] is not None for record in page) >= 15
    assert by_command_line(contents) == page
    assert by_api(contents) == page


def test_a_file_that_cannot_be_read_gets_the_same_record_from_page_and_command_line(
    by_command_line: Door, inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == "locked.jpg":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    records = by_command_line({"a.png": png_bytes(part_photo(1.0))} | {"locked.jpg": b""})
    batch = Batch(inspector)
    batch.add([PhotoFile.at(Path(name)) for name in ("a.png", "locked.jpg")])
    batch.wait(300)
    assert [entry.record.as_dict() for entry in batch.entries] == records
    assert records[1]["reason"] == (
        "the file cannot be read: Permission denied. Check that it exists and that you may read it, and try again."
    )


def test_the_api_describes_the_record_that_it_gives(tiny_models: Path, by_api: Door) -> None:
    client = TestClient(create_api(LocalModelHost(tiny_models)))
    schema = client.get("/openapi.json").json()
    answer = schema["paths"]["/classify"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    name = answer["items"]["$ref"].rsplit("/", 1)[-1]
    described = schema["components"]["schemas"][name]
    (record,) = by_api({"a.png": png_bytes(part_photo(1.0))})
    assert set(described["required"]) == set(record)
    assert set(described["properties"]) - set(record) == {"id", "judged_at", "source", "batch", "part", "who", "map"}
