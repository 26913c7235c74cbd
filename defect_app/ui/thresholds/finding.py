"""Find it for me: six rules that place the lines, chosen on one part of the photos and reported on another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from defect_app.decision import ChosenThresholds, InspectionThresholds
from defect_app.evaluation.finders import (
    best_f1,
    equal_error,
    escapes_at_most,
    least_cost,
    recall_at_least,
    review_load_at_most,
)
from defect_app.evaluation.finding import Finding, FindingReport, report
from defect_app.evaluation.line import line_figures
from defect_app.evaluation.selection import SelectedPictures, Selection, available
from defect_app.evaluation.thresholds import SortedScores, VerdictCounts
from defect_app.ui.parts.amount_fields import draw_number_field
from defect_app.ui.parts.evaluation_choices import SPLIT_TITLES
from defect_app.ui.parts.line_amounts import LineSetting
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Key
from defect_app.ui.thresholds.lines import move_lines

CHOOSING_SPLITS = ("validation", "cv")
REPORTING_SPLITS = ("test", "cv")
FIELD = 290
"""Width of a field in pixels."""


@dataclass(frozen=True)
class _Question:
    scores: SortedScores
    now: InspectionThresholds
    setting: LineSetting


def _percent(label: str, value: float, key: str, *, low: float = 0.0, high: float = 100.0, help: str = "") -> float:
    place = st.container(width=FIELD, gap="xsmall")
    return draw_number_field(place, label, value, (low, high), key=key, help=help)


def _ask_cost(asked: _Question) -> Finding:
    return least_cost(asked.scores, asked.setting.costs, asked.setting.defect_rate)


def _ask_recall(asked: _Question) -> Finding:
    return recall_at_least(
        asked.scores,
        _percent("Reject at least this % of defective parts", 99.0, Key.THRESHOLDS_FIND_RECALL) / 100,
        asked.now,
    )


def _ask_escapes(asked: _Question) -> Finding:
    tip = "A part escapes when it passes; one that goes to review does not."
    most = _percent(
        "At most this many escapes in 1,000", 10.0, Key.THRESHOLDS_FIND_ESCAPES, low=0.1, high=999.0, help=tip
    )
    confidence = _percent("With this confidence, %", 95.0, Key.THRESHOLDS_FIND_CONFIDENCE, low=50.0, high=99.9)
    return escapes_at_most(asked.scores, most, confidence / 100, asked.now)


def _ask_load(asked: _Question) -> Finding:
    most = _percent("Send at most this % of parts to review", 5.0, Key.THRESHOLDS_FIND_LOAD) / 100
    return review_load_at_most(asked.scores, most, asked.setting.defect_rate, asked.now)


_RULES: dict[str, tuple[str, Callable[[_Question], Finding]]] = {
    "Least cost": ("Both lines where 1,000 parts cost least, with the amounts and the defect rate above.", _ask_cost),
    "Recall": ("The highest reject line that still rejects enough of the defective parts.", _ask_recall),
    "Escape promise": (
        "The highest review line for which an exact bound promises few escapes, on parts drawn like these.",
        _ask_escapes,
    ),
    "Review load": ("The lowest review line that leaves no more than so much to people.", _ask_load),
    "Best F1": ("The reject line with the best balance of precision and recall.", lambda a: best_f1(a.scores, a.now)),
    "Equal error": (
        "The reject line where as large a share of defective parts is missed as of good parts rejected.",
        lambda a: equal_error(a.scores, a.now),
    ),
}


def draw_finding(model: EvaluatedModel, lines: InspectionThresholds, setting: LineSetting) -> None:
    """Draw the choice of a rule, its sentence, and its counts where it was chosen and where it is reported."""
    splits = {s.split for s in available(model.evaluation) if s.run == 0}
    choosing = [s for s in CHOOSING_SPLITS if s in splits]
    if not choosing:
        st.info("The evaluation holds no photos to choose on: neither validation nor cross-validated ones.")
        return
    rule = st.pills("Find", list(_RULES), default="Least cost", required=True, key=Key.THRESHOLDS_FIND_RULE)
    purpose, ask = _RULES[rule]
    st.caption(purpose)
    with st.container(horizontal=True, gap="small"):
        chosen_on = choosing[0]
        if len(choosing) > 1:
            chosen_on = st.selectbox(
                "Choose on", choosing, format_func=SPLIT_TITLES.__getitem__, key=Key.THRESHOLDS_FIND_SPLIT, width=FIELD
            )
        chosen = model.part(Selection(chosen_on))
        finding = ask(_Question(chosen.scores, lines, setting))
    reported_on = next((s for s in REPORTING_SPLITS if s in splits and s != chosen_on), chosen_on)
    reported = model.part(Selection(reported_on))
    _draw_answer(report(finding, chosen.scores, reported.scores), chosen.selected, reported.selected, setting)
    if finding.thresholds is None:
        more = [s for s in choosing if len(model.part(Selection(s)).scores.defective) > len(chosen.scores.defective)]
        if more and finding.defective_parts_needed:
            there = len(model.part(Selection(more[0])).scores.defective)
            hint = f"{SPLIT_TITLES[more[0]]}: {there:,} defective parts. Choose on those above."
            st.caption(f":material/lightbulb: {hint}")
        return
    if reported_on == chosen_on:
        st.caption(":orange[:material/warning:] There are no other photos to report on: expect it to do worse.")
    origin = ChosenThresholds(finding.thresholds, chosen_on, chosen.selected.n, finding.rule)
    st.button(
        "The lines are there" if finding.thresholds == lines else "Move the lines there",
        icon=":material/swipe_right_alt:",
        type="primary",
        disabled=finding.thresholds == lines,
        on_click=move_lines,
        args=(model, finding.thresholds, origin),
        key=Key.THRESHOLDS_FIND_MOVE,
    )


def _draw_answer(
    found: FindingReport, chosen_on: SelectedPictures, reported_on: SelectedPictures, setting: LineSetting
) -> None:
    finding = found.finding
    if found.chosen_on is None or found.reported_on is None:
        st.warning(as_text(finding.sentence), icon=":material/block:")
        if finding.defective_parts_needed:
            st.metric("Defective parts that this promise takes", f"{finding.defective_parts_needed:,}")
        return
    st.markdown(f":material/lightbulb: {as_text(finding.sentence)}")
    columns = {
        f"Chosen on {chosen_on.words}": _answer_column(found.chosen_on, setting),
        f"Reported on {reported_on.words}": _answer_column(found.reported_on, setting),
    }
    st.table(pd.DataFrame(columns).rename(columns=as_text))


def _answer_column(counts: VerdictCounts, setting: LineSetting) -> dict[str, str]:
    cost = line_figures(counts, setting.defect_rate, setting.costs).cost
    shares = {"escapes": counts.escapes, "false rejects": counts.false_rejects, "to review": counts.review_load}
    column = {name: f"{share.count:,} of {share.n:,}: {share.words}" for name, share in shares.items()}
    return column | {"cost per 1,000 parts": cost.words if cost else ""}
