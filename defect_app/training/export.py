"""Writes a trained network as files, for Keras and for OpenVINO, and measures that they agree."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import openvino as ov
from openvino.preprocess import PrePostProcessor

from defect_app.engine.layer_names import write_layer_names
from defect_app.errors import InvalidRecipe
from defect_app.training.heads import ChannelWeights, is_differentiable, is_linear, layers_after
from defect_app.training.layer_names import layer_names

OUTPUT_NAMES = ("probabilities", "features", "descriptor", "channel_weights")


def export_network(server: Any, folder: Path, familiar: Any) -> None:
    """Write ``model.keras``, ``model.xml``, ``model.bin`` and ``explain.npz``.

    Parameters
    ----------
    server : keras.Model
        From RGB 0..255 to softmax probabilities and the last feature map, without layers that only serve training.
    folder : Path
        Where to; created if need be.
    familiar : KerasTensor, shape (batch, rows, columns, n_channels)
        A map that follows from the server's input; its mean over the picture becomes the OpenVINO model's third output,
        by which familiarity is judged.

    Where the class activation map is not in the head's weights, what each channel speaks for on a photo becomes the
    fourth output, see `heads.ChannelWeights`; a head without a known gradient has none, and no heat map.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _round_kernels(server)
    server.save(folder / "model.keras", include_optimizer=False)
    descriptor = keras.layers.GlobalAveragePooling2D(name="descriptor")(familiar)
    served = keras.Model(server.inputs, [*server.outputs, descriptor, *_channel_weights(server)], name=server.name)
    model = _converted(served)
    _share_kernels(model)
    # Weights in half precision: half the download, and answers within 0.02 of Keras.
    ov.save_model(model, folder / "model.xml", compress_to_fp16=True)
    name_layers(server, folder)


def name_layers(server: Any, folder: Path) -> None:
    """Write ``explain.npz`` beside a network's exported files, see `layer_names`.

    Raises
    ------
    ValueError
        If ``model.xml`` is not this network.
    """
    exact = _converted(keras.Model(server.inputs, server.outputs, name=server.name))
    write_layer_names(folder, layer_names(server, exact, ov.Core().read_model(folder / "model.xml")))


def parity(server: Any, folder: Path, pixels: np.ndarray) -> float:
    """Return the greatest difference between the probabilities of the two files.

    Parameters
    ----------
    server : keras.Model
        The network as it was trained.
    folder : Path
        Holds ``model.xml``.
    pixels : ndarray of uint8, shape (n, height, width, 3)
        RGB pictures to compare on.
    """
    compiled = ov.Core().compile_model(str(folder / "model.xml"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    greatest = 0.0
    for picture in pixels:
        served = compiled(picture[None])["probabilities"]
        trained = np.asarray(server.predict_on_batch(picture[None].astype(np.float32))[0])
        greatest = max(greatest, float(np.abs(served - trained).max()))
    return greatest


def _channel_weights(server: Any) -> list[Any]:
    features = server.outputs[1]
    try:
        head = layers_after(server, features._keras_history.operation.name)
    except InvalidRecipe:
        # A head that is not one row of layers serves all the same, without a heat map.
        return []
    if is_linear(head) or not is_differentiable(head):
        return []
    return [ChannelWeights(head, name="channel_weights")(features)]


def _round_kernels(server: Any) -> None:
    """Round kernels to the half precision in which OpenVINO keeps them, so that both files hold the same numbers.

    Vectors stay: those of batch norm are folded into kernels on export, and rounding them first would cost exactness.
    """
    for variable in server.variables:
        if len(variable.shape) > 1:
            variable.assign(np.asarray(variable).astype(np.float16).astype(np.float32))


def _converted(network: Any) -> ov.Model:
    """Convert a network whose outputs are the first of `OUTPUT_NAMES`; its weights are those of Keras."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "raw.xml"
        network.export(str(path), format="openvino", verbose=False)
        core = ov.Core()
        # Read into memory, not mapped: the folder disappears.
        core.set_property({"ENABLE_MMAP": False})
        model = core.read_model(path)
    return _with_photo_input(model, network.input_shape[1:3], OUTPUT_NAMES[: len(network.outputs)])


def _with_photo_input(model: ov.Model, size: tuple[int, int], names: tuple[str, ...]) -> ov.Model:
    """Make the model take uint8 pictures in batches of any length, and give the named outputs alone."""
    model.reshape([-1, *size, 3])
    # TensorFlow numbers the outputs of an exported function so, whatever the order in which OpenVINO lists them.
    exported = {f"Identity_{number}:0" if number else "Identity:0": name for number, name in enumerate(names)}
    for result in model.get_results():
        found = [name for number, name in exported.items() if number in result.output(0).get_names()]
        if found:
            result.output(0).get_tensor().set_names(set(found))
        else:
            # Layers with a gradient of their own, as EfficientNet's swish, come out of the conversion as outputs.
            model.remove_result(result)
    prepared = PrePostProcessor(model)
    prepared.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    return prepared.build()


def _share_kernels(model: ov.Model) -> None:
    """Let matrix products that multiply by one kernel and by its transpose share it, so that the file holds it once."""
    kernels: list[Any] = []
    for product in (node for node in model.get_ordered_ops() if node.get_type_name() == "MatMul"):
        for port, transposed in enumerate(("transpose_a", "transpose_b")):
            constant = product.input_value(port).get_node()
            if constant.get_type_name() != "Constant":
                continue
            twin = next((k for k in kernels if np.array_equal(k.data.T, constant.data)), None)
            if twin is None:
                kernels.append(constant)
            else:
                product.input(port).replace_source_output(twin.output(0))
                product.set_attribute(transposed, not product.get_attributes()[transposed])
