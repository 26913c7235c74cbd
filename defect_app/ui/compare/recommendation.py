"""Which model to take: the least cost at the line's amounts, the reasons, and what of the difference may be chance."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from defect_app.catalog import SERVED_FILES, CatalogEntry
from defect_app.evaluation.recommendation import Candidate, RankedModel, Recommendation, recommendation
from defect_app.ui.compare.choices import GENERAL, Compared
from defect_app.ui.parts.line_amounts import (
    EXAMPLES,
    RATE,
    LineSetting,
    draw_amount_fields,
    held_setting,
    setting_in_use,
)
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Key

_KEYS = {
    RATE: Key.COMPARE_RATE,
    "missed_defect": Key.COMPARE_MISSED_DEFECT,
    "false_reject": Key.COMPARE_FALSE_REJECT,
    "human_review": Key.COMPARE_HUMAN_REVIEW,
}


def draw_recommendation(compared: Compared) -> None:
    """Draw the amounts, the recommended model with its reasons, and the order of all."""
    if len(compared.models) < 2:
        return
    st.markdown("## Which one to take")
    if not compared.shared:
        st.caption("Without photos that all of them were measured on, none can be recommended before another.")
        return
    # Models that name things have no price: they are ordered by right answers.
    setting = None if compared.product == GENERAL else _choose_amounts(compared)
    found = recommendation(
        [Candidate(m.title, m.selected, m.thresholds_in_use, megabytes(m.entry)) for m in compared.models],
        *((setting.defect_rate, setting.costs) if setting else ()),
    )
    if found is None:
        st.caption("These photos do not tell what 1,000 parts cost: they lack good or defective ones.")
        return
    st.markdown(f":material/recommend: **{as_text(found.sentence)}**")
    st.markdown("\n".join(f"- {as_text(reason)}" for reason in found.reasons))
    st.table(_table(found, compared.models).rename(columns=as_text))
    test = "a paired permutation test of what each photo costs" if found.by_cost else "McNemar's exact test"
    st.caption(
        f"Each model at its point in use. p is that of {test}, corrected by Holm's method for the number of models; "
        "from 0.05 on a difference is taken for chance. Which photos a model sends to a person because they look "
        "unfamiliar is not counted here."
    )


def megabytes(entry: CatalogEntry) -> float:
    """Return the size of the files that a model is served from."""
    sizes = [(entry.folder / name).stat().st_size for name in SERVED_FILES if (entry.folder / name).is_file()]
    return sum(sizes) / 1e6


def _choose_amounts(compared: Compared) -> LineSetting:
    if st.session_state.get(Key.COMPARE_AMOUNTS_OF) != compared.product:
        st.session_state[Key.COMPARE_AMOUNTS_OF] = compared.product
        for key in _KEYS.values():
            st.session_state.pop(key, None)
    whose, start = _amounts_at_hand(compared.models)
    setting = held_setting(start, _KEYS)
    draw_amount_fields(st.grid(4, min_column_width=150, gap="small"), setting, _KEYS)
    if setting == EXAMPLES:
        st.caption(":material/edit: Defect rate and amounts are examples: put in those of your line, in any currency.")
    elif setting == start:
        st.caption(f":material/edit: Defect rate and amounts are those of {as_text(whose)}.")
    return setting


def _amounts_at_hand(models: Sequence[EvaluatedModel]) -> tuple[str, LineSetting]:
    """Return the first amounts that are no examples, typed on Thresholds or kept by a point, and whose they are."""
    typed: dict[str, LineSetting] = st.session_state.get(Key.THRESHOLDS_SETTINGS, {})
    for model in models:
        setting = typed.get(model.entry.id) or setting_in_use(model)
        if setting != EXAMPLES:
            return model.title, setting
    return "", EXAMPLES


def _table(found: Recommendation, models: Sequence[EvaluatedModel]) -> pd.DataFrame:
    names = {m.title: m.in_use.point.name for m in models}
    rows = []
    for place, one in enumerate(found.ranked):
        row = {"Model": one.candidate.title, "Point in use": names[one.candidate.title]}
        if one.cost is not None:
            row["Cost per 1,000 parts"] = one.cost.words
        row["Right"] = f"{one.right.count:,} of {one.right.n:,}"
        row["Against the first"] = _against(one, found.by_cost) if place else "recommended"
        row["Size"] = f"{one.candidate.megabytes:.1f} MB"
        rows.append({heading: as_text(cell) for heading, cell in row.items()})
    return pd.DataFrame(rows).set_index("Model")


def _against(one: RankedModel, by_cost: bool) -> str:
    more = f"{one.more:,.1f} more" if by_cost else f"{100 * one.more:.2f} % fewer right"
    return f"{more}, {'may be chance' if one.may_be_chance else 'more than chance'} (p = {one.p_value:.2g})"
