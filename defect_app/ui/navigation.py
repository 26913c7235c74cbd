"""The frame of every page: tab title, logo and the menu."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

ASSETS = Path(__file__).resolve().parents[2] / "assets"


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
    MenuEntry("pages/evaluate.py", "Evaluate", ":material/query_stats:", "Understand the models"),
    MenuEntry("pages/compare.py", "Compare", ":material/compare_arrows:", "Understand the models"),
    MenuEntry("pages/explain.py", "Explain", ":material/lightbulb:", "Understand the models"),
    MenuEntry("pages/thresholds.py", "Thresholds", ":material/tune:", "Decide"),
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
    with st.sidebar:
        group = ""
        for entry in MENU:
            if entry.group and entry.group != group:
                st.caption(entry.group)
            group = entry.group
            st.page_link(entry.script, label=entry.title, icon=entry.icon, width="stretch")
