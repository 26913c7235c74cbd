"""Every method against tf-keras-vis called directly, on a network that is not square."""

import shutil
import subprocess
import sys
from dataclasses import replace

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
    Target,
    class_target,
    defect_target,
    heatmap,
    input_map,
    keras_map,
    source_of,
)
from defect_app.explanation.gradients import LogitModel, load_logit_model, smooth_grad
from defect_app.explanation.gradients.smooth_grad import NOISE
from defect_app.inspection import Inspector
from defect_app.training.attention import joined_depths

KERAS_METHODS = [m.name for m in METHODS.values() if m.needs_keras]
DIRECT = {"grad-cam": Gradcam, "grad-cam++": GradcamPlusPlus, "layer-cam": Layercam}


def logits_of(model) -> keras.Model:
    """Cut the bundled file before its softmax, without our own code."""
    whole = keras.models.load_model(model.folder / "model.keras", compile=False, safe_mode=True)
    return keras.Model(whole.inputs, whole.get_layer("logits").output)


def score(logits: tf.Tensor) -> tf.Tensor:
    """Mean logit of the two defect classes minus that of the good one."""
    return (logits[:, 1] + logits[:, 2]) / 2 - logits[:, 0]


def scaled(values: np.ndarray) -> np.ndarray:
    return values / values.max()


@pytest.mark.parametrize("which", ["gap", "dense"])
@pytest.mark.parametrize("name", DIRECT)
@pytest.mark.parametrize("early", [False, True])
def test_ours_equals_tf_keras_vis_called_directly(request, target, pixels, which, name, early):
    model = request.getfixturevalue(which)
    layer = "relu_2" if early else model.spec.explain_layer
    shown = 0
    # A random network may see nothing for a target, but then it sees something against it.
    for sign in (1, -1):
        signed = Target("signed", "signed", sign * target.direction)
        found = input_map(model, pixels, signed, name, layer)
        direct = DIRECT[name](logits_of(model), clone=True)(
            lambda logits, sign=sign: sign * score(logits), pixels[None].astype(np.float32), penultimate_layer=layer,
            seek_penultimate_conv_layer=False, expand_cam=False, normalize_cam=False,
        )  # fmt: skip
        direct = np.asarray(direct)[0]
        if found.has_evidence:
            shown += 1
            # Grad-CAM++ divides small numbers by small numbers.
            np.testing.assert_allclose(found.values, scaled(direct), atol=0.01 if "++" in name else 2e-3)
        else:
            assert direct.max() <= 1e-6
    assert shown


def test_score_cam_equals_tf_keras_vis_on_the_logarithm_of_its_softmax(gap, target, pixels):
    def log_odds(p: tf.Tensor) -> tf.Tensor:
        return (tf.math.log(p[:, 1]) + tf.math.log(p[:, 2])) / 2 - tf.math.log(p[:, 0])

    direct = Scorecam(logits_of(gap))(
        log_odds, pixels[None].astype(np.float32), penultimate_layer="relu_3", seek_penultimate_conv_layer=False,
        max_N=16, expand_cam=False, normalize_cam=False,
    )  # fmt: skip
    found = input_map(gap, pixels, target, "score-cam", "relu_3")
    direct = np.asarray(direct)[0]
    assert found.has_evidence == bool(direct.max() > 1e-6)
    np.testing.assert_allclose(found.values, scaled(direct) if direct.max() > 1e-6 else 0 * direct, atol=2e-3)


def test_smooth_grad_equals_the_mean_saliency_of_its_noisy_copies(gap, target, pixels):
    photo = pixels.astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 1, (3, *photo.shape)) * NOISE * (photo.max() - photo.min())
    saliency = Saliency(logits_of(gap))
    each = [
        np.asarray(saliency(score, (photo + n)[None].astype(np.float32), keepdims=True, normalize_map=False))[0]
        for n in noise
    ]
    found = smooth_grad(load_logit_model(gap.folder), pixels, target.direction, samples=3)
    np.testing.assert_allclose(found, np.mean(each, axis=0).max(axis=-1), rtol=1e-3, atol=1e-8)


def test_smooth_grad_is_the_same_twice_and_does_not_touch_the_global_random_state(gap, target, pixels):
    np.random.seed(5)
    before = np.random.get_state()[1].copy()
    first, second = (input_map(gap, pixels, target, "smoothgrad").values for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("name", ["none", "minor", "defect score"])
def test_the_engines_map_equals_grad_cam_up_to_scale(gap, pixels, name):
    chosen = defect_target(gap.spec) if name == "defect score" else class_target(gap.spec, name)
    ours = input_map(gap, pixels, chosen)
    grad_cam = input_map(gap, pixels, chosen, "grad-cam")
    assert ours.has_evidence == grad_cam.has_evidence
    # The served weights are in half precision.
    np.testing.assert_allclose(ours.values, grad_cam.values, atol=0.02)


def test_the_engines_map_of_a_flat_head_equals_the_gradients_at_each_place(dense, target, pixels):
    shown = 0
    network = load_logit_model(dense.folder)
    for sign in (1, -1):
        signed = Target("signed", "signed", sign * target.direction)
        ours, hires_cam = input_map(dense, pixels, signed), keras_map(network, pixels, signed, "cam")
        shown += ours.has_evidence
        np.testing.assert_allclose(ours.values, hires_cam.values, atol=0.02)
    assert shown


@pytest.mark.parametrize("name", METHODS)
def test_a_heat_map_has_the_photos_size_and_lies_between_0_and_1(gap, target, name):
    photo = np.random.default_rng(1).integers(0, 256, (70, 61, 3), np.uint8)
    found = heatmap(gap, photo, target, name)
    assert found.shape == (70, 61)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert 0 <= found.min() <= found.max() <= 1


@pytest.mark.parametrize("name", METHODS)
def test_hostile_30_nothing_that_speaks_for_the_target_gives_zeros_that_say_so(gap, pixels, name):
    nothing = Target("nothing", "nothing", np.zeros(3, np.float32))
    found = input_map(gap, pixels, nothing, name)
    assert not found.has_evidence
    np.testing.assert_array_equal(found.values, 0)


@pytest.mark.parametrize("name", METHODS)
def test_hostile_30_logits_that_saturate_every_softmax_still_give_a_finite_map(gap, pixels, name):
    huge = Target("huge", "huge", np.array([-500, 250, 250], np.float32))
    assert np.isfinite(input_map(gap, pixels, huge, name).values).all()


@pytest.mark.parametrize("fit", ["letterbox", "crop"])
def test_a_map_is_moved_to_the_photos_frame(keras_models, target, tmp_path, fit):
    folder = shutil.copytree(keras_models / "gap", tmp_path / "gap")
    spec = read_spec(folder)
    write_spec(folder, replace(spec, input=replace(spec.input, fit=fit)))
    model = Inspector("gap", tmp_path)
    photo = np.random.default_rng(1).integers(0, 256, (96, 96, 3), np.uint8)
    found = heatmap(model, photo, target, "smoothgrad")
    assert found.shape == (96, 96)
    if fit == "crop":
        # A square photo loses its top and bottom quarter to an input twice as wide as high.
        assert found[:20].max() == found[-20:].max() == 0
        assert found[30:66].max() > 0.5
    else:
        assert found[:20].max() > 0


def test_the_map_at_once_names_who_published_it_in_the_form_that_the_model_gives(gap, dense):
    at_once, grad_cam = METHODS["cam"], METHODS["grad-cam"]
    assert source_of(at_once, gap.engine.heat_map_kind) == at_once.source
    assert "HiResCAM" in source_of(at_once, dense.engine.heat_map_kind)
    assert source_of(grad_cam, dense.engine.heat_map_kind) == grad_cam.source


def test_an_unknown_method_and_an_unknown_layer_are_named(gap, target, pixels):
    with pytest.raises(DefectLensError, match="guesswork"):
        input_map(gap, pixels, target, "guesswork")
    with pytest.raises(DefectLensError, match="no_such_layer"):
        input_map(gap, pixels, target, "grad-cam", "no_such_layer")
    with pytest.raises(DefectLensError, match="pooling"):
        input_map(gap, pixels, target, "grad-cam", "pooling")


def test_a_folder_without_a_keras_file_says_what_to_do(tiny_models, pixels):
    model = Inspector("tiny", tiny_models)
    with pytest.raises(ModelUnavailable, match=r"no model\.keras") as told:
        heatmap(model, pixels, defect_target(model.spec), "grad-cam")
    assert "class activation map" in told.value.remedy


def test_the_layers_are_listed_with_their_shapes_and_the_model_is_loaded_once(gap):
    model = load_logit_model(gap.folder)
    assert load_logit_model(gap.folder) is model
    by_name = {layer.name: layer for layer in model.layers}
    assert by_name[gap.spec.explain_layer].channels > 0
    assert "logits" not in by_name
    sizes = [(end.rows, end.columns) for end in model.stage_ends]
    assert sizes == sorted(set(sizes), reverse=True)
    assert all(columns == 2 * rows for rows, columns in sizes)


def test_depths_that_are_joined_end_in_activations_and_not_on_the_way():
    photo = keras.Input((16, 16, 4))
    fine = keras.layers.ReLU(name="fine")(photo)
    coarse = keras.layers.ReLU(name="coarse")(keras.layers.MaxPooling2D(name="pool")(fine))
    joined, _ = joined_depths([fine, coarse])
    logits = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(joined))
    ends = LogitModel(keras.Model(photo, logits)).stage_ends
    assert [end.name for end in ends] == ["fine", "coarse", "depths_features"]


def test_a_hundred_photos_leave_memory_flat(gap, target, pixels):
    import resource

    def used_mb() -> float:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 1e6

    logit_model = load_logit_model(gap.folder)
    for method in KERAS_METHODS:
        keras_map(logit_model, pixels, target, method)
    before = used_mb()
    for number in range(100):
        keras_map(logit_model, np.roll(pixels, number, axis=1), target, ("grad-cam", "layer-cam")[number % 2])
    assert used_mb() - before < 40


def test_the_page_and_the_checks_open_without_tensorflow():
    code = (
        "import sys, defect_app.ui.explain.checks, defect_app.ui.explain.inside, defect_app.ui.explain.quality, "
        "defect_app.ui.explain.source, defect_app.cli.explain, defect_app.explanation.measurement; "
        "print([m for m in ('tensorflow', 'keras', 'tf_keras_vis') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.strip() == "[]"
