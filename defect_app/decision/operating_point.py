"""An operating point: the thresholds a model is used with, which model that is, and what they say in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from defect_app.catalog import ChosenThresholds, ModelSpec, Thresholds

DEFAULT_NAME = "default"
"""The name of the point that a model is delivered with; no saved point may take it."""
UNKNOWN_NAME = "not known"
"""The name of the point that stands for one that cannot be read."""
BY_HAND = "set by hand"
"""The rule of thresholds that a person placed."""


@dataclass(frozen=True)
class OperatingPoint:
    """Where a model passes, reviews and rejects (inspection), or accepts a label (recognition).

    Attributes
    ----------
    name, model_id : str
        What it is called, and the model it belongs to.
    chosen : ChosenThresholds
        The thresholds, of the model's kind, with the rule, the split and the number of pictures they were chosen on.
    model_sha256, evaluation_sha256 : str
        The identity of the model, see `ModelSpec.identity`, and the cached evaluation it was chosen with.
    caveat : str
        What a person must know who relies on it: that the records could not be read, for example. Mostly empty.
    is_known : bool
        False where it cannot be told which point is meant to be in force: then every photo goes to a person, with the
        caveat as the reason, whatever the thresholds.
    """

    name: str
    model_id: str
    chosen: ChosenThresholds
    model_sha256: str = ""
    evaluation_sha256: str = ""
    caveat: str = ""
    is_known: bool = True

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds alone."""
        return self.chosen.thresholds

    @property
    def sentence(self) -> str:
        """The point in one plain sentence: the thresholds, and how they were chosen."""
        if not self.is_known:
            return f"Every photo goes to review. {self.caveat}"
        return f"{self.chosen.sentence} {self.caveat}".strip()

    def unknown(self, caveat: str) -> OperatingPoint:
        """Return this point as one that must not decide: nobody can say whether it is the one in force."""
        return replace(self, name=UNKNOWN_NAME, caveat=caveat, is_known=False)

    def moved(self, thresholds: Thresholds, name: str = "unsaved") -> OperatingPoint:
        """Return a point of the same model with thresholds set by hand, under another name."""
        return OperatingPoint(
            name, self.model_id, ChosenThresholds(thresholds, rule=BY_HAND), self.model_sha256, self.evaluation_sha256
        )


def default_point(spec: ModelSpec) -> OperatingPoint:
    """Return the operating point that the model was delivered with."""
    return OperatingPoint(DEFAULT_NAME, spec.id, spec.default_point, spec.identity)
