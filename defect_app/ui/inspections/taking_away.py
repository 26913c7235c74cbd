"""What the filter lets through, to take away: a report to sign, or a table in a spreadsheet's own form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import islice

import streamlit as st

from defect_app.explanation import METHODS
from defect_app.inspection.writing import CsvForm, CsvTable
from defect_app.inspections import InspectionFilter, InspectionStore
from defect_app.inspections.photo_store import PhotoStore
from defect_app.reports.inspections import FORMS, gather, report_bytes
from defect_app.reports.inspections.pictures import picture_of
from defect_app.ui.recording import current_person
from defect_app.ui.resources import model_host
from defect_app.ui.session import Key, KeyOf

CSV_FORMS = {
    "comma, 0.5": CsvForm(),
    "semicolon, 0,5": CsvForm(";", ","),
    "semicolon, 0.5": CsvForm(";"),
    "tab, 0.5": CsvForm("\t"),
}
"""By what separates the columns and how a number looks."""
MOST_ROWS = 100_000
"""Of more inspections the command line makes the table."""
_TITLES = {".html": "HTML", ".pdf": "PDF", ".xlsx": "Excel"}


def draw_taking_away(store: InspectionStore, wanted: InspectionFilter) -> None:
    """Draw the downloads; each file is made when its button is pressed."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Report**", width="content", help="Of all that the filter lets through")
        method = st.selectbox(
            "Heat maps of the report", ["", *METHODS], key=Key.INSPECTIONS_MAP, label_visibility="collapsed", width=240,
            format_func=lambda name: METHODS[name].title if name else "Heat maps as judged", persist_state="session",
            help="Of doubtful and rejected photos that are kept",
        )  # fmt: skip
        for ending, kind in FORMS.items():
            st.download_button(
                _TITLES[ending], _report(store, wanted, ending, method), f"inspections{ending}", kind,
                on_click="ignore", icon=":material/description:", key=KeyOf.INSPECTIONS_REPORT(ending[1:]),
            )  # fmt: skip
        with st.popover("CSV", icon=":material/table_view:"):
            form = st.radio("Columns and decimals", list(CSV_FORMS), key=Key.INSPECTIONS_CSV, persist_state="session")
            st.download_button(
                "CSV", partial(_table, store, wanted, CSV_FORMS[form]), "inspections.csv", "text/csv",
                on_click="ignore", icon=":material/download:", key=Key.INSPECTIONS_CSV_FILE,
            )  # fmt: skip


def _report(store: InspectionStore, wanted: InspectionFilter, ending: str, method: str) -> Callable[[], bytes]:
    who = current_person()

    def make() -> bytes:
        pictures = partial(picture_of, photos=PhotoStore(), inspector_of=model_host().inspector, method=method)
        maps_by = METHODS[method].title if method else ""
        report = gather(store, wanted, picture_of=pictures, made_at=datetime.now(UTC), made_by=who, maps_by=maps_by)
        return report_bytes(report, ending, store.oldest_first(wanted))

    return make


def _table(store: InspectionStore, wanted: InspectionFilter, form: CsvForm) -> bytes:
    found = list(islice(store.oldest_first(wanted), MOST_ROWS))
    names = list(dict.fromkeys(name for stored in found for name in stored.record.p))
    table = CsvTable(names, form, stored=True)
    return table.header() + b"".join(table.line(n, stored.record) for n, stored in enumerate(found, start=1))
