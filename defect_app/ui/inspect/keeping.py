"""What is kept of a batch: who judges, whether all of it is stored, and the way back to the last one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice

import streamlit as st

from defect_app.catalog import ModelSpec
from defect_app.errors import RecordsUnavailable
from defect_app.hosting.batch import MOST_FILES, Batch
from defect_app.hosting.restored_batch import restored_entries
from defect_app.inspections import InspectionFilter, Source, StoredInspection
from defect_app.ui.inspect.held_batch import keep_batch
from defect_app.ui.inspect.part import choose_part
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.person import person_field
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.recording import current_person, inspection_store
from defect_app.ui.session import Address, Key

OFFERED_FOR = timedelta(days=3)
"""The last batch is offered for so long."""
PAGE = "pages/inspections.py"


def draw_keeping(batch: Batch, spec: ModelSpec) -> None:
    """Draw what a person must know of what is kept; nothing where the settings keep nothing."""
    if batch.keeping is None:
        return
    batch.keeping.judged_for(current_person())
    storing = batch.storing
    if storing.problem:
        _draw_problem(batch)
    choose_part(batch)
    if not batch.progress().total:
        _offer_last_batch(spec, batch)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        person_field()
        if storing.stored:
            on_the_way = f", {storing.on_the_way} on the way" if storing.on_the_way else ""
            query = [(Address.OF_BATCH, batch.keeping.origin.batch)]
            st.page_link(
                PAGE, label=f"{storing.stored} stored{on_the_way}", icon=":material/inventory_2:", query_params=query,
                help="Open this batch among the stored inspections",
            )  # fmt: skip


def _draw_problem(batch: Batch) -> None:
    storing = batch.storing
    if not storing.failed:
        st.warning(as_text(storing.problem), icon=":material/no_photography:")
        return
    one = storing.failed == 1
    said = f"{storing.failed} {'verdict is' if one else 'verdicts are'} not stored. "
    st.warning(f"{said}{as_text(storing.problem)} They stay on this page.", icon=":material/save:")
    if st.button("Store them now", icon=":material/save:", key=Key.INSPECT_STORE_AGAIN):
        storing.try_again()
        st.rerun()


def _offer_last_batch(spec: ModelSpec, batch: Batch) -> None:
    """Offer the last batch of this model: a page that is loaded anew, or an app that is started anew, lost its own."""
    try:
        last = _last_inspection(spec.id)
        counts = inspection_store().count_verdicts(InspectionFilter(batch=str(last.record.batch))) if last else {}
    except RecordsUnavailable:
        return  # the warning about the operating point says so already
    if last is None:
        return
    moment = last.judged_at.astimezone()
    when = f"{moment:%d %b, %H:%M}"
    said = ", ".join(f"{counts[verdict]} {look.word}" for verdict, look in LOOKS.items() if counts.get(verdict))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":material/history: The last batch, of {when}: {said}.", width="content")
        if st.button(
            f"Go on with the batch of {moment:%H:%M}", icon=":material/play_circle:", key=Key.INSPECT_RESTORE,
            help="Its verdicts come back to this page, and what you add is stored with it",
        ) and _restore(batch, str(last.record.batch)):  # fmt: skip
            st.rerun()
        st.page_link(
            PAGE,
            label="Open it",
            icon=":material/arrow_forward:",
            query_params=[(Address.OF_BATCH, str(last.record.batch))],
        )


def _restore(batch: Batch, name: str) -> bool:
    assert batch.keeping is not None, "only what is kept is offered"
    try:
        stored = islice(inspection_store().oldest_first(InspectionFilter(batch=name)), MOST_FILES)
        entries = restored_entries(stored, batch.inspector.spec, batch.point, batch.keeping.photos)
    except RecordsUnavailable as error:
        draw_error(error)
        return False
    if not batch.restore(entries):
        return False
    batch.keeping.go_on_with(name)
    keep_batch(batch)
    return True


def _last_inspection(model_id: str) -> StoredInspection | None:
    wanted = InspectionFilter(
        model=model_id, source=Source.PAGE, who=current_person(), since=datetime.now(UTC) - OFFERED_FOR
    )
    return next(iter(inspection_store().page(wanted, size=1).inspections), None)
