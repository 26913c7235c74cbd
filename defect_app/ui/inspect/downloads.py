"""The record of a batch to take away: CSV, JSON, and a ZIP of overlays."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import streamlit as st

from defect_app.batch import SHOWN_SIDE, BatchEntry
from defect_app.catalog import ModelSpec
from defect_app.inspection_record import records_as_csv, records_as_json
from defect_app.ui.inspect.heat import HeatView, shown_picture


def draw_downloads(entries: Sequence[BatchEntry], spec: ModelSpec, view: HeatView) -> None:
    """Draw the download buttons; each file is made when its button is pressed."""
    records = [e.record for e in entries]
    stem = f"defect-lens-{spec.id}"
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "CSV", lambda: records_as_csv(records, spec.class_names), f"{stem}.csv", "text/csv",
            icon=":material/table_view:", on_click="ignore", help="One row a file, for a spreadsheet",
        )  # fmt: skip
        st.download_button(
            "JSON", lambda: records_as_json(records), f"{stem}.json", "application/json",
            icon=":material/data_object:", on_click="ignore", help="One record a file, with every probability",
        )  # fmt: skip
        st.download_button(
            "Overlays (ZIP)", lambda: overlays_zip(entries, spec, view), f"{stem}-overlays.zip", "application/zip",
            icon=":material/folder_zip:", on_click="ignore", help="Every photo with its heat map, and the record",
        )  # fmt: skip


def overlays_zip(entries: Sequence[BatchEntry], spec: ModelSpec, view: HeatView) -> bytes:
    """Return a ZIP of the overlays and the record.

    Files are named by number and verdict: a name that a stranger gave is data, never a path.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            if entry.shown_jpeg:
                picture = shown_picture(
                    entry, spec.id, HeatView(True, view.opacity, view.colour_map), longest_side=SHOWN_SIDE
                )
                archive.writestr(f"{entry.number + 1:04d}-{entry.record['verdict'].lower()}.jpg", picture)
        archive.writestr("record.csv", records_as_csv([e.record for e in entries], spec.class_names))
    return buffer.getvalue()
