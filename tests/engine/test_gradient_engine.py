"""A model run backwards: layers, gradients of any score, shuffled copies, and compiled graphs that are few."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from defect_app.catalog import find_model, read_spec, write_spec
from defect_app.engine import Engine
from defect_app.engine.gradient_engine import MOST_COMPILED, GradientEngine
from defect_app.engine.layer_names import LayerNames, write_layer_names
from defect_app.errors import ModelUnavailable
from tests.model_folders import INSPECTION_CLASSES, TinyNetwork, head_kernel, make_model_folder, part_photo

PHOTO = part_photo(0.3, 7, size=32)
FOR_DEFECT = np.array([1, 0], np.float32)


@pytest.fixture
def tiny(tiny_models: Path) -> GradientEngine:
    return GradientEngine(*find_model("tiny", tiny_models)[:2])


def test_the_logits_are_those_behind_the_verdict(tiny: GradientEngine, tiny_models: Path) -> None:
    spec, folder = find_model("tiny", tiny_models)[:2]
    powers = np.exp(tiny.logits([PHOTO])[0])
    np.testing.assert_allclose(powers / powers.sum(), Engine(spec, folder).predict(PHOTO).probabilities, atol=1e-6)


def test_behind_an_averaging_head_the_gradient_is_its_kernel_at_every_place(tiny: GradientEngine) -> None:
    layer = tiny.layer_called("features")
    found = tiny.at_layer(PHOTO, FOR_DEFECT, "features")
    kernel = head_kernel(INSPECTION_CLASSES)[:, 0] / (layer.rows * layer.columns)
    assert found.features.shape == (layer.rows, layer.columns, layer.channels)
    np.testing.assert_allclose(found.gradient, np.broadcast_to(kernel, found.gradient.shape), rtol=1e-5)


def test_the_photos_gradient_says_how_the_score_follows_a_pixel(tiny: GradientEngine) -> None:
    gradient = tiny.at_photo(PHOTO, FOR_DEFECT)
    assert gradient.shape == PHOTO.shape
    step = np.zeros(PHOTO.shape, np.float32)
    place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    step[place] = 0.05
    lower, higher = tiny.logits([PHOTO - step, PHOTO + step])[:, 0]
    assert (higher - lower) / 0.1 == pytest.approx(float(gradient[place]), rel=0.02)


def test_several_layers_in_one_pass_answer_as_one_by_one(tiny: GradientEngine) -> None:
    names = tuple(layer.name for layer in tiny.layers)
    for name, together in zip(names, tiny.at_layers(PHOTO, FOR_DEFECT, names), strict=True):
        alone = tiny.at_layer(PHOTO, FOR_DEFECT, name)
        np.testing.assert_array_equal(together.gradient, alone.gradient)
        np.testing.assert_array_equal(together.features, alone.features)


def test_layers_bear_the_names_that_training_gave_them(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path)
    unnamed = GradientEngine(*find_model("tiny", tmp_path)[:2])
    operation = unnamed.layers[-1].operation
    write_layer_names(folder, LayerNames({"relu_1": operation, "gone": "Relu_0"}))
    write_spec(folder, read_spec(folder))  # with the file's hash
    (named,) = GradientEngine(*find_model("tiny", tmp_path)[:2]).layers
    assert (named.name, named.operation) == ("relu_1", operation)


def test_weights_are_as_they_were_before_rounding(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path, network=TinyNetwork(compress_to_fp16=True))
    spec = find_model("tiny", tmp_path)[0]
    rounded = GradientEngine(spec, folder)
    before = rounded.at_layer(PHOTO, FOR_DEFECT, "features").gradient[0, 0]
    kernel = next(weight for weight in rounded.weights() if weight[1].size == head_kernel(INSPECTION_CLASSES).size)
    lost = np.full(kernel[1].shape, 127, np.int8)
    write_layer_names(folder, LayerNames({}, {kernel[0]: lost}))
    after = GradientEngine(spec, folder).at_layer(PHOTO, FOR_DEFECT, "features").gradient[0, 0]
    assert (after > before).all()
    np.testing.assert_allclose(after, before, rtol=2e-3, atol=1e-5)


def test_what_a_weight_lost_must_have_its_shape(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path, network=TinyNetwork(compress_to_fp16=True))
    spec = find_model("tiny", tmp_path)[0]
    name = GradientEngine(spec, folder).weights()[0][0]
    write_layer_names(folder, LayerNames({}, {name: np.ones(3, np.int8)}))
    with pytest.raises(ModelUnavailable, match="another shape"):
        GradientEngine(spec, folder)


def test_an_unknown_layer_is_named(tiny: GradientEngine) -> None:
    with pytest.raises(ModelUnavailable, match="no_such_layer"):
        tiny.at_layer(PHOTO, FOR_DEFECT, "no_such_layer")


def test_a_shuffled_copy_has_the_same_numbers_in_another_order_from_the_top(tiny: GradientEngine) -> None:
    kernel, last_kernel = (name for name, values in tiny.weights() if np.ptp(values) > 0)
    assert _changed(tiny, tiny.shuffled(1e-9)) == {last_kernel}
    everything = tiny.shuffled(1.0)
    assert _changed(tiny, everything) == {kernel, last_kernel}
    for (_, ours), (_, theirs) in zip(tiny.weights(), everything.weights(), strict=True):
        np.testing.assert_array_equal(np.sort(ours.ravel()), np.sort(theirs.ravel()))


def _changed(one: GradientEngine, other: GradientEngine) -> set[str]:
    pairs = zip(one.weights(), other.weights(), strict=True)
    return {name for (name, ours), (_, theirs) in pairs if not np.array_equal(ours, theirs)}


def test_a_seed_shuffles_always_alike_and_leaves_the_model_as_it_was(tiny: GradientEngine) -> None:
    before = tiny.logits([PHOTO])
    first, second, other = tiny.shuffled(1.0, 3), tiny.shuffled(1.0, 3), tiny.shuffled(1.0, 4)
    np.testing.assert_array_equal(first.logits([PHOTO]), second.logits([PHOTO]))
    assert not np.array_equal(first.logits([PHOTO]), other.logits([PHOTO]))
    assert not np.array_equal(first.logits([PHOTO]), before)
    np.testing.assert_array_equal(tiny.logits([PHOTO]), before)
    with pytest.raises(ValueError, match="share"):
        tiny.shuffled(1.5)


def test_a_released_engine_answers_as_before(tiny: GradientEngine) -> None:
    before = tiny.at_photo(PHOTO, FOR_DEFECT)
    tiny.release()
    np.testing.assert_array_equal(tiny.at_photo(PHOTO, FOR_DEFECT), before)


def test_a_resting_engine_answers_as_before_and_keeps_its_few_graphs_apart(tiny: GradientEngine) -> None:
    questions: tuple[Callable[[], np.ndarray], ...] = (
        lambda: tiny.at_photo(PHOTO, FOR_DEFECT),
        lambda: tiny.logits([PHOTO]),
        lambda: tiny.at_layer(PHOTO, FOR_DEFECT, "features").gradient,
    )
    assert len(questions) > MOST_COMPILED
    before = [ask() for ask in questions]
    tiny.rest()
    tiny.rest()
    for ask, answer in reversed(list(zip(questions, before, strict=True))):
        np.testing.assert_array_equal(ask(), answer)


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path)
    spec = find_model("tiny", tmp_path)[0]
    (folder / "model.xml").write_text("nothing")
    with pytest.raises(ModelUnavailable, match="tiny"):
        GradientEngine(spec, folder)
