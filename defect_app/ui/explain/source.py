"""Where the photo to explain comes from: a sample, a file, the Inspect page or the evaluation."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from defect_app.catalog import CatalogEntry, ModelSpec
from defect_app.errors import DefectLensError
from defect_app.evaluation import Evaluation, read_evaluation
from defect_app.intake import ACCEPTED_IN_WORDS, MAX_BYTES, display_name
from defect_app.samples import samples_for
from defect_app.ui.evaluation_photos import evaluated_bytes
from defect_app.ui.explain.explained_photo import FROM_INSPECT, SOURCE_KEY, ExplainedPhoto, handed_over
from defect_app.ui.resources import file_hashes
from defect_app.ui.text import as_text, told_apart

SAMPLES, FILE, EVALUATED = "Samples", "Your photo", "Evaluated photos"
ICONS = {
    SAMPLES: ":material/collections:",
    FILE: ":material/upload_file:",
    FROM_INSPECT: ":material/search_check:",
    EVALUATED: ":material/query_stats:",
}
MOST_LISTED = 300


def choose_photo(entry: CatalogEntry, spec: ModelSpec) -> ExplainedPhoto | None:
    """Draw the ways to a photo; return the chosen one, or None after saying what to do."""
    sources = [s for s in ICONS if s != FROM_INSPECT or handed_over() is not None]
    if st.session_state.get(SOURCE_KEY) not in sources:
        st.session_state.pop(SOURCE_KEY, None)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        source = st.segmented_control(
            "Photo",
            sources,
            format_func=lambda name: f"{ICONS[name]} {name}",
            default=FILE if not samples_for(spec) else SAMPLES,
            required=True,
            key=SOURCE_KEY,
            persist_state="session",
        )
        if source == SAMPLES:
            return _sample(spec)
        if source == EVALUATED:
            return _evaluated(entry)
    if source == FROM_INSPECT:
        photo = handed_over()
        if photo is not None:
            st.caption(f"{as_text(display_name(photo.name))}. {as_text(photo.note)}")
        return photo
    upload = st.file_uploader(
        f"Drop a photo here: {ACCEPTED_IN_WORDS}; up to {MAX_BYTES // 1_000_000} MB.",
        key="explain_upload",
        max_upload_size=MAX_BYTES // 1_000_000,
    )
    if upload is None:
        st.info("Drop a photo above, or take one of the samples.", icon=":material/info:")
        return None
    return ExplainedPhoto.of(upload.name, upload.getvalue())


def _sample(spec: ModelSpec) -> ExplainedPhoto | None:
    samples = samples_for(spec)
    if not samples:
        st.caption("There are no samples for this model: drop a photo of your own.")
        return None
    # The defective ones first: there is more to see on them.
    ordered = sorted(range(len(samples)), key=lambda i: samples[i].what.lower().startswith(("good", "no ")))
    labels = told_apart([s.what[:1].upper() + s.what[1:] for s in samples])
    chosen = st.selectbox(
        "Sample",
        ordered,
        format_func=lambda i: labels[i],
        key=f"explain_sample_{spec.id}",
        persist_state="session",
    )
    sample = samples[chosen if chosen is not None else ordered[0]]
    return ExplainedPhoto.of(sample.name, sample.read())


def _evaluated(entry: CatalogEntry) -> ExplainedPhoto | None:
    try:
        evaluation = _evaluation(entry, entry.id, file_hashes(entry))
    except DefectLensError as error:
        st.caption(as_text(f"{error} {error.remedy}"))
        return None
    rows = _listed(evaluation.rows, entry.spec)
    labels = told_apart([_label(row, entry.spec) for row in rows])
    place = st.selectbox(
        "Photo of the evaluation, the most wrong first",
        range(len(rows)),
        format_func=lambda i: labels[i],
        key=f"explain_evaluated_{entry.id}",
        persist_state="session",
    )
    if place is None:
        return None
    row = rows[place]
    try:
        data = evaluated_bytes(evaluation.origin.dataset, row["image"], row["sha256"])
    except DefectLensError as error:
        st.info(as_text(f"{error} {error.remedy}"), icon=":material/folder_off:")
        return None
    return ExplainedPhoto.of(row["image"], data)


@st.cache_resource(max_entries=8, show_spinner=False)
def _evaluation(_entry: CatalogEntry, model_id: str, files: tuple[tuple[str, str], ...]) -> Evaluation:
    return read_evaluation(_entry.folder)


def _listed(rows: pd.DataFrame, spec: ModelSpec | None) -> list[dict[Hashable, Any]]:
    """Return the bundled model's own rows, those whose true class got the least probability first."""
    own = rows[(rows["run"] == 0) & (rows["fold"] == -1)].drop_duplicates("sha256")
    names = [n for n in (spec.class_names if spec else ()) if f"p_{n}" in own.columns]
    own = own[own["actual"].isin(names)]
    answers = own[[f"p_{n}" for n in names]].to_numpy()
    right = [float(answers[i, names.index(actual)]) for i, actual in enumerate(own["actual"])]
    return own.assign(right=right).sort_values("right").head(MOST_LISTED).to_dict("records")


def _label(row: dict[Hashable, Any], spec: ModelSpec | None) -> str:
    title = spec.title_of(row["actual"]) if spec else row["actual"]
    return f"{row['split']} · truly {title.lower()}, given {row['right']:.3f} · {display_name(row['image'])}"
