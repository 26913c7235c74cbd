"""The agreement study on the page: begun, judged by each appraiser, analysed with the model as one more."""

from __future__ import annotations

from dataclasses import fields

import pandas as pd
import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.evaluation.appraisers import AppraiserFigures, Rating, StudyLimits, agreement_analysis
from defect_app.evaluation.intervals import Proportion, percent
from defect_app.reviews.queue import next_of_studies
from defect_app.reviews.settled import reviewed_parts
from defect_app.reviews.studies import (
    MOST_PARTS,
    MOST_TRIALS,
    Study,
    begin_study,
    choose_parts,
    next_of_study,
    studies_of,
    study_appraisers,
)
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.tables import draw_table
from defect_app.ui.parts.text import as_text
from defect_app.ui.review.looking import draw_looking
from defect_app.ui.review.setting import ReviewSetting
from defect_app.ui.review.together import draw_pairs
from defect_app.ui.session import Key, KeyOf

JUDGE, FIGURES = ":material/visibility: Judge", ":material/table_chart: Figures"
AHEAD = 6
READING = (
    "In brackets 95 % intervals. ✓ acceptable, ~ marginal, ✕ unacceptable by the limits above. Effectiveness: "
    "parts on which every trial is right. Misses: answers “good” on defective parts; false alarms: answers "
    "“defective” on good ones. Intervals are exact (Clopper and Pearson); trials of one part count as separate "
    "answers, as in the manual. A REVIEW of the model decides nothing: it is neither a miss nor a false alarm, "
    "and not right."
)
_MARKS = {Rating.ACCEPTABLE: "✓", Rating.MARGINAL: "~", Rating.UNACCEPTABLE: "✕"}
_LIMITS = {
    "effectiveness_acceptable": "Effectiveness: acceptable from %",
    "effectiveness_marginal": "Effectiveness: marginal from %",
    "miss_acceptable": "Misses: acceptable to %",
    "miss_marginal": "Misses: marginal to %",
    "false_alarm_acceptable": "False alarms: acceptable to %",
    "false_alarm_marginal": "False alarms: marginal to %",
}


def draw_study(setting: ReviewSetting) -> None:
    """Draw the studies of the model, or how to begin one."""
    found = studies_of(setting.store.database, setting.entry.id)
    titles = {study.id: f"{study.title}, {study.created:%d %b %Y} ({study.id})" for study in found}
    if found:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            chosen = st.selectbox(
                "Study", list(titles), format_func=titles.__getitem__, key=Key.REVIEW_STUDY, width=360
            )
            view = st.segmented_control(
                "View",
                [JUDGE, FIGURES],
                default=JUDGE,
                required=True,
                key=Key.REVIEW_STUDY_VIEW,
                label_visibility="collapsed",
            )
        study = next((s for s in found if s.id == chosen), found[0])
        if view == JUDGE:
            _draw_judging(setting, study)
        else:
            _draw_figures(setting, study)
    with st.expander("Begin a study", icon=":material/add:", expanded=not found):
        _draw_beginning(setting)


def _draw_beginning(setting: ReviewSetting) -> None:
    st.markdown(
        "A study shows the same parts to several persons, each in several trials, blind and in another order every "
        "time. What each part is comes from reviews on which everybody agreed. The manual on measurement systems "
        "analysis takes 50 parts, three persons and three trials."
    )
    settled = [p for p in reviewed_parts(setting.store.of_model(setting.entry.id)) if p.settled and p.settled.decides]
    if len(settled) < 2:
        st.info(
            "First review some parts as good or defective: they become the study's reference.", icon=":material/info:"
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        title = st.text_input(
            "Title", key=Key.REVIEW_STUDY_TITLE, max_chars=100, width=240, placeholder="Line 3, night"
        )
        most = min(MOST_PARTS, len(settled))
        count = st.number_input("Parts", 2, most, min(50, most), key=Key.REVIEW_STUDY_PARTS, width=120)
        trials = st.number_input("Trials", 1, MOST_TRIALS, 3, key=Key.REVIEW_STUDY_TRIALS, width=120)
        pressed = st.button("Begin", icon=":material/play_arrow:", type="primary", key=Key.REVIEW_STUDY_BEGIN)
    st.caption(f"{len(settled):,} parts are settled; half of those taken are defective as far as there are so many.")
    if pressed:
        try:
            parts = choose_parts(settled, int(count))
            begin_study(setting.store.database, title, setting.entry.id, parts, int(trials), setting.who)
        except DefectLensError as error:
            draw_error(error)
            return
        st.rerun()


def _draw_judging(setting: ReviewSetting, study: Study) -> None:
    if not setting.who:
        st.info("Type your name above: a study compares persons.", icon=":material/person:")
        return
    all_of_them = len(study.parts) * study.trials
    left = len(next_of_study(study, setting.store.of_study(study.id), setting.who))
    st.progress(
        1 - left / all_of_them, text=f"{all_of_them - left:,} of {all_of_them:,} judged by {as_text(setting.who)}"
    )
    parts = next_of_studies(setting.store, study, setting.who, AHEAD)
    draw_looking(
        setting.store, parts, who=setting.who, queue=f"study {study.id}", blind=True, reveal=False,
        empty="You have judged all parts in all trials. See the figures, or let the next person type their name.",
    )  # fmt: skip


def _draw_figures(setting: ReviewSetting, study: Study) -> None:
    people = study_appraisers(study, setting.store.of_study(study.id))
    limits = _choose_limits()
    analysis = agreement_analysis(study.reference, (*people, study.model_as_appraiser))
    st.markdown(
        f"**{analysis.n_parts}** parts, {study.trials} trials, {len(people)} persons and the model. Everybody right "
        f"in every trial: **{as_text(analysis.all_right.words)}**. Fleiss' kappa over all answers: "
        f"**{as_text(analysis.among_all.words)}**."
    )
    table = pd.DataFrame([_row(figures, limits) for figures in analysis.appraisers])
    draw_table(table, f"study-{study.id}", "How well each appraiser does")
    st.caption(READING)
    st.markdown("**Every two, trial by trial**")
    draw_pairs(analysis.pairs, f"study-{study.id}-pairs")


def _choose_limits() -> StudyLimits:
    with st.expander("Limits: rules of thumb of the AIAG manual; set your own", icon=":material/rule:"):
        grid = st.grid(3, min_column_width=200, gap="small")
        chosen = {}
        for field, (name, label) in zip(fields(StudyLimits), _LIMITS.items(), strict=True):
            assert field.name == name, "labels are in the order of the limits"
            value = 100 * float(str(field.default))
            with grid.container():
                chosen[name] = st.number_input(
                    label, 0.0, 100.0, value, 0.5, key=KeyOf.REVIEW_LIMIT(name), persist_state="session"
                )
    return StudyLimits(**{name: value / 100 for name, value in chosen.items()})


def _row(figures: AppraiserFigures, limits: StudyLimits) -> dict[str, str]:
    marks = [_MARKS[rating] for rating in figures.ratings(limits)]
    return {
        "Appraiser": figures.name,
        "With themselves": _short(figures.within) if figures.within else "one trial",
        "Effectiveness": f"{marks[0]} {_short(figures.effectiveness)}",
        "Misses": f"{marks[1]} {_short(figures.miss)}",
        "False alarms": f"{marks[2]} {_short(figures.false_alarm)}",
        "Undecided": _short(figures.undecided),
        "Kappa with reference": figures.with_reference.words,
    }


def _short(share: Proportion) -> str:
    """Return a share with its interval, as short as a column of many wants it: "95.0 % (75.1 to 99.9)"."""
    if not share.n:
        return "not yet"
    return f"{percent(share.rate)} % ({percent(share.low)} to {percent(share.high)})"
