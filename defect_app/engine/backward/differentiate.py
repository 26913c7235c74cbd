"""Reverse accumulation: from a score back to any operation of the graph that it depends on."""

from __future__ import annotations

from collections.abc import Sequence

import openvino as ov
from openvino import opset13 as ops

from defect_app.engine.backward.building import NoGradient
from defect_app.engine.backward.rules import rule_of

_Key = tuple[str, int]


def gradients(graph: ov.Model, answer: ov.Output, direction: ov.Output, at: Sequence[ov.Output]) -> list[ov.Output]:
    """Add the operations that compute a gradient.

    Parameters
    ----------
    graph : Model
        Of fixed shapes; holds all that leads to `answer`. It stays as it is: the new operations hang on its own.
    answer : Output
        What is differentiated, of shape (1, n).
    direction : Output
        How much each number of the answer counts, of the same shape: the score is the sum of both multiplied.
    at : sequence of Output
        By what the score is differentiated.

    Returns
    -------
    list of Output
        The gradient of the score by each of `at`, of its shape.

    Raises
    ------
    NoGradient
        If the answer does not depend on one of `at`, or a rule is missing on the way.

    Notes
    -----
    Griewank, Walther, "Evaluating Derivatives", SIAM 2008, chapter 3.
    """
    nodes = graph.get_ordered_ops()
    targets = {_key(port) for port in at}
    wanted = _depending(nodes, targets)
    gathered: dict[_Key, list[ov.Output]] = {_key(answer): [direction]}
    found: dict[_Key, ov.Output] = {}
    for node in reversed(nodes):
        key = (node.get_name(), 0)
        if key not in gathered or key not in wanted:
            continue
        gradient = _sum(gathered.pop(key))
        if key in targets:
            found[key] = gradient
        inputs = node.input_values()
        needed = tuple(_key(port) in wanted for port in inputs)
        if any(needed):
            for port, part in zip(inputs, rule_of(node)(node, gradient, needed), strict=True):
                if part is not None and _key(port) in wanted:
                    gathered.setdefault(_key(port), []).append(part)
    missing = [port.get_node().get_friendly_name() for port in at if _key(port) not in found]
    if missing:
        raise NoGradient(f"The answer does not depend on {', '.join(missing)}.")
    return [found[_key(port)] for port in at]


def _depending(nodes: Sequence[ov.Node], targets: set[_Key]) -> set[_Key]:
    """Return the outputs on the way from the targets to the end, the targets among them."""
    found: set[_Key] = set()
    for node in nodes:
        outputs = {(node.get_name(), number) for number in range(node.get_output_size())}
        if outputs & targets or any(_key(port) in found for port in node.input_values()):
            found |= outputs
    return found


def _sum(parts: list[ov.Output]) -> ov.Output:
    total = parts[0]
    for part in parts[1:]:
        total = ops.add(total, part).output(0)
    return total


def _key(port: ov.Output) -> _Key:
    # Names of operations are unique in a process; friendly names are not, and Python's objects come and go.
    return port.get_node().get_name(), port.get_index()
