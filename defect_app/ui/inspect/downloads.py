"""The record of a batch to take away: CSV, XLSX, JSON, and a ZIP of overlays."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from defect_app.catalog import ModelVersion
from defect_app.hosting.batch import SHOWN_SIDE, Batch
from defect_app.inspection.record import InspectionRecord, waiting_record
from defect_app.inspection.spreadsheet import records_as_xlsx
from defect_app.inspection.writing import CsvForm, CsvTable, records_as_json
from defect_app.ui.inspect.heat import HeatLook, shown_picture
from defect_app.ui.session import Key

CSV_FORMS = {
    "comma, 0.5": CsvForm(),
    "semicolon, 0,5": CsvForm(";", ","),
    "semicolon, 0.5": CsvForm(";"),
    "tab, 0.5": CsvForm("\t"),
}
"""By what separates the columns and how a number looks."""
FEW_CLASSES = 20
"""So many have a column each without being asked for."""
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_Numbered = tuple[tuple[int, InspectionRecord], ...]


def draw_downloads(batch: Batch, look: HeatLook, *, filtered: bool) -> None:
    """Draw the download buttons.

    Tables are made before they are asked for, once for each state of the batch: a file that is made when its button is
    pressed is gone where the page was drawn anew meanwhile.

    Parameters
    ----------
    batch : Batch
        All of it is written, whatever the filter.
    look : HeatLook
        Of the overlays.
    filtered : bool
        Whether the page shows fewer photos than the batch has.
    """
    spec = batch.inspector.spec
    stem = f"defect-lens-{spec.id}"
    numbered = _numbered(batch)
    state = tuple(
        (number, r.file, r.sha256, r.verdict, r.operating_point, r.duplicate_of, r.judged_at) for number, r in numbered
    )
    with st.container(gap="xsmall"):
        row = st.container(horizontal=True, gap="small")
        buttons = row.container(horizontal=True, gap="small", width="content")
        with row:
            form, classes = _table_form(spec.class_names)
        with buttons:
            st.download_button(
                "CSV", _csv(numbered, spec.version, state, classes, form), f"{stem}.csv", "text/csv",
                icon=":material/table_view:", on_click="ignore", help="One row a file, for a spreadsheet",
            )  # fmt: skip
            st.download_button(
                "XLSX", _xlsx(numbered, spec.version, state, classes), f"{stem}.xlsx", XLSX_TYPE,
                icon=":material/table_chart:", on_click="ignore", help="One row a file, as a workbook for Excel",
            )  # fmt: skip
            st.download_button(
                "JSON", _json(numbered, spec.version, state), f"{stem}.json", "application/json",
                icon=":material/data_object:", on_click="ignore", help="One record a file, with every probability",
            )  # fmt: skip
            _draw_overlays(batch, look, classes, form, stem)
        if filtered:
            st.caption(f"They hold all {len(numbered)} files of the batch, whatever the filter shows.")


def _draw_overlays(batch: Batch, look: HeatLook, classes: Sequence[str], form: CsvForm, stem: str) -> None:
    asked = st.button(
        "Overlays (ZIP)", icon=":material/folder_zip:", help="Every photo with its heat map, and the record"
    )
    if not asked:
        return
    with st.spinner("Drawing the overlays …"):
        archive = overlays_zip(batch, look, classes, form)
    st.download_button(
        f"Save the ZIP ({max(1, round(len(archive) / 1e6))} MB)", archive, f"{stem}-overlays.zip", "application/zip",
        icon=":material/download:", on_click="ignore", type="primary",
    )  # fmt: skip


def _table_form(class_names: Sequence[str]) -> tuple[CsvForm, tuple[str, ...]]:
    """Draw the choices of the table and return its form, and the classes that have a column of their own."""
    with st.popover("CSV form", icon=":material/settings:", help="How the tables are written", type="tertiary"):
        name = st.radio(
            "Columns and decimals of the CSV", list(CSV_FORMS), key=Key.INSPECT_CSV, persist_state="session"
        )
        wide = len(class_names) <= FEW_CLASSES or st.checkbox(
            f"A column for each of the {len(class_names):,} classes",
            key=Key.INSPECT_EVERY_CLASS,
            persist_state="session",
        )
    return CSV_FORMS[name], tuple(class_names) if wide else ()


def _numbered(batch: Batch) -> _Numbered:
    """Return the records of all files of the batch, those that wait among them, each with its number."""
    judged = [(e.number, e.record) for e in batch.entries]
    waiting = enumerate(batch.progress().waiting, start=len(judged) + 1)
    spec, model_sha256 = batch.inspector.spec, batch.inspector.model_sha256
    return (*judged, *((number, waiting_record(name, spec, model_sha256)) for number, name in waiting))


@st.cache_data(max_entries=16, show_spinner=False)
def _csv(
    _numbered: _Numbered, version: ModelVersion, state: tuple[object, ...], classes: tuple[str, ...], form: CsvForm
) -> bytes:
    return _as_csv(_numbered, classes, form)


@st.cache_data(max_entries=16, show_spinner=False)
def _xlsx(_numbered: _Numbered, version: ModelVersion, state: tuple[object, ...], classes: tuple[str, ...]) -> bytes:
    return records_as_xlsx(_numbered, classes)


@st.cache_data(max_entries=16, show_spinner=False)
def _json(_numbered: _Numbered, version: ModelVersion, state: tuple[object, ...]) -> str:
    return records_as_json(record for _, record in _numbered)


def _as_csv(numbered: _Numbered, classes: Sequence[str], form: CsvForm) -> bytes:
    table = CsvTable(classes, form)
    return table.header() + b"".join(table.line(number, record) for number, record in numbered)


def overlays_zip(batch: Batch, look: HeatLook, classes: Sequence[str], form: CsvForm) -> bytes:
    """Return a ZIP of the overlays and the record.

    Files are named by number and verdict: a name that a stranger gave is data, never a path.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for entry in batch.entries:
            if entry.shown_jpeg:
                drawn = replace(look, shown=True)
                picture = shown_picture(entry, batch.inspector.spec, drawn, longest_side=SHOWN_SIDE)
                archive.writestr(f"{entry.number:04d}-{entry.record.verdict.lower()}.jpg", picture)
        archive.writestr("record.csv", _as_csv(_numbered(batch), classes, form))
    return buffer.getvalue()
