"""The one OpenVINO core that explains: each core brings a processor plugin of its own along."""

from __future__ import annotations

from functools import cache

import openvino as ov


@cache
def explaining_core() -> ov.Core:
    """Return the core, which reads weights and does not map them.

    A mapped file that is overwritten later changes the gradients of a model that was verified, and one that is cut
    short ends the whole process.
    """
    core = ov.Core()
    core.set_property({"ENABLE_MMAP": False})
    return core
