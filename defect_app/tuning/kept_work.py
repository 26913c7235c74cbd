"""What is kept of a fine-tuning below the taught models: finished folds, and a candidate that waits for a decision."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from defect_app.errors import DefectLensError, InvalidDocument
from defect_app.tuning.comparison import TuningComparison
from defect_app.tuning.materials import CannotTune
from defect_app.validation import validated

TUNING_FOLDER = ".tuning"
_COMPARISON, _HELD, _CANDIDATE = "comparison.json", ".held", "candidate"


@dataclass(frozen=True, eq=False)
class Candidate:
    """A fine-tuned model that waits for a person's decision: its folder, and how it compares with the one in place."""

    folder: Path
    comparison: TuningComparison


@dataclass(frozen=True)
class KeptWork:
    """The folder of one product's fine-tuning: ``.tuning/ID`` beside the taught models.

    Attributes
    ----------
    root : Path
        Folder of taught models.
    model_id : str
        Of the product.
    """

    root: Path
    model_id: str

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.root / TUNING_FOLDER / self.model_id

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let one process at a time work in it; who ends, however it does, holds it no more.

        Raises
        ------
        CannotTune
            If another process works in it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _HELD).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise CannotTune(f"{self.model_id} is being fine-tuned already.", "Wait for it, or stop it.") from error
            yield

    def begin(self, identity: str) -> Path:
        """Return the folder for folds of this model on these photos; what was kept of others goes."""
        own = self.folder / identity
        for path in self.folder.iterdir():
            if path.is_dir() and path != own:
                shutil.rmtree(path, ignore_errors=True)
        own.mkdir(exist_ok=True)
        return own

    def finished_folds(self) -> int:
        """Return how many folds are kept of a fine-tuning that was stopped."""
        return len(list(self.folder.glob("*/fold-*.npy")))

    def offer(self, own: Path, folder: Path, comparison: TuningComparison) -> None:
        """Keep a complete model folder until somebody decides; the comparison is written last and makes it whole."""
        target = own / _CANDIDATE / self.model_id
        shutil.rmtree(own / _CANDIDATE, ignore_errors=True)
        target.parent.mkdir(parents=True)
        os.rename(folder, target)
        text = json.dumps(asdict(comparison), indent=1, ensure_ascii=False)
        (own / f"{_COMPARISON}.new").write_text(text, encoding="utf-8")
        os.replace(own / f"{_COMPARISON}.new", own / _COMPARISON)

    def candidate(self, identity: str | None = None) -> Candidate | None:
        """Return the candidate that waits; None where there is none, or one of another identity alone.

        Raises
        ------
        DefectLensError
            If it is there and cannot be read.
        """
        for path in sorted(self.folder.glob(f"{identity or '*'}/{_COMPARISON}")):
            try:
                comparison = validated(TuningComparison, json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, InvalidDocument) as error:
                raise DefectLensError(
                    f"The comparison of the fine-tuned {self.model_id} cannot be read ({error}).", "Fine-tune it anew."
                ) from error
            return Candidate(path.parent / _CANDIDATE / self.model_id, comparison)
        return None

    def discard(self) -> None:
        """Remove all that is kept."""
        shutil.rmtree(self.folder, ignore_errors=True)


def read_fold(own: Path, fold: int, n_photos: int, n_classes: int) -> np.ndarray | None:
    """Return the logits of a finished fold, shape (n_photos, n_classes); None where it is not finished."""
    try:
        logits = np.load(own / f"fold-{fold}.npy", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return logits if logits.shape == (n_photos, n_classes) else None


def keep_fold(own: Path, fold: int, logits: np.ndarray) -> None:
    """Keep the logits of a finished fold."""
    unfinished = own / f"unfinished-{fold}.npy"
    np.save(unfinished, logits)
    os.replace(unfinished, own / f"fold-{fold}.npy")
