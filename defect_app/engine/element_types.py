"""Makes OpenVINO's table from its element types to NumPy's while one thread alone can ask for it.

OpenVINO's Python binding fills that table when it is first used, and gives up Python's lock while it does. A second
thread that uses it in this moment waits for the table with Python's lock in hand, and the first for that lock: the
process stands still for ever. Two threads that send a network its first photo at once were seen to do so (stacks:
``value_to_tensor``, ``Type.to_dtype``, ``__cxa_guard_acquire``). Imported before anything else of this package, this
module asks for the table under Python's import lock, so that no thread can have an engine before the table is there.
"""

from __future__ import annotations

import numpy as np
import openvino as ov

if ov.Type.u8.to_dtype() != np.uint8:
    raise ImportError("OpenVINO's Python binding does not know NumPy's types: install the pinned versions again.")
