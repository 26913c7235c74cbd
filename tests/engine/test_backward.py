"""Each rule of the backward pass against TensorFlow's tape, on maps that are not square, with borders and ties."""

from collections.abc import Callable
from typing import Any

import numpy as np
import openvino as ov
import pytest
import tensorflow as tf
from openvino import opset13 as ops

from defect_app.engine.backward import NoGradient, gradients

Map = np.ndarray
ROWS, COLUMNS, CHANNELS = 9, 12, 4
RNG = np.random.default_rng(5)
KERNEL = RNG.normal(size=(3, 3, CHANNELS, 5)).astype(np.float32)
SQUARE = RNG.normal(size=(3, 3, CHANNELS, CHANNELS)).astype(np.float32)
DEPTHWISE = RNG.normal(size=(3, 3, CHANNELS, 1)).astype(np.float32)
DENSE = RNG.normal(size=(CHANNELS, 3)).astype(np.float32)
SLOPES = RNG.uniform(-0.5, 0.5, CHANNELS).astype(np.float32)


def in_openvino(layer: Callable[[ov.Output], Any], photo: Map, towards: Map) -> Map:
    """Differentiate a layer that takes (1, channels, rows, columns); photo and gradient have channels last."""
    given = ops.parameter([1, CHANNELS, ROWS, COLUMNS], np.float32)
    answer = layer(given.output(0)).output(0)
    direction = ops.parameter(answer.get_shape(), np.float32)
    graph = ov.Model([answer], [given])
    found = gradients(graph, answer, direction.output(0), [given.output(0)])
    compiled = ov.Core().compile_model(
        ov.Model([answer, *found], [given, direction]), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    first = towards.transpose(0, 3, 1, 2) if towards.ndim == 4 else towards
    return np.array(compiled([photo.transpose(0, 3, 1, 2), first])[1]).transpose(0, 2, 3, 1)


def in_tensorflow(layer: Callable[[Any], Any], photo: Map, seed: int = 1) -> tuple[Map, Map]:
    """Return a gradient by a layer's answer, and that by the photo that follows from it."""
    given = tf.constant(photo)
    with tf.GradientTape() as tape:
        tape.watch(given)
        answer = layer(given)
    towards = np.random.default_rng(seed).normal(size=answer.shape).astype(np.float32)
    return towards, np.asarray(tape.gradient(answer, given, tf.constant(towards)))


def first(kernel: Map) -> Map:
    """Order a kernel as OpenVINO does: channels out, channels in, rows, columns."""
    return kernel.transpose(3, 2, 0, 1)


def with_holes(kernel: Map) -> Map:
    """Put zeros between a kernel's places: TensorFlow differentiates no dilated convolution on some processors."""
    spread = np.zeros((2 * kernel.shape[0] - 1, 2 * kernel.shape[1] - 1, *kernel.shape[2:]), np.float32)
    spread[::2, ::2] = kernel
    return spread


def convolved(stride: int, padding: str, kernel: Map = KERNEL, dilation: int = 1) -> Callable[[ov.Output], Any]:
    return lambda x: ops.convolution(
        x, ops.constant(first(kernel)), [stride] * 2, [0, 0], [0, 0], [dilation] * 2,
        "same_upper" if padding == "SAME" else "valid",
    )  # fmt: skip


def depthwise(stride: int, padding: str) -> Callable[[ov.Output], Any]:
    kernel = DEPTHWISE.transpose(2, 3, 0, 1)[:, :, None]
    auto = "same_upper" if padding == "SAME" else "valid"
    return lambda x: ops.group_convolution(x, ops.constant(kernel), [stride] * 2, [0, 0], [0, 0], [1, 1], auto_pad=auto)


def strongest(size: int, stride: int, padding: str) -> Callable[[ov.Output], Any]:
    auto = "same_upper" if padding == "SAME" else "valid"
    return lambda x: ops.max_pool(x, [stride] * 2, [1, 1], [0, 0], [0, 0], [size] * 2, "floor", auto)


def mean(size: int, stride: int, padding: str) -> Callable[[ov.Output], Any]:
    auto = "same_upper" if padding == "SAME" else "valid"
    return lambda x: ops.avg_pool(x, [stride] * 2, [0, 0], [0, 0], [size] * 2, True, "floor", auto)


def resized(x: ov.Output, rows: int, columns: int) -> Any:
    return ops.interpolate(
        x, ops.constant([rows, columns]), "linear_onnx", "sizes", [0] * 4, [0] * 4, "half_pixel",
        "round_prefer_floor", False, -0.75, ops.constant([2, 3]),
    )  # fmt: skip


def attended(x: ov.Output) -> Any:
    """Weigh a map by a softmax over all places, as the trained attention does; here of the mean of the channels."""
    scores = ops.reduce_mean(x, ops.constant([1]), True)
    flat = ops.softmax(ops.reshape(scores, ops.constant([1, -1]), False), -1)
    return ops.multiply(x, ops.reshape(flat, ops.constant([1, 1, ROWS, COLUMNS]), False))


def dense(x: Any, transposed: bool) -> Any:
    pooled = ops.reduce_mean(x, ops.constant([2, 3]), False)
    return ops.matmul(pooled, ops.constant(DENSE.T if transposed else DENSE), False, transposed)


LAYERS: dict[str, tuple[Callable[[ov.Output], Any], Callable[[Any], Any]]] = {
    "convolution": (convolved(1, "VALID"), lambda x: tf.nn.conv2d(x, KERNEL, 1, "VALID")),
    "convolution with a border": (convolved(1, "SAME"), lambda x: tf.nn.conv2d(x, KERNEL, 1, "SAME")),
    "convolution by steps": (convolved(2, "SAME"), lambda x: tf.nn.conv2d(x, KERNEL, 2, "SAME")),
    "convolution by steps that leaves rows over": (
        convolved(2, "VALID"),
        lambda x: tf.nn.conv2d(x, KERNEL, 2, "VALID"),
    ),
    "convolution with holes": (
        convolved(1, "SAME", dilation=2),
        lambda x: tf.nn.conv2d(x, with_holes(KERNEL), 1, "SAME"),
    ),
    "convolution with as many channels in as out": (
        convolved(1, "VALID", SQUARE),
        lambda x: tf.nn.conv2d(x, SQUARE, 1, "VALID"),
    ),
    "depthwise convolution": (
        depthwise(1, "SAME"),
        lambda x: tf.nn.depthwise_conv2d(x, DEPTHWISE, [1] * 4, "SAME"),
    ),
    "depthwise convolution by steps": (
        depthwise(3, "VALID"),
        lambda x: tf.nn.depthwise_conv2d(x, DEPTHWISE, [1, 3, 3, 1], "VALID"),
    ),
    "dense layer": (lambda x: dense(x, False), lambda x: tf.reduce_mean(x, [1, 2]) @ DENSE),
    "dense layer, stored the other way": (lambda x: dense(x, True), lambda x: tf.reduce_mean(x, [1, 2]) @ DENSE),
    "relu": (ops.relu, tf.nn.relu),
    "relu6": (lambda x: ops.clamp(x, 0.0, 6.0), tf.nn.relu6),
    "prelu": (
        lambda x: ops.prelu(x, ops.constant(SLOPES)),
        lambda x: tf.where(x > 0, x, x * SLOPES),
    ),
    "sigmoid": (ops.sigmoid, tf.nn.sigmoid),
    "tanh": (ops.tanh, tf.nn.tanh),
    "swish": (ops.swish, tf.nn.silu),
    "strongest place of each window": (strongest(2, 2, "VALID"), lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID")),
    "strongest place of windows that overlap": (
        strongest(3, 2, "SAME"),
        lambda x: tf.nn.max_pool2d(x, 3, 2, "SAME"),
    ),
    "mean of each window": (mean(2, 2, "VALID"), lambda x: tf.nn.avg_pool2d(x, 2, 2, "VALID")),
    "mean of windows that overlap": (mean(3, 2, "SAME"), lambda x: tf.nn.avg_pool2d(x, 3, 2, "SAME")),
    "mean of all places": (
        lambda x: ops.reduce_mean(x, ops.constant([2, 3]), True),
        lambda x: tf.reduce_mean(x, [1, 2], keepdims=True),
    ),
    "strongest of all places": (
        lambda x: ops.reduce_max(x, ops.constant([2, 3]), False),
        lambda x: tf.reduce_max(x, [1, 2]),
    ),
    "enlarged": (lambda x: resized(x, 18, 30), lambda x: tf.image.resize(x, [18, 30])),
    "made smaller": (lambda x: resized(x, 5, 8), lambda x: tf.image.resize(x, [5, 8])),
    "attention": (
        attended,
        lambda x: x * tf.reshape(tf.nn.softmax(tf.reshape(tf.reduce_mean(x, 3), [1, -1])), [1, ROWS, COLUMNS, 1]),
    ),
    "joined with itself": (lambda x: ops.concat([x, ops.relu(x)], 1), lambda x: tf.concat([x, tf.nn.relu(x)], 3)),
    "a border of zeros": (
        lambda x: ops.pad(
            x, ops.constant([0, 0, 1, 0]), ops.constant([0, 0, 2, 3]), "constant", ops.constant(np.float32(0))
        ),
        lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 3], [0, 0]]),
    ),
    "a sum of two ways": (lambda x: ops.add(ops.relu(x), ops.multiply(x, x)), lambda x: tf.nn.relu(x) + x * x),
    "a weight a channel": (
        lambda x: ops.multiply(x, ops.sigmoid(ops.reduce_mean(x, ops.constant([2, 3]), True))),
        lambda x: x * tf.nn.sigmoid(tf.reduce_mean(x, [1, 2], keepdims=True)),
    ),
    "less and divided": (
        lambda x: ops.divide(ops.subtract(ops.constant(np.float32(3)), x), ops.constant(np.float32(2))),
        lambda x: (3 - x) / 2,
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_rule_gives_the_gradient_that_tensorflow_gives(name: str) -> None:
    layer, same_layer = LAYERS[name]
    photo = RNG.normal(0, 3, (1, ROWS, COLUMNS, CHANNELS)).astype(np.float32)
    towards, wanted = in_tensorflow(same_layer, photo)
    found = in_openvino(layer, photo, towards)
    np.testing.assert_allclose(found, wanted, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.parametrize("name", [name for name in LAYERS if name.startswith("strongest place")])
def test_of_equal_places_the_first_gets_the_whole_gradient_as_in_tensorflow(name: str) -> None:
    layer, same_layer = LAYERS[name]
    photo = np.maximum(RNG.integers(-3, 3, (1, ROWS, COLUMNS, CHANNELS)), 0).astype(np.float32)
    towards, wanted = in_tensorflow(same_layer, photo)
    np.testing.assert_array_equal(in_openvino(layer, photo, towards) != 0, wanted != 0)
    np.testing.assert_allclose(in_openvino(layer, photo, towards), wanted, atol=1e-6)


def test_a_convolution_beside_its_own_transpose_answers_rightly() -> None:
    """With as many channels in as out, OpenVINO mixes the weights of both up unless each has a constant of its own."""
    kernel = RNG.normal(size=(32, 32, 3, 3)).astype(np.float32)
    given = ops.parameter([1, 32, 111, 111], np.float32)
    answer = ops.convolution(given, ops.constant(kernel), [1, 1], [0, 0], [0, 0], [1, 1]).output(0)
    direction = ops.parameter(answer.get_shape(), np.float32)
    (found,) = gradients(ov.Model([answer], [given]), answer, direction.output(0), [given.output(0)])
    compiled = ov.Core().compile_model(
        ov.Model([answer, found], [given, direction]), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    towards = RNG.normal(size=answer.get_shape()).astype(np.float32)
    got = np.array(compiled([RNG.normal(size=(1, 32, 111, 111)).astype(np.float32), towards])[1])
    wanted = tf.nn.conv2d_transpose(
        towards.transpose(0, 2, 3, 1), kernel.transpose(2, 3, 1, 0), (1, 111, 111, 32), 1, "VALID"
    )
    np.testing.assert_allclose(got.transpose(0, 2, 3, 1), wanted, atol=1e-3)


def test_an_operation_without_a_rule_is_named() -> None:
    given = ops.parameter([1, 3], np.float32)
    answer = ops.erf(given).output(0)
    with pytest.raises(NoGradient, match="Erf"):
        gradients(ov.Model([answer], [given]), answer, ops.constant([[1.0, 0, 0]]).output(0), [given.output(0)])


def test_what_the_answer_does_not_depend_on_is_named() -> None:
    given = ops.parameter([1, 3], np.float32)
    aside = ops.relu(given, name="aside").output(0)
    answer = ops.tanh(given).output(0)
    with pytest.raises(NoGradient, match="aside"):
        gradients(ov.Model([answer], [given]), answer, ops.constant([[1.0, 0, 0]]).output(0), [aside])
