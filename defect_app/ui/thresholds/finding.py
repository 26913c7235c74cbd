"""Find it for me: six rules that place the lines, chosen on one part of the photos and reported on another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from defect_app.evaluation.finders import (
    best_f1,
    equal_error,
    escapes_at_most,
    least_cost,
    recall_at_least,
    review_load_at_most,
)
from defect_app.evaluation.finding import Finding, report
from defect_app.evaluation.line import line_figures
from defect_app.evaluation.selection import Selection, available
from defect_app.evaluation.thresholds import SortedScores, Thresholds, VerdictCounts
from defect_app.ui.evaluate.choices import SPLIT_TITLES
from defect_app.ui.text import as_text
from defect_app.ui.thresholds.line_setting import LineSetting
from defect_app.ui.thresholds.lines import LineOrigin, move_lines
from defect_app.ui.thresholds.shown import Shown

CHOOSING_SPLITS = ("validation", "cv")
REPORTING_SPLITS = ("test", "cv")
FIELD = 290
"""Width of a field in pixels."""


@dataclass(frozen=True)
class _Question:
    scores: SortedScores
    now: Thresholds
    setting: LineSetting


def _percent(label: str, value: float, key: str, *, low: float = 0.0, high: float = 100.0, help: str = "") -> float:
    typed = st.number_input(
        label,
        low,
        high,
        value,
        step=0.5,
        format="%.4g",
        key=key,
        persist_state="session",
        help=help or None,
        width=FIELD,
    )
    return value if typed is None else float(typed)


def _ask_cost(asked: _Question) -> Finding:
    return least_cost(asked.scores, asked.setting.costs, asked.setting.defect_rate)


def _ask_recall(asked: _Question) -> Finding:
    return recall_at_least(
        asked.scores, _percent("Reject at least this % of defective parts", 99.0, "find_recall") / 100, asked.now
    )


def _ask_escapes(asked: _Question) -> Finding:
    said = "A part escapes when it passes; one that goes to review does not."
    most = _percent("At most this many escapes in 1,000", 10.0, "find_escapes", low=0.1, high=999.0, help=said)
    confidence = _percent("With this confidence, %", 95.0, "find_confidence", low=50.0, high=99.9)
    return escapes_at_most(asked.scores, most, confidence / 100, asked.now)


def _ask_load(asked: _Question) -> Finding:
    most = _percent("Send at most this % of parts to review", 5.0, "find_load") / 100
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


def draw_finding(shown: Shown, lines: Thresholds, setting: LineSetting) -> None:
    """Draw the choice of a rule, its sentence, and its counts where it was chosen and where it is reported."""
    held = {s.split for s in available(shown.evaluation) if s.run == 0}
    choosing = [s for s in CHOOSING_SPLITS if s in held]
    if not choosing:
        st.info("The evaluation holds no photos to choose on: neither validation nor cross-validated ones.")
        return
    rule = st.pills("Find", list(_RULES), default="Least cost", required=True, key="find_rule")
    said, ask = _RULES[rule]
    st.caption(said)
    with st.container(horizontal=True, gap="small"):
        chosen_on = choosing[0]
        if len(choosing) > 1:
            chosen_on = st.selectbox(
                "Choose on", choosing, format_func=SPLIT_TITLES.__getitem__, key="find_split", width=FIELD
            )
        chosen = shown.part(Selection(chosen_on))
        scores = shown.scores_of(chosen)
        finding = ask(_Question(scores, lines, setting))
    reported_on = next((s for s in REPORTING_SPLITS if s in held and s != chosen_on), chosen_on)
    reported = shown.scores_of(shown.part(Selection(reported_on)))
    found = report(finding, scores, reported)
    _draw_answer(finding, found.chosen_on, found.reported_on, (scores, reported), setting)
    if finding.thresholds is None:
        return
    if reported_on == chosen_on:
        st.caption(":orange[:material/warning:] There are no other photos to report on: expect it to do worse.")
    origin = LineOrigin(finding.thresholds, finding.rule, chosen_on, chosen.n)
    st.button(
        "The lines are there" if finding.thresholds == lines else "Move the lines there",
        icon=":material/swipe_right_alt:",
        type="primary",
        disabled=finding.thresholds == lines,
        on_click=move_lines,
        args=(shown, finding.thresholds, origin),
        key="find_move",
    )


def _draw_answer(
    finding: Finding,
    chosen_on: VerdictCounts | None,
    reported_on: VerdictCounts | None,
    scores: tuple[SortedScores, SortedScores],
    setting: LineSetting,
) -> None:
    if finding.thresholds is None or chosen_on is None or reported_on is None:
        st.warning(as_text(finding.sentence), icon=":material/block:")
        if finding.defective_parts_needed:
            st.metric("Defective parts that this promise takes", f"{finding.defective_parts_needed:,}")
        return
    st.markdown(f":material/lightbulb: {as_text(finding.sentence)}")
    rows = []
    for title, counts, of in (("Chosen on", chosen_on, scores[0]), ("Reported on", reported_on, scores[1])):
        cost = line_figures(counts, setting.defect_rate, setting.costs).cost
        rows.append(
            {
                "": f"{title} {of.words}",
                "escapes": f"{counts.escapes.count:,} of {counts.escapes.n:,}: {counts.escapes.words}",
                "false rejects": f"{counts.false_rejects.count:,} of {counts.false_rejects.n:,}: "
                f"{counts.false_rejects.words}",
                "to review": f"{counts.review_load.count:,} of {counts.review_load.n:,}: {counts.review_load.words}",
                "cost per 1,000 parts": cost.words if cost else "",
            }
        )
    columns = pd.DataFrame(rows).set_index("").T
    st.table(columns)
