"""The models' figures with intervals side by side, their size, and their speed as measured on this machine."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from defect_app.catalog import ModelVersion
from defect_app.decision import InspectionThresholds, threshold_text
from defect_app.errors import DefectLensError
from defect_app.evaluation.intervals import Proportion
from defect_app.evaluation.ranking import Area
from defect_app.evaluation.side_by_side import ModelFigures
from defect_app.figures.comparisons import proportions_figure
from defect_app.inspection.speed import Speed, measure_speed
from defect_app.scenes.samples import samples_for
from defect_app.ui.compare.choices import Compared
from defect_app.ui.compare.recommendation import draw_recommendation, megabytes
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.tables import draw_table, offer_csv
from defect_app.ui.parts.text import as_text
from defect_app.ui.resources import inspector

_WORDS = {
    "accuracy": "Right",
    "escapes": "Escapes",
    "false_rejects": "False rejects",
    "review_load": "To review",
    "top_1": "First label right",
    "top_5": "Among the first five",
    "accepted": "Labels given",
}
_INSIDE = re.compile(r" (?=of \d|to \d|%)|(?<=\bof) (?=\d)|(?<=\bto) (?=\d)")
_CHARTS = {
    "accuracy": "Share of all photos",
    "escapes": "Share of defective parts",
    "false_rejects": "Share of good parts",
    "top_1": "Share of all photos",
}


def draw_side_by_side(compared: Compared) -> None:
    """Draw figures, charts, and size and speed."""
    found = [(m, m.results.at(m.thresholds_in_use).figures) for m in compared.models]
    if compared.shared and len(found) > 1:
        photos = as_text(compared.models[0].selected.words)
        sense = f"All on the same {photos}, each model at its own thresholds in use."
    elif len(found) > 1:
        sense = "These models were measured on different photos: their figures stand beside each other, no more."
    else:
        sense = "Choose more models above to compare."
    st.caption(f"{sense} Ranges are 95 % intervals: where they overlap widely, chance may explain the difference.")
    table = _table(found)
    # Not draw_table: its cells do not wrap, and the last figures would lie beyond the edge.
    st.table(table.set_index("Model").rename(index=as_text, columns=as_text).map(_wrapping))
    offer_csv(table, f"{compared.product}-side-by-side")
    draw_recommendation(compared)
    grid = st.grid(3, min_column_width=300, gap="medium")
    for name, title in _CHARTS.items():
        named = [(m.title, getattr(f, name)) for m, f in found]
        if all(share is not None for _, share in named):
            with grid.container():
                st.markdown(f"**{_WORDS[name]}**")
                alt = f"{_WORDS[name]} of each model"
                draw_chart(proportions_figure(named, title), f"{compared.product}-{name}", alt)
    _draw_cost(compared)


def _table(found: list[tuple[EvaluatedModel, ModelFigures]]) -> pd.DataFrame:
    titles = [model.title for model, _ in found]
    rows = []
    for model, figures in found:
        name = model.title if titles.count(model.title) == 1 else f"{model.title} [{model.entry.id}]"
        rows.append({"Model": name, "Photos": f"{figures.n:,}", "Point in use": _point(model), **_cells(figures)})
    return pd.DataFrame(rows)


def _point(model: EvaluatedModel) -> str:
    thresholds = model.thresholds_in_use
    if isinstance(thresholds, InspectionThresholds):
        lines = f"{threshold_text(thresholds.review_at)} and {threshold_text(thresholds.reject_at)}"
    else:
        lines = threshold_text(thresholds.accept_at)
    return f"{model.in_use.point.name}: {lines}"


def _cells(figures: ModelFigures) -> dict[str, str]:
    cells = {
        word: _share(getattr(figures, name)) for name, word in _WORDS.items() if getattr(figures, name) is not None
    }
    if figures.roc_area is not None:
        cells["ROC area"] = _area(figures.roc_area)
    return cells


def _wrapping(cell: str) -> str:
    """Return a cell as text that wraps between count, share and interval, and not inside them."""
    return _INSIDE.sub("\N{NO-BREAK SPACE}", as_text(cell))


def _share(share: Proportion) -> str:
    if not share.n:
        return "no photos"
    return f"{share.count:,} of {share.n:,}: {100 * share.rate:.2f} % ({100 * share.low:.2f} to {100 * share.high:.2f})"


def _area(area: Area) -> str:
    return f"{area.value:.4f} ({area.low:.4f} to {area.high:.4f})"


def _draw_cost(compared: Compared) -> None:
    st.markdown("## What they cost: size and speed")
    if st.button(
        "Measure speed here",
        icon=":material/timer:",
        help="Runs each model on sample photos, from the file's bytes to verdict and heat map: one by one, then as a "
        "batch on every core. It takes a few seconds; the figures are kept until the app is restarted.",
    ):
        with st.spinner("Measuring …"):
            for model in compared.models:
                _measure(model)
    rows = []
    for model in compared.models:
        speed = _speeds().get(model.entry.version)
        size = model.spec.input
        rows.append(
            {
                "Model": model.title,
                "Size": f"{megabytes(model.entry):.1f} MB",
                "Input": f"{size.width} x {size.height} pixels",
                "One photo": f"{speed.latency_ms:.1f} ms (95 %: {speed.latency_ms_p95:.1f})"
                if speed
                else "not measured",
                "In a batch": f"{speed.photos_per_second:,.0f} photos/s" if speed else "not measured",
                "Timed": f"{speed.n} + {speed.n} photos" if speed else "",
            }
        )
    draw_table(pd.DataFrame(rows), f"{compared.product}-speed", "Size and speed of each model")
    st.caption("Measured on this machine as it is loaded now; other work on it slows every model alike.")


def _measure(model: EvaluatedModel) -> None:
    samples = samples_for(model.spec)
    if not samples:
        st.caption(f"{as_text(model.title)}: there are no sample photos to time it with.")
        return
    try:
        loaded = inspector(model.entry)
    except DefectLensError as error:
        st.caption(f"{as_text(model.title)}: {as_text(str(error))}")
        return
    _speeds()[model.entry.version] = measure_speed(loaded, [s.read() for s in samples[:6]])


@st.cache_resource(show_spinner=False)
def _speeds() -> dict[ModelVersion, Speed]:
    """Return what was measured since the app started, by the models' versions."""
    return {}
