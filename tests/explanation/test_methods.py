"""Every method against tf-keras-vis called directly, on a network that is not square."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tf_keras_vis.gradcam import Gradcam
from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
from tf_keras_vis.layercam import Layercam
from tf_keras_vis.saliency import Saliency
from tf_keras_vis.scorecam import Scorecam

from defect_app.catalog import read_spec, write_spec
from defect_app.errors import DefectLensError, ModelUnavailable
from defect_app.explanation import (
    METHODS,
    Question,
    Target,
    class_target,
    defect_target,
    heatmap,
    input_map,
    source_of,
)
from defect_app.explanation.gradient_engines import MOST_LOADED, gradient_engine, release_gradient_engines
from defect_app.explanation.hiding import blurred_away
from defect_app.explanation.methods.finer_cam import STRENGTH, differences
from defect_app.explanation.methods.grad_cam_plus_plus import grad_cam_plus_plus
from defect_app.explanation.methods.integrated_gradients import integrated_gradients
from defect_app.explanation.methods.score_cam import enlarged
from defect_app.explanation.methods.smooth_grad import NOISE, smooth_grad
from defect_app.inspection import Inspector
from tests.model_folders import part_photo

DIRECT: dict[str, Callable[..., Any]] = {
    "grad-cam": Gradcam,
    "grad-cam++": GradcamPlusPlus,
    "layer-cam": Layercam,
    "hires-cam": Layercam,
}


def logits_of(model: Inspector) -> keras.Model:
    """Cut the bundled file before its softmax, without our own code."""
    whole = keras.models.load_model(model.folder / "model.keras", compile=False, safe_mode=True)
    return keras.Model(whole.inputs, whole.get_layer("logits").output)


def signed_score(sign: int) -> Callable[[Any], Any]:
    return lambda logits: sign * score(logits)


def score(logits: tf.Tensor) -> tf.Tensor:
    """Mean logit of the two defect classes minus that of the good one."""
    return (logits[:, 1] + logits[:, 2]) / 2 - logits[:, 0]


def direct_map(model: Inspector, name: str, pixels: np.ndarray, layer: str, scored: Callable[[Any], Any]) -> np.ndarray:
    options = {"gradient_modifier": None} if name == "hires-cam" else {}
    if name == "grad-cam++":
        # The exponential of the score only scales the map: taken away, both have one scale.
        plain = scored
        scored = lambda logits: plain(logits) - tf.stop_gradient(plain(logits))  # noqa: E731
    found = DIRECT[name](logits_of(model), clone=True)(
        scored, pixels[None].astype(np.float32), penultimate_layer=layer, seek_penultimate_conv_layer=False,
        expand_cam=False, normalize_cam=False, **options,
    )  # fmt: skip
    return np.array(found[0])


@pytest.mark.parametrize("which", ["gap", "dense"])
@pytest.mark.parametrize("name", DIRECT)
@pytest.mark.parametrize("early", [False, True])
def test_ours_equals_tf_keras_vis_called_directly(
    request: pytest.FixtureRequest, target: Target, pixels: np.ndarray, which: str, name: str, early: bool
) -> None:
    model = request.getfixturevalue(which)
    layer = "relu_2" if early else model.spec.explain_layer
    shown = 0
    # A random network may see nothing for a target, but then it sees something against it.
    for sign in (1, -1):
        signed = Target("signed", "signed", sign * target.direction)
        found = input_map(model, pixels, signed, name, layer)
        direct = direct_map(model, name, pixels, layer, signed_score(sign))
        shown += found.has_evidence
        # Grad-CAM++ divides by what may be about 0: the last digit of a gradient then shows.
        share = 0.03 if name == "grad-cam++" else 1e-3
        np.testing.assert_allclose(found.unscaled, direct, atol=max(share * direct.max(), 1e-9))
    assert shown


@pytest.mark.parametrize("layer", ["relu_2", "relu_4"])
def test_grad_cam_plus_plus_of_the_tapes_own_gradient_equals_tf_keras_vis(
    dense: Inspector, pixels: np.ndarray, layer: str
) -> None:
    network = logits_of(dense)
    both = keras.Model(network.inputs, [network.output, network.get_layer(layer).output])
    photo = tf.constant(pixels[None].astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(photo)
        logits, features = both(photo)
        scored = score(logits)
    gradient = np.asarray(tape.gradient(scored, features))[0]
    found = np.maximum(grad_cam_plus_plus(np.asarray(features)[0], gradient), 0)
    direct = direct_map(dense, "grad-cam++", pixels, layer, score)
    # The order of a sum shows already.
    np.testing.assert_allclose(found, direct, atol=0.005 * max(float(direct.max()), 1e-6))


@pytest.mark.parametrize(("against", "decides"), [(-2.0, True), (-1.0, False)])
def test_the_last_digit_of_a_gradient_decides_where_a_weight_of_grad_cam_plus_plus_has_no_bound(
    against: float, decides: bool
) -> None:
    """A place weighs 1 / (2 + S g); here S, the sum of the channel, is 1, and one g of four speaks against."""
    features = np.full((2, 2, 1), 0.25, np.float32)
    found = []
    for digits in (3, 4):
        gradient = np.ones((2, 2, 1), np.float32)
        gradient[0, 0] = np.float32(against) + digits * np.spacing(np.float32(1))
        found.append(grad_cam_plus_plus(features, gradient)[1, 1])
    assert (abs(found[1] / found[0] - 1) > 0.05) == decides
    assert decides or found[1] == pytest.approx(found[0], rel=1e-6)


def test_score_cam_equals_tf_keras_vis_on_the_logarithm_of_its_softmax(
    gap: Inspector, target: Target, pixels: np.ndarray
) -> None:
    def log_odds(p: tf.Tensor) -> tf.Tensor:
        return (tf.math.log(p[:, 1]) + tf.math.log(p[:, 2])) / 2 - tf.math.log(p[:, 0])

    direct = Scorecam(logits_of(gap))(
        log_odds, pixels[None].astype(np.float32), penultimate_layer="relu_3", seek_penultimate_conv_layer=False,
        max_N=16, expand_cam=False, normalize_cam=False,
    )  # fmt: skip
    direct = np.asarray(direct)[0]
    found = input_map(gap, pixels, target, "score-cam", "relu_3")
    assert found.has_evidence == bool(direct.max() > 1e-6)
    np.testing.assert_allclose(found.unscaled, direct, atol=2e-3 * max(float(direct.max()), 1e-6))


def test_a_map_is_enlarged_with_its_corners_on_the_corners() -> None:
    found = enlarged(np.array([[0.0, 3.0], [6.0, 9.0]]), (3, 4))
    np.testing.assert_allclose(found, [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9]], atol=1e-6)
    np.testing.assert_allclose(enlarged(np.array([[5.0]]), (2, 3)), 5)


def test_smooth_grad_equals_the_mean_saliency_of_its_noisy_copies(
    gap: Inspector, target: Target, pixels: np.ndarray
) -> None:
    photo = pixels.astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 1, (3, *photo.shape)) * NOISE * (photo.max() - photo.min())
    saliency = Saliency(logits_of(gap))
    each = [
        np.asarray(saliency(score, (photo + n)[None].astype(np.float32), keepdims=True, normalize_map=False))[0]
        for n in noise
    ]
    wanted = np.mean(each, axis=0).max(axis=-1)
    found = smooth_grad(Question(gradient_engine(gap), pixels, target.direction), samples=3)
    # A pixel of noise on the bound of an activation may fall on either side.
    assert np.linalg.norm(found - wanted) < 0.005 * np.linalg.norm(wanted)


def test_smooth_grad_is_the_same_twice_and_does_not_touch_the_global_random_state(
    gap: Inspector, target: Target, pixels: np.ndarray
) -> None:
    np.random.seed(5)
    before = np.random.get_state()[1].copy()  # type: ignore[index]
    first, second = (input_map(gap, pixels, target, "smoothgrad").values for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # type: ignore[index]


def test_integrated_gradients_add_up_to_what_the_score_gains(
    gap: Inspector, target: Target, pixels: np.ndarray
) -> None:
    engine = gradient_engine(gap)
    after, before = engine.logits([pixels, blurred_away(pixels)]) @ target.direction
    found = integrated_gradients(Question(engine, pixels, target.direction), steps=64)
    assert found.shape == pixels.shape[:2]
    assert abs(after - before) > 0.02
    assert float(found.sum()) == pytest.approx(float(after - before), rel=0.02)


def test_integrated_gradients_equal_those_of_the_tape(gap: Inspector, target: Target, pixels: np.ndarray) -> None:
    network, start = logits_of(gap), blurred_away(pixels).astype(np.float32)
    way = pixels.astype(np.float32) - start
    total = np.zeros(pixels.shape)
    for step in (1 / 6, 3 / 6, 5 / 6):
        photo = tf.constant((start + step * way)[None])
        with tf.GradientTape() as tape:
            tape.watch(photo)
            scored = score(network(photo))
        total += np.asarray(tape.gradient(scored, photo))[0]
    wanted = (total / 3 * way).sum(axis=-1)
    found = integrated_gradients(Question(gradient_engine(gap), pixels, target.direction), steps=3)
    np.testing.assert_allclose(found, wanted, atol=1e-3 * np.abs(wanted).max())


def test_finer_cam_is_the_mean_grad_cam_against_each_of_the_next_classes(gap: Inspector, pixels: np.ndarray) -> None:
    chosen = class_target(gap.spec, "minor")
    layer = gap.spec.explain_layer

    def less(other: int) -> Callable[[Any], Any]:
        return lambda logits: logits[:, 1] - STRENGTH * logits[:, other]

    against = [direct_map(gap, "grad-cam", pixels, layer, less(other)) for other in (0, 2)]
    wanted = np.mean(against, axis=0)
    found = input_map(gap, pixels, chosen, "finer-cam")
    np.testing.assert_allclose(found.unscaled, wanted, atol=1e-3 * max(float(wanted.max()), 1e-6))


def test_finer_cam_compares_with_the_most_likely_other_classes() -> None:
    logits = np.array([0.1, 5.0, 3.0, 4.0, 2.0])
    found = differences(np.array([0, 1, 0, 0, 0]), logits)
    np.testing.assert_allclose(found, [[0, 1, 0, -0.6, 0], [0, 1, -0.6, 0, 0], [0, 1, 0, 0, -0.6]])
    np.testing.assert_allclose(differences(np.array([-1, 0.5, 0.5]), logits[:3]), [[-0.6, 0.5, 0.5]])


@pytest.mark.parametrize("name", ["none", "minor", "defect score"])
def test_the_engines_map_equals_grad_cam_up_to_scale(gap: Inspector, pixels: np.ndarray, name: str) -> None:
    chosen = defect_target(gap.spec) if name == "defect score" else class_target(gap.spec, name)
    ours = input_map(gap, pixels, chosen)
    grad_cam = input_map(gap, pixels, chosen, "grad-cam")
    assert ours.has_evidence == grad_cam.has_evidence
    # The served weights are in half precision.
    np.testing.assert_allclose(ours.values, grad_cam.values, atol=0.02)


def test_the_engines_map_of_a_flat_head_equals_the_gradients_at_each_place(
    dense: Inspector, target: Target, pixels: np.ndarray
) -> None:
    shown = 0
    for sign in (1, -1):
        signed = Target("signed", "signed", sign * target.direction)
        ours, hires_cam = input_map(dense, pixels, signed), input_map(dense, pixels, signed, "hires-cam")
        shown += ours.has_evidence
        np.testing.assert_allclose(ours.values, hires_cam.values, atol=0.02)
    assert shown


@pytest.mark.parametrize("name", METHODS)
def test_a_heat_map_has_the_photos_size_and_lies_between_0_and_1(gap: Inspector, target: Target, name: str) -> None:
    photo = np.random.default_rng(1).integers(0, 256, (70, 61, 3), np.uint8)
    found = heatmap(gap, photo, target, name)
    assert found.shape == (70, 61)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert 0 <= found.min() <= found.max() <= 1


@pytest.mark.parametrize("name", METHODS)
def test_hostile_30_nothing_that_speaks_for_the_target_gives_zeros_that_say_so(
    gap: Inspector, pixels: np.ndarray, name: str
) -> None:
    nothing = Target("nothing", "nothing", np.zeros(3, np.float32))
    found = input_map(gap, pixels, nothing, name)
    assert not found.has_evidence
    np.testing.assert_array_equal(found.values, 0)


@pytest.mark.parametrize("name", METHODS)
def test_hostile_30_logits_that_saturate_every_softmax_still_give_a_finite_map(
    gap: Inspector, pixels: np.ndarray, name: str
) -> None:
    huge = Target("huge", "huge", np.array([-500, 250, 250], np.float32))
    assert np.isfinite(input_map(gap, pixels, huge, name).values).all()


@pytest.mark.parametrize("fit", ["letterbox", "crop"])
def test_a_map_is_moved_to_the_photos_frame(keras_models: Path, target: Target, tmp_path: Path, fit: Any) -> None:
    folder = shutil.copytree(keras_models / "gap", tmp_path / "gap")
    spec = read_spec(folder)
    write_spec(folder, replace(spec, input=replace(spec.input, fit=fit)))
    model = Inspector.from_id("gap", tmp_path)
    photo = np.random.default_rng(1).integers(0, 256, (96, 96, 3), np.uint8)
    found = heatmap(model, photo, target, "smoothgrad")
    assert found.shape == (96, 96)
    if fit == "crop":
        # A square photo loses its top and bottom quarter to an input twice as wide as high.
        assert found[:20].max() == found[-20:].max() == 0
        assert found[30:66].max() > 0.5
    else:
        assert found[:20].max() > 0


def test_the_map_at_once_names_who_published_it_in_the_form_that_the_model_gives(
    gap: Inspector, dense: Inspector
) -> None:
    at_once, grad_cam = METHODS["cam"], METHODS["grad-cam"]
    assert source_of(at_once, gap.engine.heat_map_kind) == at_once.source
    assert "HiResCAM" in source_of(at_once, dense.engine.heat_map_kind)
    assert source_of(grad_cam, dense.engine.heat_map_kind) == grad_cam.source


def test_an_unknown_method_and_an_unknown_layer_are_named(gap: Inspector, target: Target, pixels: np.ndarray) -> None:
    with pytest.raises(DefectLensError, match="guesswork"):
        input_map(gap, pixels, target, "guesswork")
    with pytest.raises(DefectLensError, match="no_such_layer"):
        input_map(gap, pixels, target, "grad-cam", "no_such_layer")
    with pytest.raises(DefectLensError, match="pooling"):
        input_map(gap, pixels, target, "grad-cam", "pooling")


def test_a_quantised_copy_is_explained_by_the_model_that_it_was_made_of(
    keras_models: Path, target: Target, pixels: np.ndarray, tmp_path: Path
) -> None:
    original = Inspector(read_spec(keras_models / "gap"), shutil.copytree(keras_models / "gap", tmp_path / "gap"))
    folder = shutil.copytree(keras_models / "gap", tmp_path / "gap-int8")
    for name in ("model.keras", "explain.npz"):
        (folder / name).unlink()
    copy = Inspector(write_spec(folder, replace(original.spec, id="gap-int8")), folder)
    np.testing.assert_array_equal(
        input_map(copy, pixels, target, "layer-cam").values, input_map(original, pixels, target, "layer-cam").values
    )
    shutil.rmtree(tmp_path / "gap")
    release_gradient_engines()
    with pytest.raises(ModelUnavailable, match="quantised copy") as raised:
        input_map(copy, pixels, target, "layer-cam")
    assert "class activation map" in raised.value.remedy


def test_a_folder_without_named_layers_has_maps_all_the_same(tiny_models: Path) -> None:
    model = Inspector.from_id("tiny", tiny_models)
    photo = part_photo(0.9, 3, size=32)
    ours, grad_cam = (input_map(model, photo, defect_target(model.spec), name) for name in ("cam", "grad-cam"))
    assert grad_cam.has_evidence
    np.testing.assert_allclose(grad_cam.values, ours.values, atol=1e-4)


def test_a_long_method_reports_every_step_and_can_be_stopped(
    gap: Inspector, target: Target, pixels: np.ndarray
) -> None:
    for name in ("score-cam", "smoothgrad", "integrated-gradients"):
        seen: list[tuple[str, int, int]] = []
        input_map(gap, pixels, target, name, progress=lambda *step: seen.append(step))  # noqa: B023
        assert METHODS[name].takes_long
        steps = [(done, total) for _, done, total in seen]
        assert steps == [(done, len(steps)) for done in range(1, len(steps) + 1)]

    def stop(words: str, done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        input_map(gap, pixels, target, "smoothgrad", progress=stop)


def test_few_engines_are_kept_and_a_replaced_folder_gets_a_new_one(
    gap: Inspector, dense: Inspector, tmp_path: Path
) -> None:
    release_gradient_engines()
    engine = gradient_engine(gap)
    assert gradient_engine(gap) is engine
    assert gradient_engine(dense) is not engine
    assert MOST_LOADED == 2
    folder = shutil.copytree(gap.folder, tmp_path / "gap")
    replaced = Inspector(write_spec(folder, replace(gap.spec, title="Another")), folder)
    assert gradient_engine(replaced) is not engine
    assert gradient_engine(gap) is not engine, "the third one pushed the oldest out"


def test_a_hundred_photos_leave_memory_flat(gap: Inspector, target: Target, pixels: np.ndarray) -> None:
    import resource

    def used_mb() -> float:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 1e6

    for method in METHODS:
        input_map(gap, pixels, target, method)
    before = used_mb()
    for number in range(100):
        input_map(gap, np.roll(pixels, number, axis=1), target, ("grad-cam", "layer-cam", "smoothgrad")[number % 3])
    assert used_mb() - before < 40
