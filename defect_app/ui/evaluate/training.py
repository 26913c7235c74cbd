"""How a model was trained: its curves, and what they say."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.evaluation.training_history import read_history
from defect_app.figures.curves import history_figure
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.text import as_text


def draw_training(model: EvaluatedModel) -> None:
    """Draw loss and accuracy by epoch with one line of reading."""
    try:
        history = read_history(model.entry.folder)
    except DefectLensError as error:
        st.info(f"{as_text(str(error))} {as_text(error.remedy)}", icon=":material/info:")
        return
    st.markdown(f"### {as_text(history.sentence)}")
    table = pd.DataFrame({"epoch": history.epoch, "training loss": history.loss,
                          "validation loss": history.validation_loss,
                          "validation accuracy": history.validation_accuracy})  # fmt: skip
    draw_chart(history_figure(history), f"{model.entry.id}-history", "Loss and accuracy by epoch", table=table)
    best = f"Validation loss was lowest at epoch {history.best_epoch}. " if history.best_epoch else ""
    st.caption(
        f"{best}Loss is what training lessens; on the validation photos, which it does not learn from, it shows what "
        "new photos will meet. Losses of the two kinds differ where training adds augmentation or regularisation."
    )
