"""What disturbed photos do to the verdicts: light, blur, noise, compression, mounting, at five strengths each."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from defect_app.catalog import weights_sha256
from defect_app.decision import threshold_text
from defect_app.evaluation.robustness import by_disturbance, disturbed_figures, read_robustness, robustness_sentence
from defect_app.figures.robustness import robustness_figure
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.tables import draw_table, file_name
from defect_app.ui.parts.text import as_text


def draw_robustness(model: EvaluatedModel) -> None:
    """Draw a curve for each disturbance and the table behind them.

    Raises
    ------
    DefectLensError
        If what is stored cannot be read.
    """
    entry = model.entry
    stored = read_robustness(entry.folder)
    if stored is None or stored.origin.model_sha256 != weights_sha256(entry.folder):
        of_another = "" if stored is None else "What is stored is of another version of this model. "
        st.info(
            f"{of_another}This was not measured for {as_text(model.title)}. Measure it with", icon=":material/info:"
        )
        st.code(f"python -m defect_app evaluate {entry.id} --robustness", language="bash")
        return
    origin, figures = stored.origin, disturbed_figures(stored)
    st.markdown(f"### {as_text(robustness_sentence(figures))}")
    plain = figures[0]
    lines = f"review from {threshold_text(origin.review_at)}, reject from {threshold_text(origin.reject_at)}"
    st.caption(
        as_text(
            f"{plain.right.n} test photos, {plain.false_pass.n} of them defective, drawn by seed {origin.seed}: too "
            f"few for small shares, see the bands (95 % intervals). Each was disturbed, saved and judged whole at the "
            f"default point ({lines}). What counts is that a disturbed defect goes to a person rather than pass."
        )
    )
    grid = st.grid(3, min_column_width=320, gap="medium")
    for name, course in by_disturbance(figures).items():
        with grid.container():
            st.markdown(f"**{as_text(name)}**")
            drawn = robustness_figure(course, origin.amounts[name], origin.units.get(name, ""))
            draw_chart(drawn, f"{entry.id}-robustness-{file_name(name)}", f"Shares of verdicts: {name.lower()}")
    rows = [
        {
            "Disturbance": f.name,
            "Strength": f.strength,
            "Right": f"{f.right.count} of {f.right.n}",
            "Defective parts that pass": f"{f.false_pass.count} of {f.false_pass.n}",
            "To review": f"{f.to_review.count} of {f.to_review.n}",
            "Good parts that pass": f"{f.good_passed.count} of {f.good_passed.n}",
        }
        for f in figures
    ]
    draw_table(pd.DataFrame(rows), f"{entry.id}-robustness", "Verdicts on disturbed photos")
