"""What the graphs of taught models end in: the outputs that a model folder's network has, under their names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import integers, shape_of
from defect_app.engine.layer_names import LayerNames, write_layer_names
from defect_app.engine.taught.backbone import Backbone


def finished(backbone: Backbone, logits: ov.Output, evidence: ov.Output, look: ov.Output) -> ov.Model:
    """Put the outputs of a taught model together.

    Parameters
    ----------
    backbone : Backbone
        From whose photo all of it comes.
    logits : Output
        Shape (1, n_classes).
    evidence : Output
        For each class, shape (1, n_classes, rows, columns).
    look : Output
        What familiarity compares, shape (1, n).
    """
    n_classes = shape_of(logits)[1]
    results = []
    for name, port in (
        ("probabilities", ops.softmax(logits, 1).output(0)),
        ("features", ops.transpose(evidence, integers((0, 2, 3, 1))).output(0)),
        ("descriptor", look),
        ("channel_weights", ops.constant(np.eye(n_classes, dtype=np.float32)[None]).output(0)),
    ):
        result = ops.result(port)
        # Two outputs may come of one operation: the name belongs to the result.
        result.output(0).get_tensor().set_names({name})
        results.append(result)
    _name_layers(backbone)
    return ov.Model(results, [backbone.photo], "taught")


def write_graph(graph: ov.Model, folder: Path, layers: tuple[str, ...]) -> None:
    """Write ``model.xml``, ``model.bin`` and the names of some layers into a model folder.

    The network's weights stay in half precision as they are bundled, and are float32 again when it computes; a head's
    are float32, because verdicts hang on them.
    """
    ov.save_model(graph, str(folder / "model.xml"), compress_to_fp16=False)
    write_layer_names(folder, LayerNames({name: name for name in layers}))


def _name_layers(backbone: Backbone) -> None:
    for name, port in backbone.layers.items():
        port.get_node().set_friendly_name(name)
