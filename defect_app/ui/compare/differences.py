"""Two models on the same photos: McNemar's test in words, agreement, and the photos that only one gets right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from defect_app.evaluation.answers import right_at
from defect_app.evaluation.comparison import Comparison, compare, flips
from defect_app.ui.compare.choices import Compared
from defect_app.ui.parts.gallery import answer_line, draw_gallery, heat_switch
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address


@dataclass(frozen=True)
class Pair:
    """Two models on shared photos: their comparison, and the photos that only the first or second gets right."""

    first: EvaluatedModel
    second: EvaluatedModel
    comparison: Comparison
    only_first: np.ndarray
    only_second: np.ndarray


def draw_differences(compared: Compared) -> None:
    """Draw the choice of two models and what sets them apart."""
    if len(compared.models) < 2:
        several = compared.among > 1
        said = "Choose at least two models above." if several else "There is only one model of this product."
        st.info(said, icon=":material/info:")
        return
    if not compared.shared:
        st.info(
            "These models were not measured on the same photos, so their answers cannot be compared photo by photo. "
            "Try them on one photo: see the tab One photo.",
            icon=":material/info:",
        )
        return
    pair = _choose(compared)
    if pair is None:
        st.info("Choose two different models.", icon=":material/info:")
        return
    st.markdown(f"## {as_text(pair.comparison.sentence(pair.first.title, pair.second.title))}")
    found = pair.comparison
    cells = st.grid(4, min_column_width=150, gap="small")
    for label, count, hint in (
        ("Both right", found.both_right, ""),
        ("Only the first right", found.only_first, pair.first.title),
        ("Only the second right", found.only_second, pair.second.title),
        ("Both wrong", found.both_wrong, ""),
    ):
        cells.container().metric(label, f"{count:,}", help=as_text(hint) or None, border=True)
    st.caption(
        f"They give the same answer on {found.agreement.count:,} of {found.agreement.n:,} photos "
        f"({found.agreement.words}). McNemar's exact test asks whether the photos that only one gets right are spread "
        "as a fair coin would spread them."
    )
    _draw_flips(pair)


def _choose(compared: Compared) -> Pair | None:
    models = {m.entry.id: m for m in compared.models}
    ids = list(models)
    left, right = st.columns(2, gap="small")
    first = left.selectbox("First model", ids, 0, lambda i: models[i].title, key=Address.FIRST, bind="query-params")
    second = right.selectbox("Second model", ids, 1, lambda i: models[i].title, key=Address.SECOND, bind="query-params")
    if first not in models or second not in models or first == second:
        return None
    one, other = models[first], models[second]
    actual, answered = right_at(one.selected, one.thresholds_in_use)
    _, answered_other = right_at(other.selected, other.thresholds_in_use)
    only_first, only_second = flips(actual, answered, answered_other)
    return Pair(one, other, compare(actual, answered, answered_other), only_first, only_second)


def _draw_flips(pair: Pair) -> None:
    if not len(pair.only_first) + len(pair.only_second):
        st.caption("So there is no photo that only one of them gets right.")
        return
    options = {"first right": pair.only_first, "second right": pair.only_second}
    counts = {name: len(indices) for name, indices in options.items()}
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "Flip list", list(options), default="first right" if counts["first right"] else "second right",
            required=True, key=Address.FLIPS, bind="query-params", label_visibility="collapsed",
            format_func=lambda name: f"Only the {name}",
        )  # fmt: skip
        st.space("stretch")
        heat = heat_switch()
    name = chosen if chosen in options else "first right"
    right, wrong = (pair.first, pair.second) if name == "first right" else (pair.second, pair.first)
    heated = f" Heat maps are those of the model that is wrong: {as_text(wrong.title)}." if heat else ""
    photos = "photo" if counts[name] == 1 else "photos"
    st.caption(f"{counts[name]:,} {photos} that only {as_text(right.title)} gets right.{heated}")

    def describe(index: int) -> str:
        lines = [f"{as_text(m.title)}: {answer_line(m, index)}" for m in (pair.first, pair.second)]
        return "  \n".join(lines)

    draw_gallery(
        wrong, options[name], f"flips-{pair.first.entry.id}-{pair.second.entry.id}-{name.split()[0]}", heat=heat,
        describe=describe,
    )  # fmt: skip
