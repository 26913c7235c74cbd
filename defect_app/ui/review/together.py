"""What several reviewers say of the same parts: how far they agree, and where they do not."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from defect_app.evaluation.appraisers import PairAgreement
from defect_app.evaluation.kappa import GOOD_FROM, POOR_BELOW, Kappa
from defect_app.inspections import StoredInspection
from defect_app.reviews import Answer, Review
from defect_app.reviews.queue import stored_inspections
from defect_app.reviews.settled import ReviewedPart, reviewed_parts, reviewer_agreement
from defect_app.ui.parts.tables import draw_table
from defect_app.ui.parts.text import as_text, name_as_text
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.review.pictures import stored_picture
from defect_app.ui.review.setting import ReviewSetting
from defect_app.ui.session import KeyOf

PAGE_SIZE = 12
NOBODY = "nobody named"
ANSWERS = {
    Answer.GOOD: ":green[:material/check_circle: good]",
    Answer.DEFECTIVE: ":red[:material/cancel: defective]",
    Answer.UNSURE: ":orange[:material/help: does not know]",
    Answer.UNUSABLE: ":gray[:material/broken_image: photo unusable]",
}
THUMB = (
    f"Rules of thumb: above {GOOD_FROM:g} agreement is good, below {POOR_BELOW:g} poor; 0 is what chance alone gives "
    "(AIAG MSA). Behind each value its 95 % interval."
)


def draw_together(setting: ReviewSetting) -> None:
    """Draw how far reviewers agree, and the parts on which they do not."""
    parts = reviewed_parts(setting.store.of_model(setting.entry.id))
    shared = [part for part in parts if len(part.reviews) > 1]
    if not shared:
        st.info(
            "No part was reviewed by two persons yet. Let a second person type their name and choose *Second look*.",
            icon=":material/group:",
        )
        return
    agreement = reviewer_agreement(parts)
    st.markdown(f"**{len(shared):,}** parts were reviewed by two persons or more. Fleiss' kappa over all: "
                f"**{as_text(agreement.among_all.words)}** {_reading(agreement.among_all)}")  # fmt: skip
    draw_pairs(agreement.pairs, "reviewers")
    disputed = [part for part in shared if part.disputed]
    st.header(f"Disagreements: {len(disputed):,}", anchor=False)
    if not disputed:
        st.caption("Wherever two persons decided, they decided alike.")
    draw_parts(setting, disputed, "disputed")


def draw_limit_samples(setting: ReviewSetting) -> None:
    """Draw the parts that nobody can decide: samples of where the limit lies."""
    parts = reviewed_parts(setting.store.of_model(setting.entry.id))
    limits = [part for part in parts if part.settled in (None, Answer.UNSURE)]
    st.caption(
        "Parts that nobody could decide, or that persons decided otherwise: limit samples. Talk them over, agree, and "
        "show them to whoever is new. An answer on the part takes it from here."
    )
    if not limits:
        st.info("There are none yet. Answer R, I don't know, where a part could be either.", icon=":material/help:")
    draw_parts(setting, limits, "limits")


def draw_pairs(pairs: Sequence[PairAgreement], name: str) -> None:
    """Draw Cohen's kappa of every two."""
    if not pairs:
        return
    table = pd.DataFrame(
        [(p.first or NOBODY, p.second or NOBODY, p.kappa.n, 100 * p.kappa.agreement, p.kappa.words, p.kappa.reading)
         for p in pairs],
        columns=["One", "The other", "Answers on the same part", "Alike %", "Cohen's kappa", "Reading"],
    )  # fmt: skip
    columns = {"Alike %": st.column_config.NumberColumn(format="%.1f")}
    draw_table(table, name, "How far every two agree", columns=columns)
    st.caption(as_text(THUMB))


def draw_parts(setting: ReviewSetting, parts: Sequence[ReviewedPart], name: str) -> None:
    """Draw parts with what everybody says of them, a page at a time."""
    pages = -(-len(parts) // PAGE_SIZE)
    page = min(st.pagination(pages, key=KeyOf.REVIEW_PAGE(name)), pages) if pages > 1 else 1
    shown = parts[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    inspections = stored_inspections(setting.store.database, [part.inspection for part in shown])
    grid = st.grid(min_column_width=220, gap="small")
    for part in shown:
        if part.inspection in inspections:
            with grid.container(border=True, gap="xsmall"):
                _draw_part(part, inspections[part.inspection])


def _draw_part(part: ReviewedPart, inspection: StoredInspection) -> None:
    record = inspection.record
    picture = stored_picture(record.sha256)
    if picture.jpeg:
        st.image(picture.jpeg, width="stretch", alt=f"Photo {record.file}")
    else:
        st.caption("No picture of it is kept.")
    st.markdown(f"Model: {LOOKS[record.verdict].markdown}")
    for review in part.reviews:
        st.markdown(_line(review))
    st.caption(name_as_text(record.file))


def _line(review: Review) -> str:
    note = f" “{as_text(review.note)}”" if review.note else ""
    return f"{as_text(review.who or NOBODY)}: {ANSWERS[review.answer]}{note}"


def _reading(kappa: Kappa) -> str:
    return f"({kappa.reading})" if kappa.reading else ""
