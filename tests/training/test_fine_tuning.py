"""Upper blocks are trained from the start weights each time, the lower ones stay, and what is written answers alike."""

from pathlib import Path

import numpy as np
import openvino as ov
import pytest

from defect_app.errors import ModelUnavailable
from defect_app.paths import MODELS
from defect_app.progress import no_progress
from defect_app.training.fine_tuning import LEAST_VIEWS, MOST_VIEWS, BlockTuner

START = MODELS / "imagenet-mobilenetv2"
FIRST = "block_16_expand"
ALL = np.arange(8)


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    rng = np.random.default_rng(0)
    found = rng.integers(0, 90, (8, 64, 64, 3), np.uint8)
    found[4:, 20:40, 20:40] += 120
    return found


@pytest.fixture(scope="module")
def tuner(pixels: np.ndarray) -> BlockTuner:
    return BlockTuner(START, pixels, np.repeat([0, 1], 4), 2, FIRST, no_progress)


def test_every_training_begins_at_the_start_weights(tuner: BlockTuner) -> None:
    told: list[tuple[int, int]] = []
    result = tuner.tune(ALL, ALL, lambda words, done, total: told.append((done, total)), epochs=3)
    first = tuner.logits(ALL)
    assert len(result.history) == 3
    assert told[-1][0] == told[-1][1]
    assert first.shape == (8, 2)
    tuner.tune(ALL[:6], ALL, no_progress, epochs=3)
    assert not np.allclose(tuner.logits(ALL), first)
    tuner.tune(ALL, ALL, no_progress, epochs=3)
    np.testing.assert_allclose(tuner.logits(ALL), first, atol=1e-3)


def test_the_written_blocks_answer_as_the_trained_ones(tuner: BlockTuner, tmp_path: Path) -> None:
    tuner.tune(ALL, ALL, no_progress, epochs=1)
    tuner.write_blocks(tmp_path / "blocks.xml")
    blocks = ov.Core().compile_model(str(tmp_path / "blocks.xml"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for photo in (0, 7):
        at_places = blocks(tuner._plain[photo][None].astype(np.float32))[0]
        assert at_places.shape == (1, 2, 2, 2)
        np.testing.assert_allclose(at_places.mean(axis=(1, 2))[0], tuner.logits(np.array([photo]))[0], atol=1e-4)


def test_a_stop_leaves_the_training(tuner: BlockTuner) -> None:
    def stop(words: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tuner.tune(ALL, ALL, stop, epochs=1)


def test_large_sets_and_large_inputs_have_fewer_views() -> None:
    assert BlockTuner.views_of((100, 224, 224, 3)) == MOST_VIEWS
    assert LEAST_VIEWS < BlockTuner.views_of((2000, 224, 224, 3)) < MOST_VIEWS
    assert BlockTuner.views_of((2000, 1024, 256, 3)) == LEAST_VIEWS


def test_missing_start_weights_are_said(pixels: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="start weights"):
        BlockTuner(tmp_path, pixels, np.repeat([0, 1], 4), 2, FIRST, no_progress)
