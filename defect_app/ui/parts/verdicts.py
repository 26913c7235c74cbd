"""How a verdict looks everywhere: a word, a colour and an icon."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.decision import Verdict
from defect_app.inspection.record import NOT_JUDGED, REJECTED_FILE


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
    # Not the green of a part that may go on: a name is no verdict on a part.
    Verdict.ACCEPT: VerdictLook("RECOGNISED", "blue", "label", "Read the label beside its confidence."),
    REJECTED_FILE: VerdictLook("NOT USABLE", "gray", "broken_image", "See the remedy, and drop the photo again."),
    NOT_JUDGED: VerdictLook("NOT JUDGED", "gray", "hourglass_empty", "Go on with the batch."),
}
"""Worst first: the order of summaries and filters."""
_BY_ATTENTION = (
    Verdict.REVIEW,
    Verdict.UNSURE,
    Verdict.REJECT,
    REJECTED_FILE,
    Verdict.PASS,
    Verdict.ACCEPT,
    NOT_JUDGED,
)


def unguarded(n_classes: int) -> str:
    """Say of a model that remembers no training photos what that means, as plain text.

    Parameters
    ----------
    n_classes : int
        How many things it knows.
    """
    return f"This model has no guard: it names one of its {n_classes:,} things whatever the photo shows."


def verdict_badge(verdict: str) -> None:
    """Draw a verdict as a badge."""
    look = LOOKS[verdict]
    st.badge(look.word, icon=f":material/{look.icon}:", color=look.colour)  # type: ignore[arg-type]


def attention(verdict: str) -> int:
    """Return a verdict's rank by who needs a person: doubtful photos, then rejected ones, then the rest."""
    return _BY_ATTENTION.index(verdict)


def coloured_word(word: object) -> str:
    """Return the style of a table's cell that holds a verdict's word."""
    colour = next((look.colour for look in LOOKS.values() if look.word == word), "gray")
    shade = {"red": "#d9383e", "orange": "#c9720f", "green": "#1f9356", "blue": "#2f76c4", "gray": "#7a8a93"}[colour]
    return f"color: {shade}; font-weight: 600"
