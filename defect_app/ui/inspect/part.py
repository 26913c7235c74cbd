"""Which part the photos show: typed, found in file names, or read from a code; and the verdicts of parts."""

from __future__ import annotations

import streamlit as st

from defect_app.errors import InvalidPartPattern
from defect_app.hosting.batch import Batch
from defect_app.inspections.part_pattern import PartPattern
from defect_app.inspections.part_verdicts import part_verdicts
from defect_app.ui.parts.text import as_text, name_as_text
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.session import Key

TRIED = 5
"""How many names a pattern is shown on."""
MOST_PARTS = 50


def choose_part(batch: Batch) -> None:
    """Draw the choice of the part, for what is judged from now on, and the verdicts of parts so far."""
    if batch.keeping is None:
        return
    with st.popover("Part", icon=":material/qr_code:", help="Which part the photos show: serial number or code"):
        typed = st.text_input(
            "All photos show the part", key=Key.INSPECT_PART, persist_state="session", max_chars=200,
            placeholder="Serial number",
        )  # fmt: skip
        text = st.text_input(
            "Or its number stands in the file's name", key=Key.INSPECT_PART_PATTERN, persist_state="session",
            max_chars=200, placeholder="{part}_*.jpg", help="{part} is the number, * is anything",
        )  # fmt: skip
        pattern = _pattern(text, [entry.record.file for entry in batch.entries]) if text else None
        codes = st.toggle(
            "Or a code in the photo says it", key=Key.INSPECT_PART_CODES, persist_state="session",
            help="QR, Data Matrix and bar codes. Reading takes some milliseconds a photo.",
        )  # fmt: skip
        st.caption("Counts for photos that come from now on.")
    batch.keeping.parts_are((typed or "").strip(), pattern.part_of if pattern else None, reads_codes=codes)
    _draw_parts(batch)


def _pattern(text: str, names: list[str]) -> PartPattern | None:
    try:
        pattern = PartPattern(text)
    except InvalidPartPattern as error:
        st.warning(as_text(f"{error} {error.remedy}"), icon=":material/warning:")
        return None
    found = [(name, pattern.part_of(name)) for name in names]
    if found:
        st.caption(f"Finds a part in {sum(bool(part) for _, part in found)} of the {len(found)} names here:")
    for name, part in found[:TRIED]:
        st.caption(f"{name_as_text(name)} → {as_text(part) if part else '*nothing*'}")
    return pattern


def _draw_parts(batch: Batch) -> None:
    parts = part_verdicts(entry.record for entry in batch.entries)
    if not parts:
        return
    with st.expander(f"{len(parts)} {'part' if len(parts) == 1 else 'parts'}", icon=":material/deployed_code:"):
        st.caption("The worst verdict of a part's photos is the part's.")
        for one in parts[:MOST_PARTS]:
            photos = f"{one.photos} {'photo' if one.photos == 1 else 'photos'}"
            st.markdown(f"{LOOKS[one.verdict].markdown} {as_text(one.part)} · {photos}")
