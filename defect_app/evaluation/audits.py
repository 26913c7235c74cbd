"""What a person's look at a random sample of judged parts says of all of them: exact bounds, a verdict a stratum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import hypergeom

from defect_app.evaluation.intervals import Proportion, percent


@dataclass(frozen=True)
class AuditedStratum:
    """Parts of one verdict, and what was found among those drawn from them at random.

    Attributes
    ----------
    population : int
        Parts that got the verdict.
    looked_at : int
        Parts of them that were drawn at random and looked at, those included that nobody could decide.
    defective, undecided : int
        Parts found defective, and parts that nobody could decide or that two persons decided otherwise.
    """

    population: int
    looked_at: int
    defective: int
    undecided: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.defective + self.undecided <= self.looked_at <= self.population:
            raise ValueError(f"expected counts of a sample from the population, got {self}")

    @property
    def decided(self) -> int:
        """Parts that were decided."""
        return self.looked_at - self.undecided

    @property
    def good(self) -> int:
        """Parts found good."""
        return self.decided - self.defective

    def defective_bounds(self, confidence: float) -> tuple[int, int]:
        """Return how many defective parts the population has at least and at most.

        Undecided parts are taken as good for the lower and as defective for the upper bound.
        """
        low = finite_bounds(self.defective, self.looked_at, self.population, confidence)[0]
        high = finite_bounds(self.defective + self.undecided, self.looked_at, self.population, confidence)[1]
        return low, high

    def share_defective(self, confidence: float = 0.95) -> Proportion:
        """Return the share of defective parts, of those decided, with its bounds for the population."""
        if not self.population:
            return Proportion(0, 0, 0.0, 1.0, confidence)
        low, high = self.defective_bounds(confidence)
        return Proportion(self.defective, self.decided, low / self.population, high / self.population, confidence)

    def share_good(self, confidence: float = 0.95) -> Proportion:
        """Return the share of good parts, of those decided, with its bounds for the population."""
        bad = self.share_defective(confidence)
        return Proportion(self.good, self.decided, 1 - bad.high, 1 - bad.low, confidence)


@dataclass(frozen=True)
class StratifiedRate:
    """A rate over several strata.

    Attributes
    ----------
    value : float
        In [0, 1]; NaN where a stratum was not looked at.
    low, high : float
        Bounds in [0, 1].
    looked_at : int
        Parts that it rests on.
    confidence : float
        At least that of the bounds.
    """

    value: float
    low: float
    high: float
    looked_at: int
    confidence: float = 0.95

    @property
    def words(self) -> str:
        """Rate and bounds: "0.4 %, 95 % interval 0.1 to 2.3 %"."""
        interval = f"{100 * self.confidence:g} % interval {percent(self.low)} to {percent(self.high)} %"
        return interval if math.isnan(self.value) else f"{percent(self.value)} %, {interval}"


@dataclass(frozen=True)
class LineAudit:
    """What the audits of a line say.

    Attributes
    ----------
    passed, reviewed, rejected : AuditedStratum
        Parts by the verdict that the model gave.
    confidence : float
        Of all bounds, in (0, 1).
    """

    passed: AuditedStratum
    reviewed: AuditedStratum
    rejected: AuditedStratum
    confidence: float = 0.95

    @property
    def escape_rate(self) -> StratifiedRate:
        """Defective parts that were passed, of all defective parts."""
        strata = [(s, s.defective, s.defective_bounds(self._split)) for s in self._strata]
        return _share_of_first(strata, self.confidence)

    @property
    def false_reject_rate(self) -> StratifiedRate:
        """Good parts that were rejected, of all good parts."""
        rejected, *others = reversed(self._strata)
        strata = [(s, s.good, _mirrored(s, self._split)) for s in (rejected, *others)]
        return _share_of_first(strata, self.confidence)

    @property
    def escapes_sentence(self) -> str:
        """What was found among the parts that passed, and what that says of all of them."""
        return audit_sentence(self.passed, "escape", "parts that passed are defective", self.confidence)

    @property
    def false_rejects_sentence(self) -> str:
        """What was found among the rejected parts, and what that says of all of them."""
        mirrored = AuditedStratum(
            self.rejected.population, self.rejected.looked_at, self.rejected.good, self.rejected.undecided
        )
        return audit_sentence(mirrored, "false reject", "rejected parts are good", self.confidence)

    @property
    def _strata(self) -> tuple[AuditedStratum, AuditedStratum, AuditedStratum]:
        return self.passed, self.reviewed, self.rejected

    @property
    def _split(self) -> float:
        """Confidence of each stratum's bounds: together they hold with the whole's (Bonferroni).

        A stratum that was looked at whole is known, so that it takes no share.
        """
        uncertain = sum(s.looked_at < s.population or s.undecided > 0 for s in self._strata)
        return 1 - (1 - self.confidence) / max(1, uncertain)


def finite_bounds(count: int, n: int, population: int, confidence: float = 0.95) -> tuple[int, int]:
    """Return how many parts of a finite population are of a kind at least and at most.

    Exact bounds by inverting the hypergeometric distribution (Wright, Exact Confidence Bounds When Sampling From Small
    Finite Universes, Springer 1991). For a population that is large beside the sample they are those of Clopper and
    Pearson; for a sample that is the population they are the count itself.

    Parameters
    ----------
    count, n, population : int
        ``0 <= count <= n <= population``: of n parts drawn without replacement, count are of the kind.
    confidence : float
        Two-sided, in (0, 1).

    Returns
    -------
    low, high : int
        In [0, population].
    """
    if n == population:
        return count, count
    # At least so many are not of the kind: what a one-sided bound says of the others.
    one_sided = 0.5 + confidence / 2
    return population - finite_upper_bound(n - count, n, population, one_sided), finite_upper_bound(
        count, n, population, one_sided
    )


def finite_upper_bound(count: int, n: int, population: int, confidence: float = 0.95) -> int:
    """Return how many parts of a finite population are of a kind at most, one-sided; see `finite_bounds`."""
    possible, impossible = count, population - (n - count) + 1
    while impossible - possible > 1:
        middle = (possible + impossible) // 2
        if hypergeom.cdf(count, population, middle, n) > 1 - confidence:
            possible = middle
        else:
            impossible = middle
    return possible


def audit_sentence(stratum: AuditedStratum, found: str, said: str, confidence: float = 0.95) -> str:
    """Say what was found, and what is so at most: "0 escapes in 300 looked at: at most 1.0 % … (95 %)".

    Parameters
    ----------
    stratum : AuditedStratum
        Its `defective` are the parts that were found.
    found : str
        What a found part is, in the singular.
    said : str
        What is said of the share: "parts that passed are defective".
    confidence : float
        One-sided, in (0, 1).
    """
    if not stratum.looked_at:
        return f"Nobody has looked at a random sample yet, so nothing is known of how many {said}."
    count, n = stratum.defective, stratum.looked_at
    words = f"{count:,} {found}{'' if count == 1 else 's'} in {n:,} looked at"
    if stratum.undecided:
        words += f", {stratum.undecided:,} undecided and counted as possible"
    most = finite_upper_bound(count + stratum.undecided, n, stratum.population, confidence)
    return f"{words}: at most {percent(most / stratum.population)} % of the {said} ({100 * confidence:g} %)."


def _share_of_first(strata: Sequence[tuple[AuditedStratum, int, tuple[int, int]]], confidence: float) -> StratifiedRate:
    """Return the first stratum's parts of a kind as a share of all parts of that kind.

    The share rises with the first stratum's number and falls with the others', so that the corners of the strata's
    bounds bound it.
    """
    looked_at = sum(stratum.looked_at for stratum, _, _ in strata)
    numbers = [_estimate(stratum, count) for stratum, count, _ in strata]
    (low, high), *others = [bounds for _, _, bounds in strata]
    least = low / (low + sum(most for _, most in others)) if low else 0.0
    most = high / (high + sum(fewest for fewest, _ in others)) if high else 0.0
    total = sum(numbers)
    if not total and not any(most for _, most in others):
        # There may be no such part at all: then there is no share of them either.
        return StratifiedRate(float("nan"), least, 1.0, looked_at, confidence)
    return StratifiedRate(numbers[0] / total if total else float("nan"), least, most, looked_at, confidence)


def _estimate(stratum: AuditedStratum, count: int) -> float:
    """Return how many parts of a kind a stratum probably has; NaN where nobody looked."""
    if not stratum.population:
        return 0.0
    return stratum.population * count / stratum.decided if stratum.decided else float("nan")


def _mirrored(stratum: AuditedStratum, confidence: float) -> tuple[int, int]:
    low, high = stratum.defective_bounds(confidence)
    return stratum.population - high, stratum.population - low
