"""The judged photos: how many of each verdict, as a table or as a grid of photos."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from defect_app.batch import BatchEntry
from defect_app.catalog import ModelSpec
from defect_app.intake import display_name
from defect_app.ui.inspect.heat import HeatView, shown_picture
from defect_app.ui.text import as_text, name_as_text
from defect_app.ui.verdicts import LOOKS, severity

ALL = "ALL"
PAGE_SIZE = 12
SELECTED = "inspect_selected"
_TABLE = "inspect_table"


def filter_entries(entries: Sequence[BatchEntry]) -> list[BatchEntry]:
    """Draw the counts, which are also the filter, and return the entries with the chosen verdict."""
    counts = Counter(e.record["verdict"] for e in entries)
    options = [ALL, *(v for v in LOOKS if counts[v])]
    chosen = st.segmented_control(
        "Show",
        options,
        format_func=lambda v: f"**{len(entries)}** all" if v == ALL else f"**{counts[v]}** {LOOKS[v].markdown}",
        default=ALL,
        required=True,
        key="inspect_filter",
        label_visibility="collapsed",
    )
    return [e for e in entries if chosen in (ALL, e.record["verdict"])]


def order_entries(entries: list[BatchEntry]) -> list[BatchEntry]:
    """Draw the switch for the order and return the entries in it."""
    if not st.toggle("Most suspicious first", key="inspect_order", persist_state="session"):
        return entries
    return sorted(entries, key=lambda e: (severity(e.record["verdict"]), -(e.record["p_defect"] or 0.0)))


def draw_table(entries: Sequence[BatchEntry], spec: ModelSpec) -> None:
    """Draw the table; a click on a row opens its photo above."""
    inspection = spec.task == "inspection"
    frame = pd.DataFrame(
        {
            "photo": [_data_url(e.thumbnail_jpeg) for e in entries],
            "file": [display_name(e.record["file"]) for e in entries],
            "verdict": [LOOKS[e.record["verdict"]].word for e in entries],
            "score": [_best_score(e) for e in entries],
            "label": [_title(spec, e.record["label"]) for e in entries],
            "reason": [e.record["reason"] for e in entries],
        }
    )  # fmt: skip

    def select() -> None:
        cells = st.session_state[_TABLE].selection.cells
        if cells and cells[0][0] < len(entries):
            st.session_state[SELECTED] = entries[cells[0][0]].number

    styled = frame.style.map(_verdict_colour, subset=["verdict"])
    st.dataframe(
        styled,
        hide_index=True,
        row_height=52,
        height=min(470, 40 + 52 * max(1, len(entries))),
        on_select=select,
        selection_mode="single-cell",
        key=_TABLE,
        alt="One row for each photo: its verdict, score, label and reason",
        column_config={
            "photo": st.column_config.ImageColumn("Photo", width=64),
            "file": st.column_config.TextColumn("File", width=170),
            "verdict": st.column_config.TextColumn("Verdict", width=100),
            "score": st.column_config.ProgressColumn(
                "Defect score" if inspection else "Confidence",
                help="Probability of a defect, 0 to 1" if inspection else "Probability of the best label, 0 to 1",
                min_value=0.0,
                max_value=1.0,
                format="%.3f",
                width="small",
            ),
            "label": st.column_config.TextColumn("Likely class", width=130),
            "reason": st.column_config.TextColumn("Reason", width="large"),
        },
    )
    st.caption("Click a row to open its photo above.")


def draw_grid(entries: Sequence[BatchEntry], spec: ModelSpec, view: HeatView) -> None:
    """Draw one page of photos with their heat maps."""
    usable = [e for e in entries if e.shown_jpeg]
    pages = max(1, -(-len(usable) // PAGE_SIZE))
    page = min(st.pagination(pages, key="inspect_page"), pages) if pages > 1 else 1
    grid = st.grid(4, min_column_width=200, gap="small")
    for entry in usable[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]:
        with grid.container(border=True, gap="xsmall"):
            st.image(shown_picture(entry, spec.id, view, longest_side=420), width="stretch", alt=_alt(entry))
            st.markdown(f"{LOOKS[entry.record['verdict']].markdown} {_score(entry)}")
            st.caption(name_as_text(entry.record["file"]))
            if st.button("Open", key=f"open_{entry.number}", icon=":material/open_in_full:", width="stretch"):
                st.session_state[SELECTED] = entry.number
                st.rerun()
    if not usable:
        st.caption("No photo to show here.")


def draw_unusable(entries: Sequence[BatchEntry]) -> None:
    """List every file that could not be used, with its reason and remedy."""
    bad = [e.result for e in entries if not e.shown_jpeg]
    if not bad:
        return
    one = len(bad) == 1
    title = f"{len(bad)} {'file' if one else 'files'} could not be used; all others were judged"
    with st.expander(title, icon=":material/broken_image:", expanded=len(bad) <= 5):
        for result in bad:
            # Only rejections have no picture.
            st.markdown(f"**{name_as_text(result.name)}**: {as_text(result.reason)}. {as_text(result.remedy)}")  # type: ignore[union-attr]


def _verdict_colour(word: object) -> str:
    colour = next((look.colour for look in LOOKS.values() if look.word == word), "gray")
    shade = {"red": "#d9383e", "orange": "#c9720f", "green": "#1f9356", "gray": "#7a8a93"}[colour]
    return f"color: {shade}; font-weight: 600"


def _title(spec: ModelSpec, label: str | None) -> str:
    if label is None:
        return ""
    return spec.title_of(label) if label in spec.class_names else label


def _best_score(entry: BatchEntry) -> float | None:
    score = entry.record["p_defect"]
    return score if score is not None else max(entry.record["p"].values(), default=None)


def _score(entry: BatchEntry) -> str:
    score = _best_score(entry)
    return "" if score is None else f"{score:.3f}"


def _alt(entry: BatchEntry) -> str:
    return f"{display_name(entry.record['file'])}: {LOOKS[entry.record['verdict']].word}"


def _data_url(jpeg: bytes) -> str | None:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode() if jpeg else None
