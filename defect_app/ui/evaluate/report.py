"""The Evaluate page as one HTML file to take away."""

from __future__ import annotations

import streamlit as st

from defect_app.evaluation.results import ThresholdResults
from defect_app.reports.evaluation_report import evaluation_report
from defect_app.ui.parts.model_evaluation import EvaluatedModel


def draw_report_download(model: EvaluatedModel, results: ThresholdResults) -> None:
    """Offer the report; it is made when the button is pressed."""
    st.download_button(
        "Report",
        lambda: evaluation_report(model.spec, model.entry.folder, results),
        f"{model.stem}-report.html",
        "text/html",
        icon=":material/description:",
        type="tertiary",
        on_click="ignore",
        help="All figures, curves and tables of these photos as one HTML file that needs no internet",
    )
