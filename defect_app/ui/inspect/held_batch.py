"""The batch of the page: kept for the tab, found again after a reload by its key, cleared with a way back."""

from __future__ import annotations

import streamlit as st

from defect_app.hosting.batch import Batch
from defect_app.hosting.open_batches import OPEN_BATCHES
from defect_app.inspection import Inspector
from defect_app.points import PointInUse
from defect_app.ui.recording import page_keeping
from defect_app.ui.resources import model_host
from defect_app.ui.session import Address, Key, inspected_batches


def held_batch(loaded: Inspector, in_use: PointInUse) -> Batch:
    """Return the batch that this tab works with, else the one that the address names, else a new one."""
    version, batches = loaded.spec.version, inspected_batches()
    key = st.query_params.get(Address.BATCH)
    if version not in batches:
        found = OPEN_BATCHES.get(key, version) if key else None
        batches[version] = found or Batch(loaded, in_use.point, model_host(), page_keeping())
        if key and found is None:
            _draw_gone()
    batch = batches[version]
    batch.apply(in_use.point)
    _write_key(OPEN_BATCHES.add(batch) if batch.progress().total else None)
    return batch


def keep_batch(batch: Batch, *, continues: bool = False) -> None:
    """Hold a batch that is about to get photos, so that a reload finds it; what was cleared before is let go.

    The first photo of a drop is the one to show; further handfuls of it, which continue it, change nothing there.
    """
    st.session_state.pop(Key.INSPECT_CLEARED, None)
    if not continues:
        st.session_state[Key.INSPECT_NEWEST] = len(batch.entries)
    OPEN_BATCHES.add(batch)


def draw_clear(batch: Batch) -> None:
    """Draw the button that empties the page; it can be undone until the next photo comes."""
    if st.button("Clear", icon=":material/delete_sweep:", help="Take these photos off the page and start anew"):
        batch.stop()
        st.session_state[Key.INSPECT_CLEARED] = batch
        inspected_batches().pop(batch.inspector.spec.version, None)
        st.session_state.pop(Key.INSPECT_SELECTED, None)
        _write_key(None)
        st.rerun()


def draw_undo(batch: Batch) -> None:
    """Offer to bring back what was cleared."""
    cleared: Batch | None = st.session_state.get(Key.INSPECT_CLEARED)
    version = batch.inspector.spec.version
    if cleared is None or cleared.inspector.spec.version != version:
        return
    photos = cleared.progress().total
    words, button = st.columns([5, 1], vertical_alignment="center")
    words.info(f"{photos} {'photo was' if photos == 1 else 'photos were'} cleared.", icon=":material/delete_sweep:")
    if button.button("Undo", icon=":material/undo:", key=Key.INSPECT_UNDO, width="stretch"):
        inspected_batches()[version] = cleared
        st.session_state.pop(Key.INSPECT_CLEARED)
        st.rerun()


def _draw_gone() -> None:
    st.warning(
        "The photos that this address stands for are no longer held on the page: the server was started anew, or many "
        "others came since. Records that were stored are kept.",
        icon=":material/history:",
    )


def _write_key(key: str | None) -> None:
    if key is None:
        if Address.BATCH in st.query_params:
            del st.query_params[Address.BATCH]
    elif st.query_params.get(Address.BATCH) != key:
        st.query_params[Address.BATCH] = key
