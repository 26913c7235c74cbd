"""Makes a finished model folder explainable: names its layers, keeps its exact weights, and checks its gradients."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from defect_app.catalog import read_spec, write_spec
from defect_app.errors import ModelUnavailable
from defect_app.publishing import write_card
from defect_app.publishing.training_record import GradientCheck, read_record, write_record
from defect_app.training.export import name_layers
from defect_app.training.gradient_check import check_gradients


def make_explainable(folder: Path, pictures: np.ndarray) -> GradientCheck:
    """Write ``explain.npz`` from ``model.keras``, check the gradients, and tell both in the record and the card.

    What serves stays as it is, to the byte.

    Parameters
    ----------
    folder : Path
        A complete model folder.
    pictures : ndarray of uint8, shape (n, height, width, 3)
        RGB pictures to check on.

    Raises
    ------
    ModelUnavailable
        If the folder has no Keras file, or another network's.
    """
    spec = read_spec(folder)
    try:
        network = keras.models.load_model(folder / "model.keras", safe_mode=True, compile=False)
        name_layers(network, folder)
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"{folder.name}: model.keras and model.xml do not fit: {error}") from error
    check = check_gradients(network, spec, folder, pictures)
    write_record(folder, replace(read_record(folder), gradients=check))
    write_spec(folder, spec)
    write_card(folder)
    return check
