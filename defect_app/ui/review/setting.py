"""What a person reviews and how: whose answers, of which model, from which queue, blind or not."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.catalog import CatalogEntry, ModelSpec
from defect_app.reviews import ReviewStore
from defect_app.reviews.audits import Audit, latest_audit
from defect_app.reviews.queue import Queue
from defect_app.ui.parts.person import person_field
from defect_app.ui.recording import current_person
from defect_app.ui.session import Key

TITLES = {
    Queue.ALL: "All in turn",
    Queue.DOUBTFUL: "Doubtful",
    Queue.AUDIT: "Audit",
    Queue.SECOND_LOOK: "Second look",
}
_QUEUE_HELP = (
    "All in turn: the doubtful parts first, then those drawn for the audit. Audit: a random sample of passed and "
    "rejected parts, which says how many defects escape. Second look: parts that others have answered and you have not."
)
_BLIND_HELP = (
    "The model's answer stays hidden until you have given yours: whoever sees it first tends to agree with it. Names "
    "of files are hidden too."
)


@dataclass(frozen=True)
class ReviewSetting:
    """What a person reviews.

    Attributes
    ----------
    store : ReviewStore
        The reviews.
    entry, spec : CatalogEntry, ModelSpec
        The model whose verdicts are looked at.
    who : str
        Whoever looks; empty where nobody typed a name.
    queue : Queue
        Which parts.
    blind : bool
        Whether the model's answer is hidden.
    audit : Audit or None
        The one that was drawn last.
    """

    store: ReviewStore
    entry: CatalogEntry
    spec: ModelSpec
    who: str
    queue: Queue
    blind: bool
    audit: Audit | None


def choose_setting(store: ReviewStore, entry: CatalogEntry, spec: ModelSpec) -> ReviewSetting:
    """Draw the choices and return them."""
    with st.container(width=200):
        person_field()
    queue = st.segmented_control(
        "Which parts", list(Queue), format_func=TITLES.__getitem__, default=Queue.ALL, required=True,
        key=Key.REVIEW_QUEUE, persist_state="session", help=_QUEUE_HELP,
    )  # fmt: skip
    blind = st.toggle("Blind", key=Key.REVIEW_BLIND, persist_state="session", help=_BLIND_HELP)
    audit = latest_audit(store.database, entry.id)
    return ReviewSetting(store, entry, spec, current_person(), Queue(queue or Queue.ALL), blind, audit)
