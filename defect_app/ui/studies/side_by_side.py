"""A study's variants side by side: figures with intervals, paired tests, and what each costs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from defect_app.evaluation.intervals import Proportion
from defect_app.figures.comparisons import proportions_figure
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.tables import draw_table
from defect_app.ui.parts.text import as_text
from defect_app.ui.studies.choices import ShownStudy


def draw_figures(shown: ShownStudy) -> None:
    """Draw the table of figures and a chart for each with its intervals."""
    rows = []
    for f in shown.outcome.figures:
        row = {"Variant": f.facts.name, "Right": _share(f.accuracy)}
        if shown.outcome.inspection:
            row |= {"Defective parts found": _share(f.defects_found), "Good parts kept": _share(f.good_kept)}
        row |= {"Mean F1": f"{f.macro_f1:.3f}", "Mean confidence": f"{f.confidence:.3f}", "Changed": f.facts.what}
        if len(f.accuracy_by_seed) > 1:
            row["Right, by seed"] = ", ".join(f"{100 * share:.1f} %" for share in f.accuracy_by_seed)
        rows.append(row)
    draw_table(pd.DataFrame(rows), f"{shown.study.name}-figures", "Figures of each variant")
    st.caption("Ranges are 95 % intervals. Every photo is judged by a network that has not seen it.")
    charts = [("Right", "Share of all photos", [(f.facts.name, f.accuracy) for f in shown.outcome.figures])]
    if shown.outcome.inspection:
        found = [(f.facts.name, f.defects_found) for f in shown.outcome.figures]
        kept = [(f.facts.name, f.good_kept) for f in shown.outcome.figures]
        charts = [("Defective parts found", "Share of defective parts", found),
                  ("Good parts kept", "Share of good parts", kept), *charts]  # fmt: skip
    grid = st.grid(min(3, max(2, len(charts))), min_column_width=320, gap="medium")
    for title, axis, named in charts:
        with grid.container():
            st.markdown(f"**{title}**")
            name = f"{shown.study.name}-{title.lower().replace(' ', '-')}"
            draw_chart(proportions_figure(named, axis), name, f"{title}, of each variant")


def draw_tests(shown: ShownStudy) -> None:
    """Draw McNemar's tests against the first variant, corrected for their number."""
    first = shown.study.variants[0].name
    if not shown.outcome.tests:
        st.info("The variants were measured on different photos: no test compares them.", icon=":material/info:")
        return
    st.caption(
        as_text(
            f"Each variant against {first} on the very same photos: McNemar's exact test looks at those that only one "
            f"of both gets right. Of {len(shown.outcome.tests)} tests one is easily below 0.05 by chance, so Holm's "
            "method raises the values; below 0.05 after that, chance hardly explains the difference."
        )
    )
    rows = [
        {
            "Variant": test.variant,
            "On": test.figure,
            "Photos": test.comparison.n,
            f"Only {first} right": test.comparison.only_first,
            "Only the variant right": test.comparison.only_second,
            "p": f"{test.comparison.p_value:.3g}",
            "p, corrected": f"{test.p_corrected:.3g}",
            "Against it": test.words,
        }
        for test in shown.outcome.tests
    ]
    draw_table(pd.DataFrame(rows), f"{shown.study.name}-tests", "Paired tests against the first variant")


def draw_costs(shown: ShownStudy) -> None:
    """Draw parameters, size and times of each variant."""
    rows = []
    for f in shown.outcome.figures:
        runs = [run for run in shown.result.origin.runs if run.variant == f.facts.name]
        rows.append(
            {
                "Variant": f.facts.name,
                "Numbers (parameters)": f"{f.facts.parameters:,}",
                "Of them trained": f"{f.facts.trained_parameters:,}" if runs else "-",
                "Size": f"{f.facts.megabytes:.1f} MB",
                "CPU time a photo": f"{f.facts.cpu_ms_per_photo:.1f} ms",
                "CPU time an epoch": f"{f.cpu_seconds_per_epoch:.2f} s" if runs else "-",
                "Learnt from": f"{min(r.n_training for r in runs):,} to {max(r.n_training for r in runs):,} photos"
                if runs
                else "-",
                "Measured on": f.facts.dataset,
            }
        )
    draw_table(pd.DataFrame(rows), f"{shown.study.name}-costs", "What each variant costs")
    st.caption(
        "CPU time is that of all cores together, so that other work on the machine hardly changes it; with two idle "
        "cores the clock shows about half of it."
    )


def _share(share: Proportion) -> str:
    if not share.n:
        return "-"
    return f"{share.count:,} of {share.n:,}: {100 * share.rate:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"
