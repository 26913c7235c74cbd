"""The pointing game, heat inside and best overlap, against their definitions; and the cache with its figures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import jaccard_score

from defect_app.decision import InspectionThresholds
from defect_app.errors import DefectLensError
from defect_app.evaluation import wilson_interval
from defect_app.explanation.cache import (
    COLUMNS,
    EXPLANATIONS_FILE,
    ExplanationOrigin,
    Explanations,
    read_explanations,
    write_explanations,
)
from defect_app.explanation.localisation import DILATION, dilated, localise
from defect_app.explanation.summary import as_table, in_words, summarise


def mask_at(top: int, left: int, side: int = 10) -> np.ndarray:
    mask = np.zeros((100, 200), bool)
    mask[top : top + side, left : left + side] = True
    return mask


@pytest.mark.parametrize(
    ("column", "hit"),
    [(55, True), (49 + 16, True), (49 + 17, False), (150, False)],
    ids=["on it", "on the rim: 3 % of 200 pixels", "just beyond", "elsewhere"],
)
def test_a_peak_hits_within_the_slightly_dilated_mask(column: int, hit: bool) -> None:
    heat = np.full((100, 200), 0.1)
    heat[45, column] = 1.0
    assert localise(heat, mask_at(40, 50)).hit is hit


def test_the_dilation_is_a_share_of_the_longer_side_in_every_direction() -> None:
    mask = np.zeros((100, 200), bool)
    mask[50, 100] = True
    rows, columns = np.nonzero(dilated(mask))
    radius = round(DILATION * 200)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (
        50 - radius, 50 + radius, 100 - radius, 100 + radius,
    )  # fmt: skip


def test_heat_inside_and_chance_are_shares() -> None:
    heat = np.zeros((100, 200))
    heat[40:50, 50:60] = 0.5
    heat[0:10, 0:10] = 1.0
    mask = mask_at(40, 50)
    found = localise(heat, mask)
    assert found.heat_inside == pytest.approx(1 / 3)
    assert found.chance == pytest.approx(dilated(mask).mean())


def test_the_best_overlap_is_the_best_of_all_levels() -> None:
    heat = np.random.default_rng(0).uniform(0, 0.6, (100, 200)).round(2)
    heat[38:50, 50:63] += 0.3
    mask = mask_at(40, 50)
    by_hand = max(jaccard_score(mask.ravel(), (heat >= level / 100).ravel()) for level in range(1, 101))
    assert localise(heat, mask).best_iou == pytest.approx(by_hand, abs=0.01)


def test_a_map_without_heat_never_hits() -> None:
    found = localise(np.zeros((100, 200)), mask_at(0, 0))
    assert (found.hit, found.heat_inside, found.best_iou) == (False, 0.0, 0.0)


@pytest.mark.parametrize("mask", [np.zeros((100, 200), bool), np.ones((10, 10), bool)], ids=["empty", "other shape"])
def test_a_mask_that_says_nothing_is_an_error(mask: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected a mask"):
        localise(np.zeros((100, 200)), mask)


def rows_of(hits: list[bool], method: str, source: str = "real", score: float = 0.9) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "image": f"{i}.png", "sha256": "0" * 64, "source": source, "split": "test", "method": method,
                "layer": "",
                "p_defect": score, "hit": hit, "heat_inside": 0.5 + 0.1 * (i % 2), "best_iou": 0.2, "chance": 0.05,
            }
            for i, hit in enumerate(hits)
        ],
        columns=list(COLUMNS),
    )  # fmt: skip


def test_the_figures_count_rejected_parts_alone_best_method_first() -> None:
    rows = pd.concat(
        [
            rows_of([True, False, False, True], "cam"),
            rows_of([True, True, True, False], "layer-cam"),
            rows_of([False] * 9, "layer-cam", score=0.3),
            rows_of([True], "cam", "scene", score=0.5),
        ]
    )
    figures = summarise(Explanations(rows, ExplanationOrigin("m", "0")), InspectionThresholds(0.5, 0.5))
    assert [(f.source, f.method, f.hits.count, f.hits.n) for f in figures] == [
        ("real", "layer-cam", 3, 4),
        ("real", "cam", 2, 4),
        ("scene", "cam", 1, 1),
    ]
    assert (figures[0].hits.low, figures[0].hits.high) == pytest.approx(wilson_interval(3, 4))
    assert figures[0].heat_inside.mean == pytest.approx(0.55)
    assert 0.5 <= figures[0].heat_inside.low <= 0.55 <= figures[0].heat_inside.high <= 0.6
    assert "Layer-CAM puts its strongest place on the defect in 3 of 4" in in_words(figures)[0]
    assert list(as_table(figures)["n"]) == [4, 4, 1]


def test_the_cache_keeps_rows_and_origin(tmp_path: Path) -> None:
    written = Explanations(
        rows_of([True, False], "cam"), ExplanationOrigin("m", "abc", "metal_cracks", created="today")
    )
    write_explanations(tmp_path, written)
    read = read_explanations(tmp_path)
    pd.testing.assert_frame_equal(read.rows, written.rows)
    assert read.origin == written.origin
    assert b"abc" in pq.read_schema(tmp_path / EXPLANATIONS_FILE).metadata[b"defect_lens"]


@pytest.mark.parametrize("content", [None, b"", b"no parquet"], ids=["missing", "empty", "other bytes"])
def test_a_cache_that_cannot_be_read_says_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / EXPLANATIONS_FILE).write_bytes(content)
    with pytest.raises(DefectLensError) as raised:
        read_explanations(tmp_path)
    assert "explain command" in raised.value.remedy


def test_a_cache_that_lacks_a_column_is_neither_written_nor_read(tmp_path: Path) -> None:
    rows = rows_of([True], "cam").drop(columns="hit")
    with pytest.raises(ValueError, match="expected the columns"):
        write_explanations(tmp_path, Explanations(rows, ExplanationOrigin("m", "0")))
    rows.to_parquet(tmp_path / EXPLANATIONS_FILE)
    with pytest.raises(DefectLensError):
        read_explanations(tmp_path)
