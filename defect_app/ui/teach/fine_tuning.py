"""Fine-tuning on the Teach page: the offer with what speaks for it, the course, and the decision."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from defect_app.catalog import CatalogEntry
from defect_app.errors import DefectLensError
from defect_app.hosting.tuning_job import TuningJob, forget_tuning, start_tuning, tuning_job
from defect_app.settings import settings
from defect_app.tuning.comparison import FigureRow
from defect_app.tuning.course import TuningProgress
from defect_app.tuning.decision import accept, discard, waiting_candidate
from defect_app.tuning.kept_work import Candidate, KeptWork
from defect_app.tuning.offer import Offer, is_fine_tuned, offer_of
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Key

_LOOK_AGAIN_S = 2.0
_A_MINUTE = 60


def draw_fine_tuning(entry: CatalogEntry) -> None:
    """Draw what can be done now: start, watch and stop, or decide."""
    if is_fine_tuned(entry.folder):
        st.caption("This model is fine-tuned. The taught one is among its former versions: roll back to it above.")
        return
    job, candidate = tuning_job(entry.id), waiting_candidate(entry.id)
    is_running = job is not None and job.running
    offer = None if is_running or candidate is not None else offer_of(entry.folder, entry.usable_spec)
    if not is_running and candidate is None and offer is None:
        return
    with st.container(border=True):
        st.subheader(f"Fine-tune {as_text(entry.title)}", anchor=False)
        if job is not None and is_running:
            st.fragment(_follow, run_every=_LOOK_AGAIN_S)(job)
        elif candidate is not None:
            _draw_decision(entry, candidate)
        elif offer is not None:
            _draw_offer(entry, offer, job)


def _draw_offer(entry: CatalogEntry, offer: Offer, job: TuningJob | None) -> None:
    if job is not None and job.problem is not None:
        draw_error(job.problem)
    st.markdown(as_text(offer.reason))
    if offer.obstacle:
        st.caption(as_text(f"{offer.obstacle} {offer.remedy}".strip()))
        return
    kept = KeptWork(settings().taught_models, entry.id).finished_folds()
    if job is not None and job.stopped:
        st.info("Stopped. The folds that were finished are kept.", icon=":material/stop_circle:")
    st.caption(
        "The upper blocks of the network are trained on this product's own photos and judge beside the taught head. "
        "How much that brings here nobody can tell beforehand: of the sets that it was measured with, some gained and "
        "some did not. It is measured on the same folds as the taught model; the first fold says whether to go on, and "
        f"nothing is replaced before you decide. It takes about {_minutes(offer.about_seconds)} in the background."
    )
    words = "Fine-tune" if not kept else f"Go on behind {kept} finished fold{'s' * (kept != 1)}"
    if st.button(words, icon=":material/model_training:", key=Key.TEACH_FINE_TUNE):
        try:
            start_tuning(entry.id)
        except DefectLensError as error:
            draw_error(error)
        else:
            st.rerun()


def _follow(job: TuningJob) -> None:
    if not job.running:
        st.rerun()
    progress = job.progress()
    bar, button = st.columns([5, 1], vertical_alignment="center")
    bar.progress(progress.share, text=_course_in_words(progress))
    if progress.said:
        st.caption(as_text(progress.said))
    stopping = job.stopping
    if button.button(
        "Stopping …" if stopping else "Stop",
        icon=":material/stop_circle:",
        key=Key.TEACH_FINE_TUNE_STOP,
        width="stretch",
        disabled=stopping,
    ):
        job.stop()
        st.rerun(scope="fragment")
    st.caption("You may leave this page and come back: the work goes on. Finished folds are kept when you stop it.")


def _course_in_words(progress: TuningProgress) -> str:
    parts = [progress.what[:1].upper() + progress.what[1:]]
    if progress.photos_per_second:
        parts.append(f"{progress.photos_per_second:.0f} photos/s")
    if progress.seconds_left is not None:
        parts.append(f"{_minutes(progress.seconds_left)} left")
    return as_text(" · ".join(parts))


def _minutes(seconds: float) -> str:
    if seconds < _A_MINUTE:
        return "less than a minute"
    minutes = round(seconds / _A_MINUTE)
    return f"{minutes} minute{'s' * (minutes != 1)}"


def _draw_decision(entry: CatalogEntry, candidate: Candidate) -> None:
    comparison = candidate.comparison
    if comparison.is_worse:
        st.warning("The fine-tuned one is worse beyond chance: the taught one stays.", icon=":material/trending_down:")
    elif comparison.is_better:
        st.success("The fine-tuned model is better beyond chance.", icon=":material/trending_up:")
    else:
        st.info(
            "The difference is no more than chance would make: there is no ground to replace the taught model, "
            "unless you know one.",
            icon=":material/trending_flat:",
        )
    for sentence in comparison.sentences:
        st.markdown(as_text(sentence))
    st.dataframe(
        _table(comparison.rows),
        hide_index=True,
        alt="Figures of the taught and the fine-tuned model, out of the same folds",
    )
    st.caption(
        f"Fine-tuned in {comparison.minutes:.1f} minutes. Both are measured on the same photos, each judged by a model "
        "that had seen neither it nor its like. Operating points saved for the taught model are not taken over."
    )
    with st.container(horizontal=True):
        if not comparison.is_worse and st.button(
            "Replace the taught model",
            icon=":material/swap_horiz:",
            type="primary" if comparison.is_better else "secondary",
            key=Key.TEACH_FINE_TUNE_ACCEPT,
        ):
            _decide(entry, replaces=True)
        if st.button("Keep the taught model", icon=":material/close:", key=Key.TEACH_FINE_TUNE_DISCARD):
            _decide(entry, replaces=False)


def _table(rows: Sequence[FigureRow]) -> pd.DataFrame:
    """Put the two values side by side, and what is around them behind: a telephone shows three columns."""
    told = [(row.former.partition(" ("), row.tuned.partition(" (")) for row in rows]
    return pd.DataFrame(
        {
            "Figure": [row.figure for row in rows],
            "Taught": [former[0] for former, _ in told],
            "Fine-tuned": [tuned[0] for _, tuned in told],
            "Taught: 95 % interval, n": [former[2].rstrip(")") for former, _ in told],
            "Fine-tuned: 95 % interval, n": [tuned[2].rstrip(")") for _, tuned in told],
        }
    )


def _decide(entry: CatalogEntry, *, replaces: bool) -> None:
    try:
        accept(entry.id) if replaces else discard(entry.id)
    except DefectLensError as error:
        draw_error(error)
        return
    forget_tuning(entry.id)
    st.rerun()
