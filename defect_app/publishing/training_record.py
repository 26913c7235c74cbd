"""``training.json``: how a model came to be, as its card tells it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from defect_app.datasets import Dataset
from defect_app.errors import DefectLensError

RECORD_FILE = "training.json"
_RESTORE = "Restore the folder, or make the model anew."


@dataclass(frozen=True)
class DatasetFacts:
    """What a card tells about the data: see `datasets.Dataset`."""

    title: str
    source: str
    licence: str
    limits: str = ""
    traps: tuple[str, ...] = ()

    @classmethod
    def of(cls, dataset: Dataset) -> DatasetFacts:
        """Take them from a registered data set, or one made of a folder."""
        return cls(dataset.title, dataset.source, dataset.licence, dataset.limits, dataset.traps)


@dataclass(frozen=True)
class RobustnessFigures:
    """Top-1 accuracy of a distilled model and its teacher, on clean pictures and on degraded versions of them.

    Attributes
    ----------
    n : int
        Pictures.
    versions : int
        Degraded versions of each.
    teacher_clean, student_clean, teacher_degraded, student_degraded : float
        In [0, 1].
    """

    n: int
    versions: int
    teacher_clean: float
    student_clean: float
    teacher_degraded: float
    student_degraded: float


@dataclass(frozen=True)
class GradientCheck:
    """How far the gradients that explanations compute from a model's file are from TensorFlow's.

    Attributes
    ----------
    pictures, layers : int
        How many pictures and layers were compared, every picture at every layer.
    worst : float
        Greatest difference of a gradient, as a share of its own length (Euclidean), in [0, …]. It is not 0 even for
        equal arithmetic: where a number lies on the bound of an activation, or two places of a pooling window are
        equal but for rounding, one place gets what the other has in TensorFlow.
    worst_layer : str
        Where.
    bound : float
        Up to which the gradients are taken to be the same.
    problem : str
        Why they cannot be computed from the file; empty where they can.
    """

    pictures: int = 0
    layers: int = 0
    worst: float = 0.0
    worst_layer: str = ""
    bound: float = 0.0
    problem: str = ""

    @property
    def usable(self) -> bool:
        """Whether explanations may go by these gradients."""
        return not self.problem and self.worst <= self.bound


@dataclass(frozen=True)
class TrainingRecord:
    """How a model came to be: what its card tells beside its evaluation.

    Attributes
    ----------
    dataset : DatasetFacts
        What it was trained on.
    seed : int
        Of the training.
    minutes : float
        Of the training.
    n_training, n_scenes : int
        Size of the training set, and how many of it were rendered.
    recipe : str
        The recipe's name; empty for a model that was made without one.
    epochs, best_epoch : int
        Of a recipe's training; 0 without epochs.
    parity : float
        Greatest difference of a probability between the file that serves and the network it was exported from.
    parity_n : int
        Pictures it was measured on; 0 where nothing was exported.
    robustness : RobustnessFigures or None
        Teacher against student, for a distilled model.
    gradients : GradientCheck or None
        Of the file that serves, against the network it was exported from; None where nothing was exported.
    """

    dataset: DatasetFacts
    seed: int
    minutes: float
    n_training: int
    n_scenes: int = 0
    recipe: str = ""
    epochs: int = 0
    best_epoch: int = 0
    parity: float = 0.0
    parity_n: int = 0
    robustness: RobustnessFigures | None = None
    gradients: GradientCheck | None = None


def write_record(folder: Path, record: TrainingRecord) -> Path:
    """Write ``training.json`` into a model folder."""
    path = folder / RECORD_FILE
    path.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
    return path


def read_record(folder: Path) -> TrainingRecord:
    """Read ``training.json`` of a model folder.

    Raises
    ------
    DefectLensError
        If the file is missing, or is not a record.
    """
    try:
        stored = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
        facts, robustness = stored.pop("dataset"), stored.pop("robustness", None)
        gradients = stored.pop("gradients", None)
        return TrainingRecord(
            dataset=DatasetFacts(**{**facts, "traps": tuple(facts["traps"])}),
            robustness=RobustnessFigures(**robustness) if robustness else None,
            gradients=GradientCheck(**gradients) if gradients else None,
            **stored,
        )
    except FileNotFoundError as error:
        raise DefectLensError(f"{folder.name} has no {RECORD_FILE}.", _RESTORE) from error
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise DefectLensError(f"{folder.name}: {RECORD_FILE} cannot be read ({error}).", _RESTORE) from error
