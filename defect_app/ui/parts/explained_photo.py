"""The photo that the Explain page is about, and the way there from other pages."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.hosting.batch_entry import BatchEntry
from defect_app.hosting.original_files import ORIGINALS
from defect_app.inspection.framing import Frame
from defect_app.intake import content_hash
from defect_app.ui.session import Address, Key, KeyOf

FROM_INSPECT = "inspect"


@dataclass(frozen=True)
class ExplainedPhoto:
    """A file to explain.

    Attributes
    ----------
    name : str
        As given: data, to be escaped on screen.
    data : bytes
        The whole file.
    sha256 : str
        Of the file: its identity in caches.
    note : str
        What a reader should know about it; may be empty.
    frame : Frame or None
        The part of it that was judged where it comes from, in upright pixels; None is what the model chooses.
    is_own : bool
        Whether a person dropped it here, so that it is judged in the frames that are saved for the product.
    """

    name: str
    data: bytes
    sha256: str
    note: str = ""
    frame: Frame | None = None
    is_own: bool = False

    @classmethod
    def of(cls, name: str, data: bytes, note: str = "", frame: Frame | None = None) -> ExplainedPhoto:
        """Take a file by its bytes."""
        return cls(name, data, content_hash(data), note, frame)


def photo_of(entry: BatchEntry) -> ExplainedPhoto:
    """Return the file of a judged photo: another encoding of it may get another answer.

    Where it is not held any more, since much was judged after it, the picture for the screen takes its place.
    """
    name, original = entry.record.file, ORIGINALS.get(entry.record.sha256)
    note = "The file is not held any more: this is the picture for the screen, which may get another answer."
    if original:
        return ExplainedPhoto.of(name, original, frame=entry.record.frame)
    return ExplainedPhoto.of(name, entry.shown_jpeg, note)


def explain_entry(entry: BatchEntry) -> None:
    """Hand a judged photo over and open the Explain page with the model in use; for a button of another page."""
    st.session_state[Key.EXPLAIN_HANDED_OVER] = photo_of(entry)
    st.session_state[KeyOf.SHARED_ADDRESS(Address.SOURCE)] = FROM_INSPECT
    st.switch_page("pages/explain.py")


def handed_over() -> ExplainedPhoto | None:
    """Return the photo that another page handed over, or None."""
    photo = st.session_state.get(Key.EXPLAIN_HANDED_OVER)
    return photo if isinstance(photo, ExplainedPhoto) else None
