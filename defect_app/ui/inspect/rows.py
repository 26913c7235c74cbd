"""The table of a batch: one row a file, those that wait among them; a click on a row opens its photo."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from defect_app.catalog import ModelSpec
from defect_app.hosting.batch import BatchEntry
from defect_app.inspection.record import NOT_JUDGED, InspectionRecord
from defect_app.intake import visible_name
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.session import Key

FOLDER = Path(__file__).parent
NOT_KNOWN = "not known"
"""The likely class of a photo that is unlike those the model knows."""

_COMPONENT = st.components.v2.component(
    "defect_lens_rows",
    html=(
        '<div class="inspect-rows-frame"><div class="inspect-rows-scroll" tabindex="0">'
        '<table class="inspect-rows"></table>\n</div></div>'
    ),
    css=(FOLDER / "rows.css").read_text(encoding="utf-8"),
    js=(FOLDER / "rows.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Row:
    """One file as the table shows it.

    Attributes
    ----------
    number : int
        As in the CSV and in the overlays' names.
    file, name : str
        The name that no other file of the batch is shown under; the whole name.
    verdict, colour : str
        The verdict's word and the colour that goes with it.
    score : float or None
        Of a defect, or of the best label; in [0, 1]; None where none means anything.
    label, reason : str
        The likely class, and why this verdict.
    photo : str
        A small picture as a data URL; empty where there is none.
    judged : bool
        Whether there is something to open.
    """

    number: int
    file: str
    name: str
    verdict: str
    colour: str
    score: float | None
    label: str
    reason: str
    photo: str = ""
    judged: bool = True


def row_of(entry: BatchEntry, spec: ModelSpec, shown_name: str) -> Row:
    """Return the row of a judged or refused file."""
    row = _row(entry.number, entry.record, spec, shown_name)
    if not entry.thumbnail_jpeg:
        return row
    url = "data:image/jpeg;base64," + base64.b64encode(entry.thumbnail_jpeg).decode()
    return Row(**{**asdict(row), "photo": url})


def waiting_row(number: int, record: InspectionRecord, spec: ModelSpec, shown_name: str) -> Row:
    """Return the row of a file that waits."""
    return _row(number, record, spec, shown_name)


def draw_rows(rows: Sequence[Row], spec: ModelSpec, opened: Callable[[int], None]) -> None:
    """Draw the table.

    Parameters
    ----------
    rows : sequence of Row
        In the order to show.
    spec : ModelSpec
        The model.
    opened : callable
        Is given the number of the file whose row was clicked, before the page runs.
    """

    def clicked() -> None:
        sent = st.session_state[Key.INSPECT_ROWS].get("opened")
        number = sent.get("number") if isinstance(sent, Mapping) else None
        if isinstance(number, int) and any(row.number == number and row.judged for row in rows):
            opened(number)

    inspection = spec.task == "inspection"
    headings = [
        ("number", "No."),
        ("photo", "Photo"),
        ("file", "File"),
        ("verdict", "Verdict"),
        ("score", "Defect score" if inspection else "Confidence"),
        ("label", "Likely class"),
        ("reason", "Reason"),
    ]
    data = {
        "alt": "One row for each photo: its verdict, score, likely class and reason",
        "headings": headings,
        "rows": [asdict(row) for row in rows],
    }
    _COMPONENT(key=Key.INSPECT_ROWS, data=data, on_opened_change=clicked)


def best_score(record: InspectionRecord) -> float | None:
    """Return the score of a defect, or of the best label; None where none means anything.

    That is so for a file that was not judged, and for a photo that the model does not know.
    """
    if record.familiar is False:
        return None
    return record.p_defect if record.p_defect is not None else max(record.p.values(), default=None)


def _row(number: int, record: InspectionRecord, spec: ModelSpec, shown_name: str) -> Row:
    look = LOOKS[record.verdict]
    return Row(
        number,
        shown_name,
        visible_name(record.file),
        look.word,
        look.colour,
        best_score(record),
        NOT_KNOWN if record.familiar is False else _title(spec, record.label),
        record.reason,
        judged=record.verdict != NOT_JUDGED,
    )


def _title(spec: ModelSpec, label: str | None) -> str:
    if label is None:
        return ""
    return spec.title_of(label) if label in spec.class_names else label
