"""``explain.npz``: what explanations need beside ``model.xml`` — the layers' names, and the weights before rounding."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from defect_app.errors import ModelUnavailable

EXPLAIN_FILE = "explain.npz"
_NAMES, _OPERATIONS, _LOST = "layers", "operations", "lost/"


@dataclass(frozen=True, eq=False)
class LayerNames:
    """The names that training gave to the layers, and what half precision took from the weights.

    The converted graph has forgotten both: its operations are numbered, and its weights are rounded. Rounding changes
    an answer in the third digit, but it moves single places over the bounds of an activation, and there a gradient
    jumps: maps of early layers would differ from those of the network as it was trained.

    Attributes
    ----------
    operations : dict of str to str
        Name of a layer to the operation of ``model.xml`` that gives its output, from the photo to the answer.
    lost : dict of str to ndarray of int8 or int16
        Name of a weight in ``model.xml`` to what rounding took from it, see `half_precision.lost_by_rounding`; only
        where it took something.
    """

    operations: dict[str, str] = field(default_factory=dict)
    lost: dict[str, np.ndarray] = field(default_factory=dict)


def write_layer_names(folder: Path, names: LayerNames) -> Path:
    """Write ``explain.npz`` into a model folder."""
    path = folder / EXPLAIN_FILE
    lost = {f"{_LOST}{name}": values for name, values in names.lost.items()}
    layers, operations = np.array(list(names.operations)), np.array(list(names.operations.values()))
    # Written with a fixed time, so that the same content is the same file.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in {_NAMES: layers, _OPERATIONS: operations, **lost}.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=False) as member:
                np.lib.format.write_array(member, values, allow_pickle=False)
    return path


def read_layer_names(folder: Path) -> LayerNames:
    """Read ``explain.npz`` of a model folder; without it no layer has a name, and weights are those that serve.

    Raises
    ------
    ModelUnavailable
        If the file cannot be read.
    """
    path = folder / EXPLAIN_FILE
    if not path.is_file():
        return LayerNames()
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            operations = dict(zip(stored[_NAMES].tolist(), stored[_OPERATIONS].tolist(), strict=True))
            lost = {name.removeprefix(_LOST): stored[name] for name in stored.files if name.startswith(_LOST)}
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelUnavailable(f"{folder.name}: {EXPLAIN_FILE} cannot be read.", "Restore the model folder.") from error
    return LayerNames(operations, lost)
