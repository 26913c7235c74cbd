"""What changes: photos whose verdict differs between a saved point and the lines, evaluated ones and this session's."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from defect_app.decision import InspectionThresholds, OperatingPoint
from defect_app.errors import RecordsUnavailable
from defect_app.evaluation.verdict_changes import verdict_changes
from defect_app.hosting.batch_entry import BatchEntry, entry_at
from defect_app.inspection import Inspected
from defect_app.ui.parts.gallery import draw_gallery
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.text import as_text, name_as_text
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.records import shared_records
from defect_app.ui.session import Key, inspected_batches
from defect_app.ui.thresholds.lines import unsaved_point

MOST_SHOWN = 24


def draw_changes(model: EvaluatedModel, lines: InspectionThresholds) -> None:
    """Draw both flip lists."""
    points = _points(model)
    name = st.selectbox(
        "Compare the lines with", list(points), key=Key.THRESHOLDS_CHANGES_WITH,
        format_func=lambda n: f"{n}: {points[n].in_words}", width=560,
    )  # fmt: skip
    before = points[name]
    changes = verdict_changes(model.selected.p_defect, before, lines)
    st.markdown(f"**{as_text(changes.sentence(model.selected.words))}**")
    if len(changes.indices):
        heat = st.toggle(
            "Heat maps", key=Key.THRESHOLDS_CHANGES_HEAT, help="Where the model sees it. This runs the model."
        )

        def describe(index: int) -> str:
            actual = model.spec.title_of(model.selected.class_names[int(model.selected.actual[index])])
            return f"{_coloured(changes.words_of(index))}  \n{as_text(actual)} · {model.selected.p_defect[index]:.3f}"

        draw_gallery(model, changes.indices, "changes", heat=heat, describe=describe)
    st.header("Photos of this session", anchor=False)
    draw_session_changes(model, lines)


def draw_session_changes(model: EvaluatedModel, lines: InspectionThresholds) -> None:
    """Say which photos that Inspect judged in this session would change, and show them."""
    batch = inspected_batches().get(model.entry.version)
    entries = [e for e in batch.entries if isinstance(e.result, Inspected)] if batch is not None else []
    if not entries:
        st.caption("No photo was inspected with this model in this session.")
        st.page_link("pages/inspect.py", label="Inspect photos", icon=":material/search_check:")
        return
    changed = changed_entries(entries, model, unsaved_point(model, lines))
    photos = "photo" if len(entries) == 1 else "photos"
    st.markdown(f"**With these lines, {len(changed):,} of your {len(entries):,} {photos} would change.**")
    grid = st.grid(min_column_width=180, gap="small")
    for entry, after in changed[:MOST_SHOWN]:
        with grid.container(border=True, gap="xsmall"):
            st.image(entry.shown_jpeg, width="stretch", alt=entry.record.file)
            st.markdown(_coloured(f"{entry.record.verdict} → {after.record.verdict}"))
            st.caption(name_as_text(entry.record.file))
    if len(changed) > MOST_SHOWN:
        st.caption(f"And {len(changed) - MOST_SHOWN:,} more.")


def changed_entries(
    entries: Sequence[BatchEntry], model: EvaluatedModel, point: OperatingPoint
) -> list[tuple[BatchEntry, BatchEntry]]:
    """Return the photos whose verdict would be another at a point, each as it is and as it would be."""
    judged = [(entry, entry_at(entry, model.spec, point)) for entry in entries]
    return [(old, new) for old, new in judged if old.record.verdict != new.record.verdict]


def _points(model: EvaluatedModel) -> dict[str, InspectionThresholds]:
    in_use = "In use" if model.in_use.saved is None else f"In use, {model.in_use.point.name}"
    points = [(in_use, model.in_use.point)]
    # Without the records there is still the point in use.
    with suppress(RecordsUnavailable):
        points += [(saved.name, saved.point) for saved in shared_records().points(model.spec.id)]
    return {name: p.thresholds for name, p in points if isinstance(p.thresholds, InspectionThresholds)}


def _coloured(change: str) -> str:
    return " → ".join(LOOKS[verdict].markdown for verdict in change.split(" → "))
