"""``classify`` on folders as they come: lines, statuses, duplicates, hostile files and names, tables and heat maps."""

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from defect_app.intake import MAX_BYTES
from tests.cli.commands import Classify
from tests.model_folders import part_photo
from tests.photo_files import (
    animation_bytes,
    black_png_bytes,
    cmyk_jpeg_bytes,
    foreign_files,
    huge_png_header,
    jpeg_bytes,
    png_bytes,
    text_bomb_png,
    turned_file,
    webp_bytes,
    ycck_jpeg_bytes,
)

KEYS = ["file", "sha256", "verdict", "label", "p", "p_defect", "familiar", "reason", "operating_point"]
KEYS += ["duplicate_of", "frame", "model", "model_sha256"]


def test_each_photo_is_one_json_object_a_line_with_the_promised_keys(classify: Classify, photos: Path) -> None:
    status, records, _ = classify(photos)
    assert status == 0
    assert [list(r) for r in records] == [KEYS] * 3
    assert [(Path(r["file"]).name, r["verdict"], r["label"]) for r in records[:2]] == [
        ("a red.jpg", "REJECT", "def_front"),
        ("b green.png", "PASS", "ok_front"),
    ]
    red, _, strange = records
    assert red["sha256"] == hashlib.sha256((photos / "a red.jpg").read_bytes()).hexdigest()
    assert set(red["p"]) == {"def_front", "ok_front"}
    assert sum(red["p"].values()) == pytest.approx(1, abs=1e-6)
    assert red["p_defect"] == red["p"]["def_front"]
    assert red["familiar"] is True
    assert (strange["verdict"], strange["familiar"]) == ("REVIEW", False)
    assert strange["reason"] == "Does not look like the photos this model knows."


def test_two_runs_give_the_same_lines(classify: Classify, photos: Path) -> None:
    assert classify(photos) == classify(photos)


def test_files_and_folders_mix_and_a_file_named_twice_is_judged_once(classify: Classify, photos: Path) -> None:
    _, records, _ = classify(photos / "b green.png", photos, photos / "b green.png")
    assert len(records) == 3


def test_hostile_files_are_rejected_with_their_reasons_and_all_others_judged(classify: Classify, photos: Path) -> None:
    good = (photos / "a red.jpg").read_bytes()
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "page.jpg").write_bytes(b"<html>hello</html>")
    (photos / "half.jpg").write_bytes(good[: len(good) // 2])
    (photos / "tiny.png").write_bytes(png_bytes(np.zeros((16, 16, 3), np.uint8)))
    buffer = io.BytesIO()
    Image.fromarray(part_photo(1.0)).save(buffer, "GIF")
    (photos / "scan.jpg").write_bytes(buffer.getvalue())
    status, records, errors = classify(photos)
    assert status == 3
    by_name = {Path(r["file"]).name: r for r in records}
    assert len(by_name) == 8
    refused = {name for name, r in by_name.items() if r["verdict"] == "REJECTED_FILE"}
    assert refused == {"empty.jpg", "page.jpg", "half.jpg", "tiny.png", "scan.jpg"}
    for name in refused:
        assert list(by_name[name]) == KEYS
        assert by_name[name]["p"] == {}
        assert by_name[name]["p_defect"] is by_name[name]["label"] is by_name[name]["familiar"] is None
        assert by_name[name]["reason"]
    assert "empty file" in by_name["empty.jpg"]["reason"]
    assert "incomplete" in by_name["half.jpg"]["reason"]
    assert "5 REJECTED_FILE" in errors


def test_a_folder_of_everything_that_may_come_is_judged_or_refused_file_by_file(
    classify: Classify, tmp_path: Path
) -> None:
    part = part_photo(1.0)
    usable = {
        "cmyk.jpg": cmyk_jpeg_bytes(part),
        "ycck.jpg": ycck_jpeg_bytes(part),
        "photo.webp": webp_bytes(part),
        "moving.webp": animation_bytes("WEBP", [part, part]),
        "png named.jpg": png_bytes(part),
        "no extension": jpeg_bytes(part),
        **{f"turned {i}.jpg": turned_file(part, i, "JPEG") for i in range(1, 9)},
    }
    unusable = {
        "wide bomb.png": huge_png_header(),
        "square bomb.png": huge_png_header(13_000, 13_000),
        "text bomb.png": text_bomb_png(),
        "dot.png": black_png_bytes(1, 1),
        "noise.jpg": np.random.default_rng(0).bytes(5000),
        **{f"foreign {name}".replace("/", "_"): data for name, data in foreign_files().items()},
    }
    for name, data in (usable | unusable).items():
        (tmp_path / name).write_bytes(data)
    status, records, _ = classify(tmp_path)
    assert status == 3
    assert len(records) == len(usable | unusable)
    refused = {Path(r["file"]).name for r in records if r["verdict"] == "REJECTED_FILE"}
    assert refused == set(unusable)


def test_hostile_20_a_second_name_for_the_same_content_carries_the_verdict_and_says_so(
    classify: Classify, photos: Path
) -> None:
    (photos / "z copy.jpg").write_bytes((photos / "a red.jpg").read_bytes())
    (photos / "z copy again.png").write_bytes((photos / "a red.jpg").read_bytes())
    status, records, _ = classify(photos)
    first, copy, again = (r for r in records if r["verdict"] == "REJECT")
    assert status == 0
    assert "Duplicate" not in first["reason"]
    assert first["duplicate_of"] is None
    for record in (copy, again):
        assert record["reason"].startswith(first["reason"])
        assert record["reason"].endswith(f"Duplicate: the same content as {first['file']}, judged once.")
        own = ("file", "reason", "duplicate_of")
        assert {k: v for k, v in record.items() if k not in own} == {k: v for k, v in first.items() if k not in own}
        assert record["duplicate_of"] == first["file"]


def test_hostile_20_the_second_is_not_judged_again(
    classify: Classify, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from defect_app.engine import Engine, Prediction

    judged: list[int] = []
    predict = Engine.predict

    def counted(engine: Engine, pixels: np.ndarray) -> Prediction:
        judged.append(1)
        return predict(engine, pixels)

    monkeypatch.setattr(Engine, "predict", counted)
    for i in range(20):
        (photos / f"copy {i}.jpg").write_bytes((photos / "a red.jpg").read_bytes())
    _, records, _ = classify(photos)
    assert (len(records), len(judged)) == (23, 3)


def test_hostile_19_the_same_name_with_other_content_is_kept_apart(classify: Classify, photos: Path) -> None:
    (photos / "inner" / "a red.jpg").write_bytes(jpeg_bytes(part_photo(-1.0, 9)))
    _, records, _ = classify(photos)
    same_name = [r for r in records if r["file"].endswith("a red.jpg")]
    assert [r["verdict"] for r in same_name] == ["REJECT", "PASS"]
    assert same_name[0]["file"] != same_name[1]["file"]


def test_duplicates_of_an_unusable_file_are_unusable_too(classify: Classify, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"text")
    status, records, _ = classify(tmp_path)
    assert status == 3
    assert [r["verdict"] for r in records] == ["REJECTED_FILE"] * 2
    assert "Duplicate" in records[1]["reason"]


def test_hostile_24_system_files_are_skipped_and_counted_on_standard_error(classify: Classify, photos: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "inner/desktop.ini"):
        (photos / name).write_bytes(b"junk")
    status, records, errors = classify(photos)
    assert (status, len(records)) == (0, 3)
    assert "3 hidden or system files skipped" in errors


def test_hostile_23_a_file_over_the_limit_is_refused_with_its_size_without_being_read_whole(
    classify: Classify, tmp_path: Path
) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(MAX_BYTES + 1_000_000)
    status, (record,), _ = classify(tmp_path)
    assert status == 3
    assert "26.0 MB, the limit is 25 MB" in record["reason"]
    assert len(record["sha256"]) == 64


def test_the_words_for_a_large_file_are_those_of_intake(classify: Classify, tmp_path: Path) -> None:
    from defect_app.intake import read_photo

    content = b"\xff\xd8\xff" + bytes(MAX_BYTES)
    (tmp_path / "huge.jpg").write_bytes(content)
    _, (record,), _ = classify(tmp_path)
    refused = read_photo(content, "huge.jpg")
    assert record["reason"] == f"{refused.reason}. {refused.remedy}"
    assert record["sha256"] == refused.sha256


def test_a_file_that_vanishes_is_rejected_and_stops_nothing(classify: Classify, photos: Path) -> None:
    (photos / "gone.jpg").symlink_to(photos / "nowhere.jpg")
    status, records, errors = classify(photos)
    assert (status, len(records)) == (0, 3)
    assert "1 hidden or system file skipped" in errors


@pytest.mark.parametrize("fault", [PermissionError(13, "Permission denied"), FileNotFoundError(2, "No such file")])
def test_a_file_that_cannot_be_read_is_rejected_with_the_systems_reason(
    classify: Classify, photos: Path, monkeypatch: pytest.MonkeyPatch, fault: OSError
) -> None:
    opened = Path.open

    def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == "b green.png":
            raise fault
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    status, records, _ = classify(photos)
    assert status == 3
    assert [r["verdict"] for r in records] == ["REJECT", "REJECTED_FILE", "REVIEW"]
    assert fault.strerror in records[1]["reason"]
