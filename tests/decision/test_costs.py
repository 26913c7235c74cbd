"""Costs: amounts that are no amounts are refused, and each verdict has its price."""

import pytest

from defect_app.decision import Costs, Verdict


@pytest.mark.parametrize("amounts", [(-1, 0, 0), (0, float("nan"), 0), (0, 0, float("inf"))])
def test_amounts_of_money_must_be_numbers_of_0_or_more(amounts: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="must be an amount"):
        Costs(*amounts)


@pytest.mark.parametrize(
    ("verdict", "on_good", "on_defective"),
    [(Verdict.PASS, 0, 500), (Verdict.REVIEW, 2, 2), (Verdict.REJECT, 20, 0)],
)
def test_each_verdict_has_its_price_on_a_good_and_on_a_defective_part(
    verdict: Verdict, on_good: float, on_defective: float
) -> None:
    costs = Costs(missed_defect=500, false_reject=20, human_review=2)
    assert (costs.price(verdict, defective=False), costs.price(verdict, defective=True)) == (on_good, on_defective)


def test_a_label_has_no_price() -> None:
    with pytest.raises(ValueError, match="ACCEPT"):
        Costs(1, 1, 1).price(Verdict.ACCEPT, defective=False)
