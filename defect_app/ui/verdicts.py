"""How a verdict looks everywhere: a word, a colour and an icon."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.decision import Verdict
from defect_app.inspection_record import REJECTED_FILE


@dataclass(frozen=True)
class VerdictLook:
    """Word, colour, icon and the next step of a verdict."""

    word: str
    colour: str
    icon: str
    what_to_do: str

    @property
    def markdown(self) -> str:
        """Icon and word in colour, for labels and captions."""
        return f":{self.colour}[:material/{self.icon}: **{self.word}**]"


LOOKS: dict[str, VerdictLook] = {
    Verdict.REJECT: VerdictLook("REJECT", "red", "cancel", "Set the part aside as defective."),
    Verdict.REVIEW: VerdictLook(
        "REVIEW", "orange", "visibility", "Have a person look at the part, or take a better photo."
    ),
    Verdict.PASS: VerdictLook("PASS", "green", "check_circle", "The part may go on."),
    Verdict.UNSURE: VerdictLook("UNSURE", "orange", "help", "Do not rely on the label; try a closer or sharper photo."),
    Verdict.ACCEPT: VerdictLook("RECOGNISED", "green", "check_circle", "Read the label beside its confidence."),
    REJECTED_FILE: VerdictLook("NOT USABLE", "gray", "broken_image", "See the remedy, and drop the photo again."),
}
"""Worst first: the order of summaries, filters and the most suspicious photos."""


def verdict_badge(verdict: str) -> None:
    """Draw a verdict as a badge."""
    look = LOOKS[verdict]
    st.badge(look.word, icon=f":material/{look.icon}:", color=look.colour)  # type: ignore[arg-type]


def severity(verdict: str) -> int:
    """Return a verdict's rank, 0 for the worst."""
    return list(LOOKS).index(verdict)
