"""What changes: photos whose verdict differs between a saved point and the lines, evaluated ones and this session's."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from defect_app.batch_entry import BatchEntry, entry_at
from defect_app.decision import OperatingPoint
from defect_app.errors import RecordsUnavailable
from defect_app.evaluation.thresholds import Thresholds
from defect_app.evaluation.verdict_changes import verdict_changes
from defect_app.inspection import Inspected
from defect_app.ui.evaluate.gallery import draw_gallery
from defect_app.ui.records import shared_records
from defect_app.ui.text import as_text, name_as_text
from defect_app.ui.thresholds.lines import unsaved_point
from defect_app.ui.thresholds.shown import Shown, thresholds_of
from defect_app.ui.verdicts import LOOKS

MOST_SHOWN = 24


def draw_changes(shown: Shown, lines: Thresholds) -> None:
    """Draw both flip lists."""
    points = _points(shown)
    name = st.selectbox(
        "Compare the lines with", list(points), key="changes_with",
        format_func=lambda n: f"{n}: {points[n].thresholds_in_words}", width=560,
    )  # fmt: skip
    before = thresholds_of(points[name])
    changes = verdict_changes(shown.selected.p_defect, before, lines)
    st.markdown(f"**{as_text(changes.sentence(shown.selected.words))}**")
    if len(changes.indices):
        heat = st.toggle("Heat maps", key="changes_heat", help="Where the model sees it. This runs the model.")

        def said(index: int) -> str:
            actual = shown.spec.title_of(shown.selected.class_names[int(shown.selected.actual[index])])
            return f"{_coloured(changes.words_of(index))}  \n{as_text(actual)} · {shown.selected.p_defect[index]:.3f}"

        draw_gallery(shown.entry, shown.evaluation, shown.selected, changes.indices, "changes", heat=heat, said=said)
    st.subheader("Photos of this session", anchor=False)
    draw_session_changes(shown, lines)


def draw_session_changes(shown: Shown, lines: Thresholds) -> None:
    """Say which photos that Inspect judged in this session would change, and show them."""
    batch = st.session_state.get("batches", {}).get(shown.model_sha256)
    entries = [e for e in batch.entries if isinstance(e.result, Inspected)] if batch is not None else []
    if not entries:
        st.caption("No photo was inspected with this model in this session.")
        st.page_link("pages/inspect.py", label="Inspect photos", icon=":material/search_check:")
        return
    changed = changed_entries(entries, shown, unsaved_point(shown, lines))
    photos = "photo" if len(entries) == 1 else "photos"
    st.markdown(f"**With these lines, {len(changed):,} of your {len(entries):,} {photos} would change.**")
    grid = st.grid(min_column_width=180, gap="small")
    for entry, after in changed[:MOST_SHOWN]:
        with grid.container(border=True, gap="xsmall"):
            st.image(entry.shown_jpeg, width="stretch", alt=entry.record["file"])
            st.markdown(_coloured(f"{entry.record['verdict']} → {after.record['verdict']}"))
            st.caption(name_as_text(entry.record["file"]))
    if len(changed) > MOST_SHOWN:
        st.caption(f"And {len(changed) - MOST_SHOWN:,} more.")


def changed_entries(
    entries: Sequence[BatchEntry], shown: Shown, point: OperatingPoint
) -> list[tuple[BatchEntry, BatchEntry]]:
    """Return the photos whose verdict would be another at a point, each as it is and as it would be."""
    judged = [(entry, entry_at(entry, shown.spec, point)) for entry in entries]
    return [(old, new) for old, new in judged if old.record["verdict"] != new.record["verdict"]]


def _points(shown: Shown) -> dict[str, OperatingPoint]:
    in_use = "In use" if shown.in_use.saved is None else f"In use, {shown.in_use.point.name}"
    points = {in_use: shown.in_use.point}
    try:
        saved = shared_records().points(shown.spec.id)
    except RecordsUnavailable:
        return points
    return points | {s.name: s.point for s in saved if s.point.reject_at is not None}


def _coloured(change: str) -> str:
    return " → ".join(LOOKS[verdict].markdown for verdict in change.split(" → "))
