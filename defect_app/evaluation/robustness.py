"""``robustness.parquet``: what a model says of disturbed photos, and what follows for what passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from defect_app.errors import DefectLensError, InvalidDocument
from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.evaluation.stamped_table import read_stamped, write_stamped
from defect_app.validation import validated

ROBUSTNESS_FILE = "robustness.parquet"
AS_IT_IS = "As it is"
"""The disturbance, of strength 0, of photos that nothing was done to."""
COLUMNS = ("disturbance", "strength", "image", "defective", "verdict", "right")


@dataclass(frozen=True)
class RobustnessOrigin:
    """Where the rows come from.

    Attributes
    ----------
    model_id, model_sha256 : str
        The model; the hash is `catalog.weights_sha256`.
    dataset : str
        Whose test pictures were taken.
    seed : int
        Draws the sample, and what chance does to each photo.
    amounts : dict of str to list of float
        Of each disturbance, for the strengths 1 to 5.
    units : dict of str to str
        What the amounts are of.
    review_at, reject_at : float
        The lines of the point that judged.
    created : str
        ISO 8601, UTC.
    """

    model_id: str
    model_sha256: str
    dataset: str
    seed: int
    amounts: dict[str, tuple[float, ...]]
    units: dict[str, str] = field(default_factory=dict)
    review_at: float = 0.0
    reject_at: float = 0.0
    created: str = ""


@dataclass(frozen=True)
class Robustness:
    """Rows with `COLUMNS`, a row a photo, disturbance and strength, and their origin."""

    rows: pd.DataFrame
    origin: RobustnessOrigin


@dataclass(frozen=True)
class Disturbed:
    """What a disturbance of one strength does.

    Attributes
    ----------
    name : str
        The disturbance.
    strength : int
        1 to 5; 0 for none.
    right : Proportion
        Photos whose part is rejected if and only if it is defective.
    false_pass : Proportion
        Defective parts that pass, of the defective ones: what counts.
    to_review : Proportion
        Photos that a person must look at.
    good_passed : Proportion
        Good parts that pass, of the good ones.
    """

    name: str
    strength: int
    right: Proportion
    false_pass: Proportion
    to_review: Proportion
    good_passed: Proportion


def write_robustness(folder: Path, robustness: Robustness) -> Path:
    """Write ``robustness.parquet`` into a model folder."""
    rows = robustness.rows[list(COLUMNS)]
    return write_stamped(folder / ROBUSTNESS_FILE, rows, asdict(robustness.origin))


def read_robustness(folder: Path) -> Robustness | None:
    """Read ``robustness.parquet`` of a model folder; None where there is none.

    Raises
    ------
    DefectLensError
        If it cannot be read.
    """
    try:
        rows, origin = read_stamped(folder / ROBUSTNESS_FILE, COLUMNS)
        return Robustness(rows, validated(RobustnessOrigin, origin))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, InvalidDocument) as error:
        remedy = f"Run evaluate {folder.name} --robustness again."
        raise DefectLensError(f"{folder.name}: {ROBUSTNESS_FILE} cannot be read ({error}).", remedy) from error


def disturbed_figures(robustness: Robustness) -> tuple[Disturbed, ...]:
    """Return the figures of each disturbance and strength, undisturbed photos first, in the order of the origin."""
    order = {name: place for place, name in enumerate((AS_IT_IS, *robustness.origin.amounts))}
    groups = robustness.rows.groupby(["disturbance", "strength"], sort=False)
    figures = [_figures(str(part["disturbance"].iloc[0]), int(part["strength"].iloc[0]), part) for _, part in groups]
    return tuple(sorted(figures, key=lambda f: (order.get(f.name, len(order)), f.strength)))


def robustness_sentence(figures: tuple[Disturbed, ...]) -> str:
    """Say what lets defective parts pass, or that nothing here did."""
    plain, changed = figures[0], figures[1:]
    passed = sum(f.false_pass.count for f in changed)
    tried = sum(f.false_pass.n for f in changed)
    if not tried:
        return "There are no defective parts among these photos."
    worst = max(changed, key=lambda f: (f.false_pass.count, -f.strength))
    least = f"{plain.false_pass.count} of {plain.false_pass.n} pass undisturbed"
    if not passed:
        return f"No disturbance let a defective part pass, in {tried:,} tries ({least})."
    return (
        f"{passed:,} of {tried:,} disturbed photos of defective parts pass ({least}); most by "
        f"{worst.name.lower()} of strength {worst.strength}: {worst.false_pass.count} of {worst.false_pass.n}."
    )


def _figures(name: str, strength: int, part: pd.DataFrame) -> Disturbed:
    defective = part["defective"].to_numpy(bool)
    passed, review = ((part["verdict"] == verdict).to_numpy(bool) for verdict in ("PASS", "REVIEW"))
    return Disturbed(
        name,
        strength,
        proportion(int(part["right"].sum()), len(part)),
        proportion(int((passed & defective).sum()), int(defective.sum())),
        proportion(int(review.sum()), len(part)),
        proportion(int((passed & ~defective).sum()), int((~defective).sum())),
    )


def by_disturbance(figures: tuple[Disturbed, ...]) -> Mapping[str, tuple[Disturbed, ...]]:
    """Return the figures of each disturbance by rising strength, each led by the undisturbed photos."""
    plain = tuple(f for f in figures if f.name == AS_IT_IS)
    names = dict.fromkeys(f.name for f in figures if f.name != AS_IT_IS)
    return {name: (*plain, *(f for f in figures if f.name == name)) for name in names}
