"""What a step of a lesson can show: samples, a model's answers to them, matrices, curves, and two models on a photo.

Each is a line of words in the lesson's file: what, then what of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from defect_app.decision import InspectionThresholds
from defect_app.errors import DefectLensError
from defect_app.evaluation.published import report_for
from defect_app.evaluation.selection import available
from defect_app.evaluation.training_history import read_history
from defect_app.figures.curves import history_figure, reliability_figure
from defect_app.figures.matrices import MatrixLook, confusion_figure
from defect_app.figures.thresholds import histogram_figure
from defect_app.intake import MAX_BYTES, Photo, encode_jpeg, read_photo
from defect_app.paths import ASSETS
from defect_app.scenes import PRODUCTS
from defect_app.scenes.samples import Sample, everyday_samples, samples_of
from defect_app.ui.lessons.figures import lesson_model
from defect_app.ui.parts.charts import draw_chart
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.model_answer import draw_model_answer
from defect_app.ui.parts.model_evaluation import EvaluatedModel, evaluated_model, evaluation_results
from defect_app.ui.parts.tables import file_name
from defect_app.ui.parts.text import as_text, numbered_repeats
from defect_app.ui.resources import catalog
from defect_app.ui.session import Key

PICTURE_SIDE = 480
EVERYDAY = "everyday"
SAMPLES = ASSETS / "samples"


def checked_show(line: str) -> None:
    """Check a line of a lesson's `show`.

    Raises
    ------
    ValueError
        If it names nothing that can be shown, or its words are not as many as that takes.
    """
    name, *words = line.split()
    if name not in SHOWS:
        raise ValueError(f"{name!r} cannot be shown; there are {', '.join(SHOWS)}")
    form, least, most, _ = SHOWS[name]
    if not least <= len(words) <= most:
        raise ValueError(f"{line!r} must have the form {form!r}")
    for word in words if name == "samples" else words[1:] if name == "judged" else ():
        if sample_called(word) is None:
            raise ValueError(f"there is no sample {word!r}: they are called PRODUCT/FILE, as in casting/casting-05.jpg")


def draw_shows(lines: Sequence[str]) -> None:
    """Draw what a step shows; what cannot be shown here says why in its place."""
    for line in lines:
        name, *words = line.split()
        try:
            SHOWS[name][3](words)
        except DefectLensError as error:
            draw_error(error, icon=":material/hide_image:")


def sample_called(word: str) -> Sample | None:
    """Return a sample by product and file: "casting/casting-05.jpg"; everyday photos by "everyday/cat.jpg"."""
    product, _, file = word.partition("/")
    samples = everyday_samples() if product == EVERYDAY else samples_of(product) if product in PRODUCTS else ()
    return next((sample for sample in samples if sample.name == file), None)


def _model(model_id: str) -> EvaluatedModel:
    entry = next((e for e in catalog().entries if e.id == model_id), None)
    if entry is None or entry.spec is None or not entry.usable:
        raise DefectLensError(f"The model {model_id} is not here, or disabled.")
    results = evaluation_results(entry)
    if not results.evaluation.usable:
        raise DefectLensError(results.evaluation.problem, results.evaluation.remedy)
    return evaluated_model(entry, results.part(available(results.evaluation)[0]))


def _samples(words: list[str]) -> None:
    grid = st.grid(min(4, max(2, len(words))), min_column_width=150, gap="small")
    for word in words:
        sample = sample_called(word)
        assert sample is not None, "checked when the lesson was read"
        with grid.container(gap="xsmall"):
            st.image(_picture(word), width="stretch", alt=f"Sample {sample.name}")


@st.cache_data(max_entries=100, show_spinner=False)
def _picture(word: str) -> bytes:
    sample = sample_called(word)
    assert sample is not None, "checked when the lesson was read"
    photo = read_photo(sample.read(), sample.name)
    assert isinstance(photo, Photo), "samples are photos"
    return encode_jpeg(photo.pixels, longest_side=PICTURE_SIDE)


def _judged(words: list[str]) -> None:
    model = _model(words[0])
    grid = st.grid(min(3, max(2, len(words) - 1)), min_column_width=220, gap="small")
    for word in words[1:]:
        sample = sample_called(word)
        assert sample is not None, "checked when the lesson was read"
        with grid.container(border=True, gap="xsmall"):
            st.caption(as_text(f"{model.title}, asked: {sample.what}"))
            draw_model_answer(model, sample.read(), sample.name)


def _matrix(words: list[str]) -> None:
    first, second = words
    if first == "report":
        report = report_for(second)
        if report is None:
            raise DefectLensError(f"There is no published report about {second}.")
        matrix = next((r.confusion for r in report.results if r.confusion is not None), None)
        if matrix is None:
            raise DefectLensError(f"The report about {second} gives no confusion matrix.")
        st.caption(as_text(f"As published: {report.title}, {report.n_test:,} photos"))
        draw_chart(confusion_figure(matrix), f"lesson-report-{file_name(second)}", "Published confusion matrix")
        return
    model = lesson_model(first, second)
    at = model.results.at(model.thresholds_in_use)
    st.caption(as_text(f"{model.title} on {model.selected.words}"))
    judges = isinstance(model.thresholds_in_use, InspectionThresholds)
    found = at.verdict_matrix if judges else at.condensed_matrix
    look = MatrixLook(x_title="Verdict" if judges else "Predicted")
    draw_chart(confusion_figure(found, model.titles, look), f"lesson-{first}-{second}-matrix", "Confusion matrix")


def _training(words: list[str]) -> None:
    grid = st.grid(min(3, max(2, len(words))), min_column_width=280, gap="small")
    for word in words:
        entry = next((e for e in catalog().entries if e.id == word), None)
        if entry is None:
            raise DefectLensError(f"The model {word} is not here.")
        with grid.container(gap="xsmall"):
            st.caption(as_text(entry.title))
            draw_chart(
                history_figure(read_history(entry.folder)), f"lesson-{word}-training", f"Training of {entry.title}"
            )


def _scores(words: list[str]) -> None:
    model = lesson_model(words[0], words[1])
    thresholds = model.thresholds_in_use
    if not isinstance(thresholds, InspectionThresholds):
        raise DefectLensError(f"{words[0]} judges no parts.")
    st.caption(as_text(f"{model.title} on {model.selected.words}"))
    figure = histogram_figure(model.results.histogram, thresholds)
    draw_chart(figure, f"lesson-{words[0]}-scores", "Scores of good and of defective parts with both lines")


def _calibration(words: list[str]) -> None:
    model = lesson_model(words[0], words[1])
    st.caption(as_text(f"{model.title} on {model.selected.words}"))
    figure = reliability_figure(model.results.calibration)
    draw_chart(figure, f"lesson-{words[0]}-calibration", "Stated against observed frequency")


def _two_models(words: list[str]) -> None:
    models = [_model(word) for word in words]
    samples = {sample.name: sample for sample in everyday_samples()}
    labels = dict(zip(samples, numbered_repeats([s.what for s in samples.values()]), strict=True))
    left, right = st.columns([2, 3], gap="medium")
    with left:
        chosen = st.pills(
            "A photo", list(samples), default=next(iter(samples)), format_func=lambda name: as_text(labels[name]),
            key=Key.LESSONS_PHOTO, wrap=True,
        )  # fmt: skip
    with right:
        upload = st.file_uploader("Or one of your own", key=Key.LESSONS_UPLOAD, max_upload_size=MAX_BYTES // 1_000_000)
    name, data = (
        (upload.name, upload.getvalue())
        if upload is not None
        else ((chosen or next(iter(samples))), samples[chosen or next(iter(samples))].read())
    )
    grid = st.grid(len(models), min_column_width=220, gap="medium")
    for model in models:
        with grid.container(border=True, gap="xsmall"):
            st.markdown(f"**{as_text(model.title)}**")
            draw_model_answer(model, data, name, is_own=upload is not None, describe=True)


_Draw = Callable[[list[str]], None]
SHOWS: dict[str, tuple[str, int, int, _Draw]] = {
    "samples": ("samples PRODUCT/FILE …", 1, 8, _samples),
    "judged": ("judged MODEL PRODUCT/FILE …", 2, 7, _judged),
    "matrix": ("matrix MODEL SPLIT, or matrix report PRODUCT", 2, 2, _matrix),
    "training": ("training MODEL …", 1, 4, _training),
    "scores": ("scores MODEL SPLIT", 2, 2, _scores),
    "calibration": ("calibration MODEL SPLIT", 2, 2, _calibration),
    "models": ("models MODEL MODEL", 2, 2, _two_models),
}
"""By name: how the line is written, how many words it takes at least and at most, and what draws it."""
