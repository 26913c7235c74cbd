"""Photos on their way into the batch of the page, whichever way they came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

from defect_app.hosting.batch import Batch
from defect_app.intake import PhotoFile
from defect_app.ui.inspect.held_batch import keep_batch
from defect_app.ui.parts.handing_over import take_handed

FEW_PHOTOS_S = 0.3


def judge_arrived(batch: Batch, files: Sequence[PhotoFile], *, continues: bool = False) -> NoReturn:
    """Have a batch judge what came, and draw the page anew; `continues` as `Batch.add` has it.

    Call it when the batch knows who judges, which part it is and in which frames.
    """
    keep_batch(batch, continues=continues)
    batch.add(files, continues=continues)
    # A few photos are judged sooner than a progress bar is drawn.
    batch.wait(FEW_PHOTOS_S)
    # Streamlit looks here whether another page was asked for meanwhile; the rerun would overtake that.
    st.empty()
    st.rerun()


def judge_handed_over(batch: Batch) -> None:
    """Judge the photos that another page or product handed over to this batch's model, if there are such."""
    files = take_handed(batch.inspector.spec.id)
    if files:
        judge_arrived(batch, files)
