"""The line that the thresholds are for: its defect rate, and what each mistake and each look costs."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.decision import Costs, InspectionThresholds
from defect_app.ui.parts.amount_fields import draw_number_field, held_number
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.number_fields import threshold_format
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Key
from defect_app.ui.thresholds.lines import move_lines

PERCENT, AMOUNT = (0.0, 100.0), (0.0, 1e9)
"""What the fields take."""
EXAMPLE_PERCENT, EXAMPLE_COSTS = 2.0, Costs(500.0, 20.0, 2.0)
"""Stand in the fields until the line's own figures are typed; the page says that they are examples."""
_AMOUNTS = {
    "missed_defect": (
        Key.THRESHOLDS_MISSED_DEFECT, "A missed defect costs", "What it costs when a defective part passes.",
    ),
    "false_reject": (
        Key.THRESHOLDS_FALSE_REJECT, "A false reject costs", "What it costs when a good part is rejected.",
    ),
    "human_review": (
        Key.THRESHOLDS_HUMAN_REVIEW, "A human review costs", "What it costs that a person looks at one part.",
    ),
}  # fmt: skip
"""Key, label and help of the field of each amount."""
_FIELDS = (Key.THRESHOLDS_RATE, *(key for key, _, _ in _AMOUNTS.values()))


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


def line_setting(model: EvaluatedModel) -> LineSetting:
    """Return the setting as the fields hold it, before they are drawn: the component above them needs it.

    Each model has its own: that of its point in use, until something else is typed.
    """
    settings: dict[str, LineSetting] = st.session_state.setdefault(Key.THRESHOLDS_SETTINGS, {})
    if st.session_state.get(Key.THRESHOLDS_SETTING_OF) != model.entry.id:
        st.session_state[Key.THRESHOLDS_SETTING_OF] = model.entry.id
        for key in _FIELDS:
            st.session_state.pop(key, None)
    start = settings.get(model.entry.id) or setting_in_use(model)
    percent = held_number(Key.THRESHOLDS_RATE, round(100 * start.defect_rate, 9), PERCENT)
    amounts = {
        name: held_number(key, float(getattr(start.costs, name)), AMOUNT) for name, (key, _, _) in _AMOUNTS.items()
    }
    settings[model.entry.id] = setting = LineSetting(percent / 100, Costs(**amounts))
    return setting


def setting_in_use(model: EvaluatedModel) -> LineSetting:
    """Return the setting that the point in use was saved with, or the examples where it has none."""
    saved = model.in_use.saved
    costs = saved.costs if saved is not None and saved.costs is not None else EXAMPLE_COSTS
    rate = saved.defect_rate if saved is not None else None
    return LineSetting(EXAMPLE_PERCENT / 100 if rate is None else rate, costs)


def draw_fields(model: EvaluatedModel, lines: InspectionThresholds) -> None:
    """Draw the fields for both lines, the defect rate and the amounts."""
    fields = st.grid(6, min_column_width=140, gap="small")
    for key, label, value, tip in (
        (Key.THRESHOLDS_REVIEW, "Review from", lines.review_at, "From this score on a part goes to a person."),
        (Key.THRESHOLDS_REJECT, "Reject from", lines.reject_at, "From this score on a part is rejected."),
    ):
        st.session_state[key] = value
        fields.container().number_input(
            label, 0.0, 1.0, step=0.01, format=threshold_format(value), key=key, on_change=_typed,
            args=(model, lines, key), help=tip,
        )  # fmt: skip
    setting, in_use = line_setting(model), setting_in_use(model)
    draw_number_field(
        fields.container(gap="xsmall"), "Defective on the line, %", round(100 * setting.defect_rate, 9),
        PERCENT, key=Key.THRESHOLDS_RATE,
        help="Of 100 parts that the line makes. The photos here have another balance: their rates are carried over.",
    )  # fmt: skip
    for name, (key, label, tip) in _AMOUNTS.items():
        draw_number_field(
            fields.container(gap="xsmall"), label, getattr(setting.costs, name), AMOUNT, key=key, help=tip,
        )  # fmt: skip
    if setting == LineSetting(EXAMPLE_PERCENT / 100, EXAMPLE_COSTS):
        st.caption(":material/edit: Defect rate and amounts are examples: put in those of your line, in any currency.")
    elif setting != in_use:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f":material/edit: Changed here; the point in use has {as_text(in_use.words)}.")
            st.button(
                "Take those", type="tertiary", key=Key.THRESHOLDS_SETTING_BACK, on_click=_take, args=(model, in_use)
            )


def _typed(model: EvaluatedModel, lines: InspectionThresholds, key: Key) -> None:
    value = st.session_state[key]
    if value is None:
        return
    # What is typed is meant: the other line gives way.
    if key == Key.THRESHOLDS_REVIEW:
        move_lines(model, InspectionThresholds(value, max(value, lines.reject_at)))
    else:
        move_lines(model, InspectionThresholds(min(value, lines.review_at), value))


def _take(model: EvaluatedModel, setting: LineSetting) -> None:
    st.session_state[Key.THRESHOLDS_SETTINGS][model.entry.id] = setting
    for key in _FIELDS:
        st.session_state.pop(key, None)
