"""The line that the thresholds are for: its defect rate, and what each mistake and each look costs."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.evaluation.line import Costs
from defect_app.evaluation.thresholds import Thresholds
from defect_app.ui.thresholds.lines import move_lines
from defect_app.ui.thresholds.shown import Shown

MOST_AMOUNT = 1e9
EXAMPLE_PERCENT, EXAMPLE_COSTS = 2.0, Costs(500.0, 20.0, 2.0)
"""Stand in the fields until the line's own figures are typed; the page says that they are examples."""
_RATE = "thresholds_rate"
_AMOUNTS = {
    "missed_defect": ("A missed defect costs", "What it costs when a defective part passes."),
    "false_reject": ("A false reject costs", "What it costs when a good part is rejected."),
    "human_review": ("A human review costs", "What it costs that a person looks at one part."),
}
_TYPED = {"review": "thresholds_type_review", "reject": "thresholds_type_reject"}


@dataclass(frozen=True)
class LineSetting:
    """Share of defective parts on the line, in [0, 1], and the three named amounts."""

    defect_rate: float
    costs: Costs


def line_setting(shown: Shown) -> LineSetting:
    """Return the setting as the fields hold it, before they are drawn: the component above them needs it."""
    saved = shown.in_use.saved
    costs = saved.costs if saved is not None and saved.costs is not None else EXAMPLE_COSTS
    rate = round(100 * saved.defect_rate, 9) if saved is not None and saved.defect_rate is not None else EXAMPLE_PERCENT
    percent = _held(_RATE, rate)
    amounts = {name: _held(_amount_key(name), getattr(costs, name)) for name in _AMOUNTS}
    return LineSetting(percent / 100, Costs(**amounts))


def draw_fields(shown: Shown, lines: Thresholds) -> None:
    """Draw the fields for both lines, the defect rate and the amounts."""
    fields = st.grid(6, min_column_width=140, gap="small")
    for name, label, value in (("review", "Review from", lines.review_at), ("reject", "Reject from", lines.reject_at)):
        st.session_state[_TYPED[name]] = value
        fields.container().number_input(
            label, 0.0, 1.0, step=0.01, format="%.4f", key=_TYPED[name], on_change=_typed, args=(shown, lines, name),
            help="From this score on a part goes to a person." if name == "review" else "From this score on a part is "
            "rejected.",
        )  # fmt: skip
    fields.container().number_input(
        "Defective on the line, %", 0.0, 100.0, step=0.5, format="%.3g", key=_RATE, persist_state="session",
        help="Of 100 parts that the line makes. The photos here have another balance: their rates are carried over.",
    )  # fmt: skip
    for name, (label, said) in _AMOUNTS.items():
        fields.container().number_input(
            label, 0.0, MOST_AMOUNT, step=1.0, format="%.2f", key=_amount_key(name), persist_state="session", help=said,
        )  # fmt: skip
    setting = line_setting(shown)
    if setting == LineSetting(EXAMPLE_PERCENT / 100, EXAMPLE_COSTS):
        st.caption(":material/edit: Defect rate and amounts are examples: put in those of your line, in any currency.")


def _typed(shown: Shown, lines: Thresholds, name: str) -> None:
    value = st.session_state[_TYPED[name]]
    if value is None:
        return
    # What is typed is meant: the other line gives way.
    if name == "review":
        move_lines(shown, Thresholds(value, max(value, lines.reject_at)))
    else:
        move_lines(shown, Thresholds(min(value, lines.review_at), value))


def _held(key: str, otherwise: float) -> float:
    value = st.session_state.get(key)
    if value is None:
        value = st.session_state[key] = float(otherwise)
    return float(value)


def _amount_key(name: str) -> str:
    return f"thresholds_{name}"
