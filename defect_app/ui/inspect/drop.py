"""Where photos come in: dropped files, a folder, the camera or a sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from defect_app.batch import MOST_FILES, Batch, PendingFile
from defect_app.catalog import ModelSpec
from defect_app.intake import ACCEPTED_IN_WORDS, MAX_BYTES, Photo, encode_jpeg, read_photo
from defect_app.samples import Sample, samples_for

SOURCES = {
    "Photos": ":material/upload_file:",
    "Folder": ":material/folder_open:",
    "Camera": ":material/photo_camera:",
    "Samples": ":material/collections:",
}
LIMIT_MB = MAX_BYTES // 1_000_000
FEW_PHOTOS_S = 0.3
_ROUND = "inspect_round"


def draw_drop(batch: Batch, spec: ModelSpec) -> None:
    """Draw the ways in, and hand what comes to the batch at once.

    Parameters
    ----------
    batch : Batch
        Takes the files and starts judging them.
    spec : ModelSpec
        The model, for its samples.
    """
    source = st.segmented_control(
        "Where the photos come from",
        list(SOURCES),
        format_func=lambda name: f"{SOURCES[name]} {name}",
        default="Photos",
        required=True,
        key="inspect_source",
        label_visibility="collapsed",
        persist_state="session",
    )
    key = f"inspect_drop_{source}_{st.session_state.setdefault(_ROUND, 0)}"
    limits = f"{ACCEPTED_IN_WORDS}; up to {LIMIT_MB} MB a photo, {MOST_FILES} photos at once."
    if source == "Photos":
        _take(
            batch,
            st.file_uploader(
                f"Drop photos here. {limits}", accept_multiple_files=True, key=key, max_upload_size=LIMIT_MB
            ),
        )
    elif source == "Folder":
        _take(
            batch,
            st.file_uploader(
                f"Drop a folder here. {limits}", accept_multiple_files="directory", key=key, max_upload_size=LIMIT_MB
            ),
        )
    elif source == "Camera":
        shot = st.camera_input("Take a photo of the part", key=key, resolution=None, width=520)
        _take(batch, [shot] if shot else [])
    if source == "Samples" or not batch.progress().total:
        _draw_samples(batch, spec)


def _take(batch: Batch, uploads: Sequence[UploadedFile]) -> None:
    if not uploads:
        return
    if len(uploads) > MOST_FILES:
        st.error(
            f"That were {len(uploads)} files, and {MOST_FILES} at once is the limit. Nothing was judged: "
            f"drop at most {MOST_FILES}, and the next ones after that.",
            icon=":material/block:",
        )
        return
    # A new key empties the drop zone: the files are the batch's now, and the server lets go of their bytes.
    st.session_state[_ROUND] += 1
    _hand_over(batch, [PendingFile(u.name, u.getvalue) for u in uploads])


def _hand_over(batch: Batch, files: Sequence[PendingFile]) -> NoReturn:
    batch.add(files)
    # A few photos are judged sooner than a progress bar is drawn.
    batch.wait(FEW_PHOTOS_S)
    st.rerun()


@st.cache_data(max_entries=200, show_spinner=False)
def _sample_picture(_sample: Sample, model_id: str, name: str) -> bytes | None:
    photo = read_photo(_sample.read(), name, least_side=160)
    return encode_jpeg(photo.pixels, longest_side=240) if isinstance(photo, Photo) else None


def _draw_samples(batch: Batch, spec: ModelSpec) -> None:
    samples = samples_for(spec)
    if not samples:
        st.caption("There are no sample photos for this model.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**No photo at hand?** Try a sample, or all of them.")
        if st.button("Judge all samples", icon=":material/playlist_play:", key="inspect_all_samples"):
            _hand_over(batch, [PendingFile(s.name, s.read) for s in samples])
    # A fixed number: in a grid that fits itself, the first samples would shrink, and move, as the next ones come.
    grid = st.grid(6, min_column_width=140, gap="small")
    for sample in samples:
        with grid.container(border=True, gap="xsmall"):
            picture = _sample_picture(sample, spec.id, sample.name)
            if picture is not None:
                st.image(picture, width="stretch", alt=sample.what)
            st.caption(sample.what)
            if st.button("Try it", key=f"sample_{sample.name}", width="stretch"):
                _hand_over(batch, [PendingFile(sample.name, sample.read)])
    st.caption(f"Samples: {', '.join(sorted({s.source for s in samples}))}.")
