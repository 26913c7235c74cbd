"""What a line costs: its defect rate and three named amounts, in fields that every page draws alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from defect_app.decision import Costs
from defect_app.ui.parts.amount_fields import draw_number_field, held_number
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.session import Key

PERCENT, AMOUNT = (0.0, 100.0), (0.0, 1e9)
"""What the fields take."""
EXAMPLE_PERCENT, EXAMPLE_COSTS = 2.0, Costs(500.0, 20.0, 2.0)
"""Stand in the fields until the line's own figures are typed; the page says that they are examples."""
RATE = "defect_rate"
_AMOUNTS = {
    "missed_defect": ("A missed defect costs", "What it costs when a defective part passes."),
    "false_reject": ("A false reject costs", "What it costs when a good part is rejected."),
    "human_review": ("A human review costs", "What it costs that a person looks at one part."),
}
"""Label and help of the field of each amount."""
AmountKeys = Mapping[str, Key]
"""The session key of the field of the defect rate, `RATE`, and of each amount, by its name."""


@dataclass(frozen=True)
class LineSetting:
    """Share of defective parts on the line, in [0, 1], and the three named amounts."""

    defect_rate: float
    costs: Costs

    @property
    def words(self) -> str:
        """Rate and amounts in words: "2 % defective, 500 / 20 / 2 a missed defect, false reject and review"."""
        amounts = " / ".join(f"{getattr(self.costs, name):,.10g}" for name in _AMOUNTS)
        return f"{100 * self.defect_rate:.3g} % defective, {amounts} a missed defect, false reject and review"


EXAMPLES = LineSetting(EXAMPLE_PERCENT / 100, EXAMPLE_COSTS)


def setting_in_use(model: EvaluatedModel) -> LineSetting:
    """Return the setting that the point in use was saved with, or the examples where it has none."""
    saved = model.in_use.saved
    costs = saved.costs if saved is not None and saved.costs is not None else EXAMPLE_COSTS
    rate = saved.defect_rate if saved is not None else None
    return LineSetting(EXAMPLES.defect_rate if rate is None else rate, costs)


def held_setting(start: LineSetting, keys: AmountKeys) -> LineSetting:
    """Return the setting as the fields hold it before they are drawn; `start` where one holds nothing usable."""
    percent = held_number(keys[RATE], round(100 * start.defect_rate, 9), PERCENT)
    amounts = {name: held_number(keys[name], float(getattr(start.costs, name)), AMOUNT) for name in _AMOUNTS}
    return LineSetting(percent / 100, Costs(**amounts))


def draw_amount_fields(places: DeltaGenerator, setting: LineSetting, keys: AmountKeys) -> None:
    """Draw the four fields, each in a container of its own of a grid."""
    draw_number_field(
        places.container(gap="xsmall"), "Defective on the line, %", round(100 * setting.defect_rate, 9), PERCENT,
        key=keys[RATE],
        help="Of 100 parts that the line makes. The photos here have another balance: their rates are carried over.",
    )  # fmt: skip
    for name, (label, tip) in _AMOUNTS.items():
        value = getattr(setting.costs, name)
        draw_number_field(places.container(gap="xsmall"), label, value, AMOUNT, key=keys[name], help=tip)
