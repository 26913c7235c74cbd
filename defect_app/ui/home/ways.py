"""Three ways on from Home: inspect, decide, understand."""

from __future__ import annotations

import streamlit as st

_WAYS = (
    (
        "Inspect",
        "Verdicts for photos of parts, and a second look at the doubtful ones.",
        (("pages/inspect.py", "Inspect parts", ":material/search_check:"),
         ("pages/review.py", "Review doubtful ones", ":material/rate_review:")),
    ),
    (
        "Decide",
        "Where review and rejection begin, what escapes and what it costs.",
        (("pages/thresholds.py", "Place the line", ":material/tune:"),
         ("pages/compare.py", "Compare models", ":material/compare_arrows:")),
    ),
    (
        "Understand",
        "What a model sees, how good it is, and what misleads.",
        (("pages/lessons.py", "Walk a lesson", ":material/co_present:"),
         ("pages/explain.py", "Explain a verdict", ":material/lightbulb:")),
    ),
)  # fmt: skip


def draw_ways() -> None:
    """Draw the three ways, each with its pages."""
    grid = st.grid(3, min_column_width=225, gap="small")
    for title, text, pages in _WAYS:
        with grid.container(border=True, gap="xsmall", height="stretch"):
            st.markdown(f"**{title}**")
            st.caption(text)
            for script, label, icon in pages:
                st.page_link(script, label=label, icon=icon)
