"""What verdicts cost: three named amounts, and the price of each verdict on a good and on a defective part."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StrictFloat

from defect_app.decision.verdict import Verdict

Amount = Annotated[StrictFloat, Field(ge=0, le=1e15, description="an amount of 0 or more")]


@dataclass(frozen=True)
class Costs:
    """Three named amounts of money, in one currency.

    Attributes
    ----------
    missed_defect : float
        What a defective part costs that passes.
    false_reject : float
        What a good part costs that is rejected.
    human_review : float
        What it costs that a person looks at one part. The person is taken to be right.

    Raises
    ------
    ValueError
        If an amount is negative or not a number.
    """

    missed_defect: Amount
    false_reject: Amount
    human_review: Amount

    def __post_init__(self) -> None:
        """Check the amounts."""
        for name, amount in vars(self).items():
            if not (math.isfinite(amount) and amount >= 0):
                raise ValueError(f"{name} must be an amount of 0 or more, got {amount}")

    def price(self, verdict: Verdict, *, defective: bool) -> float:
        """Return what an inspection's verdict costs on a part that truly is defective, or good.

        Raises
        ------
        ValueError
            For a verdict of recognition, which has no price.
        """
        if verdict is Verdict.REVIEW:
            return self.human_review
        if verdict is Verdict.PASS:
            return self.missed_defect if defective else 0.0
        if verdict is Verdict.REJECT:
            return 0.0 if defective else self.false_reject
        raise ValueError(f"expected PASS, REVIEW or REJECT, got {verdict}")
