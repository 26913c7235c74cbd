"""Says what an address asks for and the page cannot show: nothing falls back to something else in silence."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from defect_app.catalog.thresholds import threshold_text
from defect_app.ui.parts.text import as_code
from defect_app.ui.session import Address


def draw_unread_thresholds(given: Mapping[Address, str | None], shown: Mapping[Address, float]) -> None:
    """Warn of thresholds in the address that are no numbers from 0 to 1, or stand the wrong way round.

    Parameters
    ----------
    given : mapping of Address to str or None
        What the address says for each; None where it says nothing.
    shown : mapping of Address to float
        What the page shows instead.
    """
    asked = {name: text for name, text in given.items() if text is not None and name in shown}
    wrong = {name: text for name, text in asked.items() if not _is_probability(text)}
    for name, text in wrong.items():
        _warn(f"{name} = {as_code(text)}", f"which is no number from 0 to 1; {threshold_text(shown[name])} is shown")
    review, reject = asked.get(Address.REVIEW), asked.get(Address.REJECT)
    if not wrong and review is not None and reject is not None and float(review) > float(reject):
        _warn(
            f"review = {as_code(review)} above reject = {as_code(reject)}",
            f"which cannot be; both are shown at {threshold_text(shown[Address.REVIEW])}",
        )


def draw_unread_choice(name: Address, asked: str | None, shown: str) -> None:
    """Warn of a choice in the address that the page does not have."""
    if asked is not None and asked != shown:
        _warn(f"{name} = {as_code(asked)}", f"which is not here; {as_code(shown)} is shown")


def _warn(asked: str, instead: str) -> None:
    st.warning(f"The address asks for {asked}, {instead}.", icon=":material/link_off:")


def _is_probability(text: str) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return math.isfinite(number) and 0.0 <= number <= 1.0
