"""Judge again with another point or model: what would change, with nothing stored."""

from __future__ import annotations

from itertools import islice

import pandas as pd
import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry
from defect_app.decision import DEFAULT_NAME, OperatingPoint, default_point
from defect_app.errors import DefectLensError
from defect_app.inspection import Inspected
from defect_app.inspections import InspectionFilter, InspectionStore, StoredInspection
from defect_app.inspections.judging_again import judged_again, verdict_changes
from defect_app.points import point_in_use
from defect_app.ui.inspections.detail import photo_of
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.tables import draw_table
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.records import shared_records
from defect_app.ui.resources import inspector
from defect_app.ui.session import Key

MOST_AGAIN = 20_000
"""Inspections that are judged again at once, the oldest first."""
IN_USE = "the point in use"


def draw_again(stored: StoredInspection, models: Catalog) -> None:
    """Draw the choice of another model or point for one inspection, and the verdict that it would get."""
    with st.expander("Judge again with …", icon=":material/replay:"):
        ids = [entry.id for entry in models.usable]
        own = stored.record.model
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            first = ids.index(own) if own in ids else 0
            model = st.selectbox("Model", ids, first, key=Key.INSPECTIONS_AGAIN_MODEL, width=280)
            if model is None:
                return
            entry = models.get(model)
            point = _choose_point(entry, Key.INSPECTIONS_AGAIN_POINT)
        try:
            _draw_verdict(stored, entry, point)
        except DefectLensError as error:
            draw_error(error)


def _draw_verdict(stored: StoredInspection, entry: CatalogEntry, point: OperatingPoint) -> None:
    judgement = judged_again(stored, entry.usable_spec, point)
    how = "from the stored scores"
    if judgement is None:
        result = inspector(entry).inspect_bytes(photo_of(stored), stored.record.file, point)
        if not isinstance(result, Inspected):
            raise DefectLensError(f"{result.reason}.", result.remedy)
        judgement, how = result.judgement, "from the kept photo"
    same = judgement.verdict == stored.record.verdict
    change = "The same" if same else f"{LOOKS[stored.record.verdict].markdown} would be"
    st.markdown(f"{change} {LOOKS[judgement.verdict].markdown}, {how}. {as_text(judgement.reason)}")
    st.caption(f":material/tune: {as_text(point.sentence)} Nothing is stored by looking.")


def draw_again_all(store: InspectionStore, wanted: InspectionFilter, models: Catalog) -> None:
    """Draw what another point of a model would change about all inspections that the filter lets through."""
    with st.expander("What would another point change here?", icon=":material/compare_arrows:"):
        if not wanted.model:
            st.caption("Choose a model in the filter: scores of different models have different points.")
            return
        entry = next((e for e in models.usable if e.id == wanted.model), None)
        if entry is None:
            st.caption("The model is not here any more.")
            return
        point = _choose_point(entry, Key.INSPECTIONS_ALL_POINT)
        if st.button("Compare", icon=":material/play_arrow:", key=Key.INSPECTIONS_ALL_COMPARE):
            _draw_changes(store, wanted, entry, point)


def _draw_changes(store: InspectionStore, wanted: InspectionFilter, entry: CatalogEntry, point: OperatingPoint) -> None:
    found = verdict_changes(islice(store.oldest_first(wanted), MOST_AGAIN), entry.usable_spec, point)
    total = sum(found.changes.values())
    left_out = f"; {found.left_out:,} left out, which another version judged or which were no photos"
    st.markdown(
        f"**{total:,} of {found.judged:,} verdicts would change**{left_out if found.left_out else ''}. "
        f"{as_text(point.sentence)}"
    )
    if total:
        rows = [(LOOKS[a].word, LOOKS[b].word, n) for (a, b), n in found.changes.most_common()]
        table = pd.DataFrame(rows, columns=["was", "would be", "photos"])
        draw_table(table, "verdict-changes", "How many verdicts would go from which to which")


def _choose_point(entry: CatalogEntry, key: Key) -> OperatingPoint:
    """Draw the points of a model and return the chosen one."""
    spec = entry.usable_spec
    names = [IN_USE, DEFAULT_NAME]
    try:
        names += [saved.name for saved in shared_records().points(entry.id)]
    except DefectLensError as error:
        draw_error(error)
    chosen = st.selectbox("Operating point", names, key=key, width=220)
    try:
        return point_in_use(default_point(spec), None if chosen in (None, IN_USE) else chosen, shared_records).point
    except DefectLensError as error:
        draw_error(error)
        return default_point(spec).unknown(str(error))
