"""Training and validation curves of a study's variants, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from defect_app.evaluation.training_history import TrainingHistory
from defect_app.figures.curves import history_figure
from defect_app.studies.outcome import mean_course
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.tables import file_name
from defect_app.ui.parts.text import as_text
from defect_app.ui.studies.choices import ShownStudy


def draw_course(shown: ShownStudy) -> None:
    """Draw loss and accuracy by epoch for each variant, the mean over its trainings."""
    runs = shown.result.origin.runs
    if not runs:
        st.info("Nothing was trained for this study.", icon=":material/info:")
        return
    st.caption(
        "Each curve is the mean over the folds. A validation loss that rises while the training loss falls is "
        "overfitting. Heights of the losses can be compared between variants of the same loss only."
    )
    grid = st.grid(3, min_column_width=320, gap="medium")
    for variant in shown.study.variants:
        course = mean_course(runs, variant.name)
        history = TrainingHistory(
            np.array([e.epoch for e in course]),
            np.array([e.loss for e in course]),
            np.array([e.validation_loss for e in course]),
            np.array([e.validation_accuracy for e in course]),
        )
        with grid.container():
            st.markdown(f"**{as_text(variant.name)}**")
            name = f"{shown.study.name}-{file_name(variant.name)}-course"
            table = pd.DataFrame([vars(epoch) for epoch in course])
            draw_chart(history_figure(history), name, f"Loss and accuracy by epoch of {variant.name}", table=table)
            st.caption(as_text(history.sentence))
