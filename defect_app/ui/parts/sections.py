"""Sections of a page as tabs, of which only the open one is computed and drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.session import Address


def draw_sections(key: Address, sections: Mapping[str, Callable[[], None]]) -> None:
    """Draw tabs; the address remembers which is open, and what goes wrong in a section is said in its place.

    Parameters
    ----------
    key : Address
        The parameter of the address.
    sections : mapping
        Title to what draws the section.
    """
    tabs = st.tabs(list(sections), key=key, on_change="rerun", bind="query-params")
    for tab, draw in zip(tabs, sections.values(), strict=True):
        if tab.open:
            with tab:
                try:
                    draw()
                except DefectLensError as error:
                    draw_error(error)
