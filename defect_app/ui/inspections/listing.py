"""A page of stored inspections, newest first; a click opens one."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from defect_app.inspections import InspectionFilter, InspectionPage, InspectionStore, StoredInspection
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import display_name
from defect_app.ui.parts.verdicts import LOOKS, coloured_word
from defect_app.ui.session import Address, Key

ROW_HEIGHT = 52


def shown_page(store: InspectionStore, wanted: InspectionFilter) -> InspectionPage:
    """Return the page of inspections that is looked at; another filter begins with the newest."""
    if st.session_state.get(Key.INSPECTIONS_FILTER) != wanted:
        st.session_state[Key.INSPECTIONS_FILTER] = wanted
        st.session_state[Key.INSPECTIONS_PAGES] = []
    pages: list[int] = st.session_state[Key.INSPECTIONS_PAGES]
    return store.page(wanted, before=pages[-1] if pages else None)


def draw_listing(page: InspectionPage) -> None:
    """Draw a page of inspections as a table, and the way to the next and the one before."""
    shown = page.inspections
    if not shown and page.looked_at is not None:
        st.info(
            f"Nothing like that among the {page.looked_at:,} inspections that were looked at. *Older* looks further; "
            "words of three letters or more are found at once.",
            icon=":material/manage_search:",
        )
        _draw_steps(page)
        return
    if not shown:
        st.info("No stored inspection is like that. What Inspect judges comes here by itself.", icon=":material/inbox:")
        return

    def select() -> None:
        cells = st.session_state[Key.INSPECTIONS_TABLE].selection.cells
        if cells and cells[0][0] < len(shown):
            st.query_params[Address.OPEN] = shown[cells[0][0]].id

    table = _table(shown)
    st.dataframe(
        table.style.map(coloured_word, subset=["verdict"]),
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(620, 40 + ROW_HEIGHT * len(shown)),
        on_select=select,
        selection_mode="single-cell",
        key=Key.INSPECTIONS_TABLE,
        alt="One row for each stored inspection: when, photo, file, verdict, score, part, model, who",
        column_config={
            "when": st.column_config.TextColumn("Judged", width=145),
            "photo": st.column_config.ImageColumn("Photo", width=64),
            "verdict": st.column_config.TextColumn("Verdict", width=105),
            "score": st.column_config.ProgressColumn("Score", min_value=0.0, max_value=1.0, format="%.3f", width=110),
            "file": st.column_config.TextColumn("File", width=180),
            "part": st.column_config.TextColumn("Part", width=110),
            "model": st.column_config.TextColumn("Model", width=170),
            "who": st.column_config.TextColumn("For", width=90),
            "door": st.column_config.TextColumn("By", width=60),
            "reason": st.column_config.TextColumn("Reason", width="large"),
        },
    )
    _draw_steps(page)


def _draw_steps(page: InspectionPage) -> None:
    pages: list[int] = st.session_state[Key.INSPECTIONS_PAGES]

    def newer() -> None:
        pages.pop()

    def older() -> None:
        if page.before is not None:
            pages.append(page.before)

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Newer", icon=":material/chevron_left:", disabled=not pages, on_click=newer, key=Key.INSPECTIONS_NEWER
        )
        st.button(
            "Older", icon=":material/chevron_right:", disabled=page.before is None, on_click=older,
            key=Key.INSPECTIONS_OLDER,
        )  # fmt: skip
        if page.inspections:
            st.caption(_extent(page))


def _extent(page: InspectionPage) -> str:
    first, last = page.inspections[0].judged_at.astimezone(), page.inspections[-1].judged_at.astimezone()
    further = f" {page.looked_at:,} were looked at: *Older* looks further." if page.looked_at is not None else ""
    return (
        f"{len(page.inspections)} shown, from {first:%d %b %Y, %H:%M} back to {last:%d %b %Y, %H:%M}.{further} "
        "Click a row to open it."
    )


def _table(shown: Sequence[StoredInspection]) -> pd.DataFrame:
    photos = PhotoStore()
    return pd.DataFrame(
        {
            "when": [f"{one.judged_at.astimezone():%Y-%m-%d %H:%M:%S}" for one in shown],
            "photo": [_data_url(photos.thumbnail(one.record.sha256)) for one in shown],
            "verdict": [LOOKS[one.record.verdict].word for one in shown],
            "score": [best_score(one) for one in shown],
            "file": [display_name(one.record.file.rsplit("/", 1)[-1]) for one in shown],
            "part": [one.record.part or "" for one in shown],
            "model": [one.record.model for one in shown],
            "who": [one.record.who or "" for one in shown],
            "door": [str(one.record.source) for one in shown],
            "reason": [one.record.reason for one in shown],
        }
    )  # fmt: skip


def best_score(stored: StoredInspection) -> float | None:
    """Return the defect score, or a recognition model's confidence; None for a file that was not judged."""
    score = stored.record.p_defect
    return score if score is not None else max(stored.record.p.values(), default=None)


def _data_url(jpeg: bytes | None) -> str | None:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode() if jpeg else None
