"""The judged photos: how many of each verdict, in which order, as a table or as a grid of photos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from defect_app.catalog import ModelSpec
from defect_app.hosting.batch import Batch, BatchEntry
from defect_app.inspection.record import waiting_record
from defect_app.intake import Rejection, distinct_names
from defect_app.ui.inspect.following import open_photo
from defect_app.ui.inspect.heat import HeatLook, shown_picture
from defect_app.ui.inspect.rows import best_score, draw_rows, row_of, waiting_row
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.verdicts import LOOKS, attention
from defect_app.ui.session import Key, KeyOf

ALL = "ALL"
PAGE_SIZE = 12
DOUBTFUL, ARRIVAL, SCORE, NAME = "Doubtful first", "As they came", "Highest score first", "By file name"
ORDERS = (DOUBTFUL, ARRIVAL, SCORE, NAME)


def names_of(batch: Batch) -> dict[int, str]:
    """Return the name that each file of a batch is shown under, by its number; no two are alike."""
    waiting = batch.progress().waiting
    names = distinct_names([*(e.record.file for e in batch.entries), *waiting])
    return dict(enumerate(names, start=1))


def select_newest(entries: Sequence[BatchEntry]) -> None:
    """Show the photo that just came; of several, the one that needs a person most. Call it first."""
    before = st.session_state.pop(Key.INSPECT_NEWEST, None)
    newest = [e for e in entries if before is not None and e.number > before]
    if newest:
        st.session_state[Key.INSPECT_SELECTED] = in_order(newest, DOUBTFUL)[0].number
        # What just came is not hidden behind a filter that was set for what was there.
        st.session_state.pop(Key.INSPECT_FILTER, None)


def filter_entries(entries: Sequence[BatchEntry]) -> list[BatchEntry]:
    """Draw the counts, which are also the filter, and return the entries with the chosen verdict."""
    counts = Counter(e.record.verdict for e in entries)
    options = [ALL, *(v for v in LOOKS if counts[v])]
    with st.container(key=Key.INSPECT_COUNTS, width="content"):
        chosen = st.segmented_control(
            "Show",
            options,
            format_func=lambda v: f"**{len(entries)}** all" if v == ALL else f"**{counts[v]}** {LOOKS[v].markdown}",
            default=ALL,
            required=True,
            key=Key.INSPECT_FILTER,
            label_visibility="collapsed",
        )
    return [e for e in entries if chosen in (ALL, e.record.verdict)]


def order_entries(entries: Sequence[BatchEntry]) -> list[BatchEntry]:
    """Draw the choice of the order and return the entries in it."""
    order = st.selectbox(
        "Order", ORDERS, key=Key.INSPECT_ORDER, persist_state="session", label_visibility="collapsed", width=190
    )
    return in_order(entries, order)


def in_order(entries: Sequence[BatchEntry], order: str) -> list[BatchEntry]:
    """Return the entries in one of `ORDERS`; what is alike stays as it came."""
    if order == NAME:
        return sorted(entries, key=lambda e: e.record.file.lower())
    if order == SCORE:
        return sorted(entries, key=lambda e: -(best_score(e.record) or 0.0))
    if order == DOUBTFUL:
        return sorted(entries, key=lambda e: (attention(e.record.verdict), -(e.record.p_defect or 0.0)))
    return list(entries)


def draw_table(entries: Sequence[BatchEntry], batch: Batch, names: Mapping[int, str]) -> None:
    """Draw the table of these entries, and below them the files that wait where nothing is filtered away."""
    spec = batch.inspector.spec
    rows = [row_of(entry, spec, names[entry.number]) for entry in entries]
    if len(entries) == len(batch.entries):
        for number, name in enumerate(batch.progress().waiting, start=len(batch.entries) + 1):
            record = waiting_record(name, spec, batch.inspector.model_sha256)
            rows.append(waiting_row(number, record, spec, names.get(number, name)))
    draw_rows(rows, spec, open_photo)
    st.caption("Click a row to open its photo above.")


def draw_grid(entries: Sequence[BatchEntry], spec: ModelSpec, look: HeatLook, names: Mapping[int, str]) -> None:
    """Draw one page of photos with their heat maps."""
    usable = [e for e in entries if e.shown_jpeg]
    pages = max(1, -(-len(usable) // PAGE_SIZE))
    page = min(st.pagination(pages, key=Key.INSPECT_PAGE), pages) if pages > 1 else 1
    grid = st.grid(4, min_column_width=200, gap="small")
    for entry in usable[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]:
        name = names[entry.number]
        with grid.container(border=True, gap="xsmall"):
            picture = shown_picture(entry, spec, look, longest_side=420)
            st.image(picture, width="stretch", alt=f"{name}: {LOOKS[entry.record.verdict].word}")
            score = best_score(entry.record)
            st.markdown(f"{LOOKS[entry.record.verdict].markdown} {'' if score is None else f'{score:.3f}'}")
            st.caption(as_text(name))
            st.button(
                f"Open no. {entry.number}", key=KeyOf.INSPECT_OPEN(entry.number), icon=":material/open_in_full:",
                width="stretch", on_click=open_photo, args=(entry.number,),
            )  # fmt: skip
    if not usable:
        st.caption("No photo to show here.")


def draw_unusable(entries: Sequence[BatchEntry], names: Mapping[int, str]) -> None:
    """List every file that could not be used, with its reason and remedy."""
    bad = [(names[e.number], e.result) for e in entries if isinstance(e.result, Rejection)]
    if not bad:
        return
    one = len(bad) == 1
    title = f"{len(bad)} {'file' if one else 'files'} could not be used; all others were judged"
    with st.expander(title, icon=":material/broken_image:", expanded=len(bad) <= 5):
        for name, result in bad:
            st.markdown(f"**{as_text(name)}**: {as_text(result.reason)}. {as_text(result.remedy)}")
