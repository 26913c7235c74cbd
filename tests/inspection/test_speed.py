from pathlib import Path

import pytest

from defect_app.inspection import Inspector
from defect_app.inspection.speed import measure_speed
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes


def test_a_loaded_model_is_timed_one_by_one_and_as_a_batch(tiny_models: Path) -> None:
    speed = measure_speed(
        Inspector.from_id("tiny", tiny_models), [jpeg_bytes(part_photo(1.0)), jpeg_bytes(part_photo(-1.0))], 8
    )
    assert 0 < speed.latency_ms <= speed.latency_ms_p95
    assert speed.photos_per_second > 0
    assert speed.n == 8


def test_no_photo_is_said(tiny_models: Path) -> None:
    with pytest.raises(ValueError, match="at least one photo"):
        measure_speed(Inspector.from_id("tiny", tiny_models), [])
