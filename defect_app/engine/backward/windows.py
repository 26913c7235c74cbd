"""Where the windows of a convolution or a pooling lie: steps, borders, and what the windows leave out at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import openvino as ov

from defect_app.engine.backward.building import shape_of


@dataclass(frozen=True)
class Windows:
    """Windows over a map of shape (batch, channels, rows, columns).

    Attributes
    ----------
    strides, dilations, before, after : list of int
        Along rows and columns: steps, steps inside a window, and zeros put around.
    left_over : list of int
        Rows and columns at the end that no window reaches.
    """

    strides: list[int]
    dilations: list[int]
    before: list[int]
    after: list[int]
    left_over: list[int]

    @property
    def step_by_one(self) -> bool:
        """Whether a window begins at every place."""
        return self.strides == [1, 1]

    @classmethod
    def of(cls, node: ov.Node, kernel: Sequence[int]) -> Windows:
        """Read the windows of a convolution or pooling whose kernel has these rows and columns."""
        settings: dict[str, Any] = node.get_attributes()
        size, count = shape_of(node.input_value(0))[2:], shape_of(node.output(0))[2:]
        strides = list(settings["strides"])
        dilations = list(settings.get("dilations", [1] * len(kernel)))
        reach = [
            (n - 1) * s + (k - 1) * d + 1 for n, s, k, d in zip(count, strides, kernel, dilations, strict=True)
        ]  # from the first window's start to the last one's end
        if settings["auto_pad"] in ("same_upper", "same_lower"):
            missing = [max(r - side, 0) for r, side in zip(reach, size, strict=True)]
            less, more = [m // 2 for m in missing], [m - m // 2 for m in missing]
            before, after = (less, more) if settings["auto_pad"] == "same_upper" else (more, less)
        elif settings["auto_pad"] == "valid":
            before, after = [0] * len(kernel), [0] * len(kernel)
        else:
            before, after = list(settings["pads_begin"]), list(settings["pads_end"])
        left_over = [side + b + a - r for side, b, a, r in zip(size, before, after, reach, strict=True)]
        # A last window that is rounded up reaches beyond the border: the border is that much wider.
        after = [a + max(-over, 0) for a, over in zip(after, left_over, strict=True)]
        return cls(strides, dilations, before, after, [max(over, 0) for over in left_over])
