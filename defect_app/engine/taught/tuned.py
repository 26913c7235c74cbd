"""The graph of a fine-tuned model: the taught head, and beside it upper blocks of the network, trained further.

Both see the photo through the same lower blocks, and the logits are the mean of both. The head keeps what early layers
tell of small marks; the trained blocks bring what ImageNet's upper blocks did not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import integers, number, shape_of
from defect_app.engine.taught.backbone import Backbone
from defect_app.engine.taught.classifier import MAP_LAYER, LinearHead, head_evidence, head_logits
from defect_app.engine.taught.finishing import finished
from defect_app.engine.taught.patches import on_grid
from defect_app.engine.taught.pooled import LOOK_LAYER, means_of
from defect_app.errors import ModelUnavailable

LAST_FROZEN = 12
"""The block whose output the trained blocks take; all up to it stay as they are."""
TUNED_LAYERS = (*(f"tuned_block_{block}" for block in range(LAST_FROZEN + 1, 17)), "tuned_out_relu")
"""Names by which explanations know the trained blocks' outputs."""


@dataclass(frozen=True, eq=False)
class TunedBlocks:
    """Trained blocks with a dense layer of their own.

    Attributes
    ----------
    file : Path
        An OpenVINO graph from the last frozen block's output, float32 of shape (1, rows, columns, n_channels), to a map
        of logits, shape (1, rows, columns, n_classes), whose mean over the places are the photo's.
    centre : ndarray of float32, shape (n_classes,)
        Logits of an ordinary good photo: evidence is what differs from them.
    """

    file: Path
    centre: np.ndarray


def tuned_graph(backbone: Backbone, head: LinearHead, blocks: TunedBlocks) -> ov.Model:
    """Build the graph that serves; its inputs and outputs are those of `classifier.classifier_graph`.

    Parameters
    ----------
    backbone : Backbone
        Is used up.
    head : LinearHead
        See `classifier.classifier_graph`.
    blocks : TunedBlocks
        For the same classes.

    Raises
    ------
    ModelUnavailable
        If the blocks cannot be read or do not fit the network.
    """
    evidence = _map_of(backbone, blocks.file)
    logits = ops.reduce_mean(evidence, integers((2, 3)), False)
    apart = ops.subtract(evidence, ops.constant(blocks.centre.astype(np.float32)[None, :, None, None]))
    grid = shape_of(backbone.layers[MAP_LAYER])[2:]
    return finished(
        backbone,
        _mean(head_logits(backbone, head), logits.output(0)),
        _mean(head_evidence(backbone, head), on_grid(apart.output(0), grid)),
        means_of(backbone, LOOK_LAYER),
    )


def _map_of(backbone: Backbone, file: Path) -> ov.Output:
    """Put the blocks behind the last frozen one; return their map of logits, shape (1, n_classes, rows, columns)."""
    source = backbone.layers[f"block_{LAST_FROZEN}"]
    try:
        core = ov.Core()
        core.set_property({"ENABLE_MMAP": False})
        model = core.read_model(file)
        channels, rows, columns = shape_of(source)[1:]
        model.reshape([1, rows, columns, channels])
    except RuntimeError as error:
        raise ModelUnavailable("The fine-tuned blocks do not fit the network.", "Fine-tune anew.") from error
    places_first = ops.transpose(source, integers((0, 2, 3, 1))).output(0)
    _name_layers(model)
    for target in model.inputs[0].get_target_inputs():
        target.replace_source_output(places_first)
    found = model.get_results()[0].input_value(0)
    return ops.transpose(found, integers((0, 3, 1, 2))).output(0)


def _name_layers(model: ov.Model) -> None:
    """Name the outputs of the blocks: each is what the next block's widening convolution takes."""
    activations = [node for node in model.get_ordered_ops() if node.get_type_name() == "Clamp"]
    if len(activations) != 2 * (len(TUNED_LAYERS) - 1) + 1:
        raise ModelUnavailable(f"The fine-tuned blocks have {len(activations)} activations.", "Fine-tune anew.")
    # Two activations a block: of its widened input, and of the filter behind it. The block ends where the next begins.
    for name, following in zip(TUNED_LAYERS, activations[2::2], strict=False):
        convolution = following.input_value(0).get_node().input_value(0).get_node()
        convolution.input_value(0).get_node().set_friendly_name(name)
    activations[-1].set_friendly_name(TUNED_LAYERS[-1])


def _mean(one: ov.Output, other: ov.Output) -> ov.Output:
    return ops.multiply(ops.add(one, other), number(0.5)).output(0)
