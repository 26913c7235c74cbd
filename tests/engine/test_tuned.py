"""Trained blocks that do not fit the network are refused in words, before a model is made of them."""

from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from defect_app.engine.taught.backbone import read_backbone
from defect_app.engine.taught.classifier import LinearHead
from defect_app.engine.taught.tuned import TunedBlocks, tuned_graph
from defect_app.errors import ModelUnavailable
from defect_app.paths import MODELS

NO_HEAD = LinearHead(np.zeros((1, 2), np.float32), np.zeros(2, np.float32), np.zeros(1, np.float32))


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "blocks.xml").write_text("no graph")
    backbone = read_backbone(MODELS / "imagenet-mobilenetv2", 64, 64)
    with pytest.raises(ModelUnavailable, match="do not fit the network"):
        tuned_graph(backbone, NO_HEAD, TunedBlocks(tmp_path / "blocks.xml", np.zeros(2)))


def test_blocks_of_another_network_are_said(tmp_path: Path) -> None:
    given = ops.parameter([1, 4, 4, 96], np.float32)
    ov.save_model(ov.Model([ops.relu(given)], [given]), tmp_path / "blocks.xml")
    backbone = read_backbone(MODELS / "imagenet-mobilenetv2", 64, 64)
    with pytest.raises(ModelUnavailable, match="have 0 activations"):
        tuned_graph(backbone, NO_HEAD, TunedBlocks(tmp_path / "blocks.xml", np.zeros(2)))
