"""The frame of every page: tab title, logo and the menu."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app import paths
from defect_app.ui.parts.page_frame import draw_page_frame
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.tour import draw_tour, draw_tour_start
from defect_app.ui.visitors import visitor_name, visitor_role

ASSETS = paths.ASSETS


@dataclass(frozen=True)
class MenuEntry:
    """One page in the menu."""

    script: str
    title: str
    icon: str
    group: str = ""


MENU = (
    MenuEntry("streamlit_app.py", "Home", ":material/home:"),
    MenuEntry("pages/inspect.py", "Inspect", ":material/search_check:", "Judge parts"),
    MenuEntry("pages/review.py", "Review", ":material/rate_review:", "Judge parts"),
    MenuEntry("pages/inspections.py", "Inspections", ":material/inventory_2:", "Judge parts"),
    MenuEntry("pages/teach.py", "Teach", ":material/school:", "Make a model"),
    MenuEntry("pages/evaluate.py", "Evaluate", ":material/query_stats:", "Understand the models"),
    MenuEntry("pages/compare.py", "Compare", ":material/compare_arrows:", "Understand the models"),
    MenuEntry("pages/studies.py", "Studies", ":material/experiment:", "Understand the models"),
    MenuEntry("pages/explain.py", "Explain", ":material/lightbulb:", "Understand the models"),
    MenuEntry("pages/thresholds.py", "Thresholds", ":material/tune:", "Decide"),
    MenuEntry("pages/lessons.py", "Lessons", ":material/co_present:", "Learn"),
    MenuEntry("pages/glossary.py", "Glossary", ":material/menu_book:", "Learn"),
)


def open_page(title: str) -> None:
    """Set the tab's title and draw the menu; the first call of every page.

    Parameters
    ----------
    title : str
        The page's name.
    """
    # A material icon would be fetched from the internet for the tab; our own picture is not.
    st.set_page_config(page_title=f"{title} · Defect Lens", page_icon=str(ASSETS / "logo-mark.svg"), layout="wide")
    st.logo(str(ASSETS / "logo.svg"), size="large", icon_image=str(ASSETS / "logo-mark.svg"))
    draw_page_frame()
    with st.sidebar:
        group = ""
        for entry in MENU:
            if entry.group and entry.group != group:
                st.caption(entry.group)
            group = entry.group
            st.page_link(entry.script, label=entry.title, icon=entry.icon, width="stretch")
        draw_tour_start()
        _draw_visitor()
    draw_tour(title)


def _draw_visitor() -> None:
    """Say who signed in, and offer the way out."""
    if name := visitor_name():
        st.caption("Signed in")
        st.markdown(f":material/person: {as_text(name)} ({visitor_role()})")
        # Streamlit's own links open another tab.
        st.html('<a href="sign-out" target="_self" style="color: inherit">Sign out</a>')
