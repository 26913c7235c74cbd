"""Published against ours: the reports' figures beside our measured ones, each with n, interval and caveat."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from defect_app.decision import threshold_text
from defect_app.errors import DefectLensError
from defect_app.evaluation.answers import reported_accuracy
from defect_app.evaluation.intervals import Proportion
from defect_app.evaluation.published import PublishedReport, PublishedResult, load_reports
from defect_app.evaluation.repeats import REPEAT_METRICS, published_repeats
from defect_app.figures.comparisons import backbones_figure, published_figure
from defect_app.figures.matrices import confusion_figure
from defect_app.figures.thresholds import repeats_figure
from defect_app.ui.compare.choices import GENERAL, Compared
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.errors import draw_error, draw_notices
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.tables import draw_table, file_name
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Key

TABLE_TITLES = {
    "casting_architecture": "Architecture of EfficientNetB4",
    "casting_augmentation": "Augmentation",
    "casting_backbones": "Ten backbones",
    "casting_time": "Training time",
    "casting_thresholds": "Thresholds over ten runs",
}
_OTHER_DATA = (
    "The reports measured on their own photos, we on ours: the figures show the same kind of task, not a race on one "
    "test set."
)


@st.cache_resource(show_spinner=False)
def _reports() -> tuple[PublishedReport, ...]:
    return load_reports()


def draw_published(compared: Compared) -> None:
    """Draw the report of the product beside our models."""
    try:
        report = next((r for r in _reports() if r.product == compared.product), None)
    except DefectLensError as error:
        draw_error(error)
        return
    if report is None:
        st.info("There is no published report about this product.", icon=":material/info:")
        return
    st.markdown(f"## {as_text(report.title)}")
    st.caption(as_text(report.method))
    draw_notices(report.caveats)
    ours = [(m, reported_accuracy(m.selected, m.thresholds_in_use)) for m in compared.models]
    if report.id != GENERAL:
        draw_notices([_OTHER_DATA])
    draw_table(_accuracy_table(report, ours), f"{report.id}-published", "Published accuracies and ours")
    published = [(r.model, i) for r in report.results if (i := _interval(report, r)) is not None]
    if published:
        figure = published_figure(published, [(m.title, share) for m, share in ours])
        draw_chart(figure, f"{report.id}-published-chart", "Published accuracies and ours with intervals")
    _draw_confusions(report)
    _draw_tables(report, compared.models)


def _interval(report: PublishedReport, result: PublishedResult) -> Proportion | None:
    return None if result.accuracy is None else report.accuracy_interval(result.accuracy)


def _accuracy_table(report: PublishedReport, ours: list[tuple[EvaluatedModel, Proportion]]) -> pd.DataFrame:
    rows = []
    for result in report.results:
        interval = _interval(report, result)
        about = "about " if result.approximate else ""
        spread = f" ± {100 * result.accuracy_sd:.2f} over {result.runs} runs" if result.accuracy_sd is not None else ""
        given = f"{about}{100 * result.accuracy:.2f} %{spread}" if result.accuracy is not None else "not given"
        recall = f"{100 * result.recall:.2f} % (of a class that it does not name)" if result.recall is not None else ""
        rows.append(
            {
                "Whose": "published",
                "Model": result.model,
                "Accuracy": given,
                "95 % interval": f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %" if interval else "",
                "Photos": report.n_test or None,
                "Note": "; ".join(filter(None, [f"recall {recall}" if recall else "", result.note])),
            }
        )
    for model, share in ours:
        part = SPLIT_NOTES.get(model.selected.selection.split, model.selected.selection.split)
        rows.append(
            {
                "Whose": "ours",
                "Model": model.title,
                "Accuracy": f"{100 * share.rate:.2f} %" if share.n else "no photos",
                "95 % interval": f"{100 * share.low:.1f} to {100 * share.high:.1f} %",
                "Photos": share.n,
                "Note": f"{part}, at the threshold {threshold_text(model.thresholds_in_use.decisive)}",
            }
        )
    return pd.DataFrame(rows)


SPLIT_NOTES = {"test": "test photos", "validation": "validation photos", "cv": "cross-validated", "scenes": "scenes"}


def _draw_confusions(report: PublishedReport) -> None:
    with_matrix = [r for r in report.results if r.confusion is not None]
    if not with_matrix:
        return
    st.markdown("**Published confusion matrices**")
    grid = st.grid(min(4, max(2, len(with_matrix))), min_column_width=260, gap="medium")
    for result in with_matrix:
        with grid.container():
            assert result.confusion is not None
            st.caption(f"{as_text(result.model)}: {as_text(result.confusion.accuracy.words)}")
            name = f"{report.id}-{file_name(result.model)}-confusion"
            draw_chart(confusion_figure(result.confusion), name, f"Published confusion matrix of {result.model}")
    for result in with_matrix:
        if result.classes:
            rows = [vars(c) for c in result.classes]
            draw_table(pd.DataFrame(rows), f"{report.id}-classes", "Published figures of each class")


def _draw_tables(report: PublishedReport, models: tuple[EvaluatedModel, ...]) -> None:
    if {"casting_backbones", "casting_time"} <= set(report.tables):
        st.markdown("**Accuracy against time: ten backbones, as published**")
        batch = st.segmented_control(
            "Photos in a batch", [2, 4, 8], default=8, required=True, key=Key.COMPARE_BATCH_SIZE
        )
        figure = backbones_figure(report.tables["casting_backbones"], report.tables["casting_time"], int(batch or 8))
        draw_chart(figure, f"{report.id}-backbones", "Accuracy against seconds per batch of ten backbones")
        st.caption("Upper left is better. Seconds are of training, on the report's own machine.")
    if "casting_thresholds" in report.tables:
        _draw_repeats(report, models)
    for name, table in report.tables.items():
        with st.expander(f"{TABLE_TITLES.get(name, name)} (published)", icon=":material/table_rows:"):
            draw_table(table, f"published-{name}", f"Published table: {TABLE_TITLES.get(name, name)}")


def _draw_repeats(report: PublishedReport, models: tuple[EvaluatedModel, ...]) -> None:
    inspecting = [m for m in models if m.selected.inspection]
    if not inspecting:
        return
    st.markdown("**Thresholds over repeated trainings: theirs and ours**")
    model = inspecting[0]
    metric = st.segmented_control(
        "Figure", list(REPEAT_METRICS), default="accuracy", required=True, key=Key.COMPARE_METRIC,
        format_func=lambda name: {"f1": "F1"}.get(name, name.capitalize()),
    )  # fmt: skip
    ours = model.results.repeat_tables[str(metric or "accuracy")]
    table = report.tables["casting_thresholds"]
    figure = repeats_figure(ours, published_repeats(table, ours.metric))
    draw_chart(figure, f"{report.id}-thresholds", f"{ours.metric} at five thresholds, published and ours")
    what = "of a class that the report does not name; ours of defective parts" if ours.metric == "recall" else ""
    st.caption(
        as_text(f"Ours: {model.title}, {ours.sentence}. Published: mean of ten runs{', ' + what if what else ''}.")
    )
