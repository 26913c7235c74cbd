"""Where the photo to explain comes from: a sample, a file, the Inspect page or the evaluation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from defect_app.catalog import CatalogEntry, ModelSpec
from defect_app.errors import DefectLensError
from defect_app.evaluation.opening import OpenedEvaluation
from defect_app.intake import ACCEPTED_IN_WORDS, MAX_BYTES, display_name
from defect_app.scenes.samples import samples_for
from defect_app.ui.parts.address import choice_from_address, choice_to_address
from defect_app.ui.parts.evaluated_photos import EvaluatedPicture, evaluated_bytes
from defect_app.ui.parts.explained_photo import FROM_INSPECT, ExplainedPhoto, handed_over
from defect_app.ui.parts.model_evaluation import evaluation_results
from defect_app.ui.parts.text import as_text, numbered_repeats
from defect_app.ui.session import Address, Key

SAMPLES, FILE, EVALUATED = "samples", "file", "evaluated"
TITLES = {
    SAMPLES: ":material/collections: Samples",
    FILE: ":material/upload_file: Your photo",
    FROM_INSPECT: ":material/search_check: From Inspect",
    EVALUATED: ":material/query_stats: Evaluated photos",
}
MOST_LISTED = 300
SHORT_HASH = 16
"""Digits of a photo's hash in the address."""


def choose_photo(entry: CatalogEntry, spec: ModelSpec) -> ExplainedPhoto | None:
    """Draw the ways to a photo; return the chosen one, or None after saying what to do."""
    sources = [s for s in TITLES if s != FROM_INSPECT or handed_over() is not None]
    default = SAMPLES if samples_for(spec) else FILE
    key, _ = choice_from_address(Address.SOURCE, sources, default)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        source = st.segmented_control(
            "Photo", sources, format_func=TITLES.__getitem__, required=True, key=key, persist_state="session"
        )
        choice_to_address(Address.SOURCE, source or default, default)
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
        key=Key.EXPLAIN_UPLOAD,
        max_upload_size=MAX_BYTES // 1_000_000,
    )
    if upload is None:
        st.info("Drop a photo above, or take one of the samples.", icon=":material/info:")
        return None
    return replace(ExplainedPhoto.of(upload.name, upload.getvalue()), is_own=True)


def _sample(spec: ModelSpec) -> ExplainedPhoto | None:
    samples = samples_for(spec)
    if not samples:
        st.caption("There are no samples for this model: drop a photo of your own.")
        return None
    # The defective ones first: there is more to see on them.
    ordered = sorted(samples, key=lambda sample: not sample.is_defective)
    by_name = {sample.name: sample for sample in ordered}
    labels = dict(zip(by_name, numbered_repeats([s.what[:1].upper() + s.what[1:] for s in ordered]), strict=True))
    key, unknown = choice_from_address(Address.SAMPLE, list(by_name), ordered[0].name)
    chosen = st.selectbox(
        "Sample", list(by_name), format_func=labels.__getitem__, key=key, persist_state="session"
    )  # fmt: skip
    chosen = chosen or ordered[0].name
    choice_to_address(Address.SAMPLE, chosen, ordered[0].name)
    if unknown:
        st.caption(f":material/link_off: There is no sample “{as_text(unknown)}” for this model.")
    return ExplainedPhoto.of(chosen, by_name[chosen].read())


def _evaluated(entry: CatalogEntry) -> ExplainedPhoto | None:
    evaluation = evaluation_results(entry).evaluation
    if not evaluation.usable or evaluation.origin is None:
        st.caption(as_text(f"{evaluation.problem} {evaluation.remedy}"))
        return None
    rows = _most_wrong(evaluation)
    hashes = {str(evaluation.pictures.at[row, "sha256"])[:SHORT_HASH]: row for row in rows}
    titles = numbered_repeats([_label(evaluation, row, entry.spec) for row in hashes.values()])
    labels = dict(zip(hashes, titles, strict=True))
    key, unknown = choice_from_address(Address.EVALUATED, list(hashes), next(iter(hashes)))
    chosen = st.selectbox(
        "Photo of the evaluation, the most wrong first",
        list(hashes),
        format_func=labels.__getitem__,
        key=key,
        persist_state="session",
    )
    chosen = chosen or next(iter(hashes))
    choice_to_address(Address.EVALUATED, chosen, next(iter(hashes)))
    if unknown:
        st.caption(f":material/link_off: The photo {as_text(unknown)} is not among the {MOST_LISTED} most wrong ones.")
    image, sha256 = (str(evaluation.pictures.at[hashes[chosen], column]) for column in ("image", "sha256"))
    try:
        data = evaluated_bytes(EvaluatedPicture.of(evaluation.origin, image, sha256))
    except DefectLensError as error:
        st.info(as_text(f"{error} {error.remedy}"), icon=":material/folder_off:")
        return None
    return ExplainedPhoto.of(image, data)


def _most_wrong(evaluation: OpenedEvaluation) -> list[int]:
    """Return rows of the bundled model's own answers, those whose true class got the least probability first."""
    pictures = evaluation.pictures
    own = pictures[(pictures["run"] == 0) & (pictures["fold"] == -1)].drop_duplicates("sha256").index.to_numpy()
    right = evaluation.probabilities[own, evaluation.actual[own]]
    return [int(row) for row in own[np.argsort(right, kind="stable")][:MOST_LISTED]]


def _label(evaluation: OpenedEvaluation, row: int, spec: ModelSpec | None) -> str:
    split, actual, image = (str(evaluation.pictures.at[row, column]) for column in ("split", "actual", "image"))
    title = spec.title_of(actual) if spec else actual
    right = evaluation.probabilities[row, evaluation.actual[row]]
    return f"{split} · truly {title.lower()}, given {right:.3f} · {display_name(image)}"
