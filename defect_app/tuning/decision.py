"""The decision on a fine-tuned candidate: it takes the place of the taught model, which stays as a version, or goes."""

from __future__ import annotations

from pathlib import Path

from defect_app.settings import settings
from defect_app.teaching.versions import placed
from defect_app.tuning.kept_work import Candidate, KeptWork
from defect_app.tuning.materials import CannotTune, spec_sha256


def waiting_candidate(model_id: str, root: Path | None = None) -> Candidate | None:
    """Return the candidate that was compared with the model in place; None where none is, or it was with another.

    Raises
    ------
    DefectLensError
        If it is there and cannot be read.
    """
    where = root or settings().taught_models
    candidate = KeptWork(where, model_id).candidate()
    if candidate is None or candidate.comparison.former_sha256 != spec_sha256(where / model_id):
        return None
    return candidate


def accept(model_id: str, root: Path | None = None) -> Path:
    """Put the candidate in its place; the taught model becomes a version that can be rolled back to.

    Raises
    ------
    CannotTune
        If none waits, it is worse beyond chance, or the model in place is no longer the one that it was compared with.
    """
    where = root or settings().taught_models
    work = KeptWork(where, model_id)
    with work.held():
        candidate = waiting_candidate(model_id, where)
        if candidate is not None and candidate.comparison.is_worse:
            raise CannotTune(f"The fine-tuned {model_id} is worse beyond chance.", "Discard it.")
        if candidate is None:
            raise CannotTune(
                f"No fine-tuned {model_id} waits that was compared with the model in place.", "Fine-tune it first."
            )
        target = placed(candidate.folder, where)
        work.discard()
    return target


def discard(model_id: str, root: Path | None = None) -> None:
    """Remove the candidate, and folds that were kept.

    Raises
    ------
    CannotTune
        While it is being fine-tuned.
    """
    work = KeptWork(root or settings().taught_models, model_id)
    with work.held():
        work.discard()
