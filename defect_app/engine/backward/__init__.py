"""The backward pass of a served graph, written as operations of OpenVINO: no other library differentiates.

OpenVINO runs graphs forward. Gradients are therefore added to the graph as operations of their own, one rule for each
kind of operation (`rules.RULES`), by reverse accumulation (`differentiate.gradients`).
"""

from defect_app.engine.backward.building import NoGradient
from defect_app.engine.backward.differentiate import gradients

__all__ = ["NoGradient", "gradients"]
