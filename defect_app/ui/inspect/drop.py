"""Where photos come in: dropped files, a folder, the camera or a sample."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from defect_app.catalog import ModelSpec, ModelVersion
from defect_app.hosting.batch import MOST_FILES, Batch
from defect_app.intake import ACCEPTED_IN_WORDS, Photo, PhotoFile, encode_jpeg, read_photo
from defect_app.scenes.photographing import guidance_for
from defect_app.scenes.samples import Sample, samples_for
from defect_app.ui.inspect.arriving import judge_arrived
from defect_app.ui.inspect.camera import NO_CAMERA, draw_guide, may_use_camera
from defect_app.ui.inspect.listening import LIMIT_MB, Heard
from defect_app.ui.inspect.live import draw_live
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Key, KeyOf

PHOTOS, CAMERA, LIVE = "Photos", "Camera", "Live"
SOURCES = {
    PHOTOS: ":material/upload_file:",
    "Folder": ":material/folder_open:",
    CAMERA: ":material/photo_camera:",
    LIVE: ":material/videocam:",
    "Samples": ":material/collections:",
}


def chosen_source() -> str:
    """Draw the choice of where photos come from and return it."""
    return st.segmented_control(
        "Where the photos come from",
        list(SOURCES),
        format_func=lambda name: f"{SOURCES[name]} {name}",
        default=PHOTOS,
        required=True,
        key=Key.INSPECT_SOURCE,
        label_visibility="collapsed",
        persist_state="session",
    )


def draw_drop(source: str, batch: Batch, spec: ModelSpec, heard: Heard) -> None:
    """Draw a way in, and hand what comes to the batch at once.

    Parameters
    ----------
    source : str
        One of `SOURCES`.
    batch : Batch
        Takes the files and starts judging them.
    spec : ModelSpec
        The model, for its samples.
    heard : Heard
        What the browser told, see `listen`.
    """
    st.session_state.setdefault(Key.INSPECT_DROP_ROUND, 0)
    unsent = heard.unsent
    if unsent.files:
        # The others of the drop are still on their way: the drop zone stays, but where there are none.
        st.session_state[Key.INSPECT_DROP_ROUND] += unsent.all
        judge_arrived(batch, unsent.photo_files)
    key = KeyOf.INSPECT_DROP(source, st.session_state[Key.INSPECT_DROP_ROUND])
    limits = f"{ACCEPTED_IN_WORDS}; up to {LIMIT_MB} MB a photo. {MOST_FILES} are judged in one go."
    if source == PHOTOS:
        _take(
            batch,
            st.file_uploader(
                f"Drop photos here. {limits}", accept_multiple_files=True, key=key, max_upload_size=LIMIT_MB
            ),
            heard.fed_drop,
        )
    elif source == "Folder":
        _take(
            batch,
            st.file_uploader(
                f"Drop a folder here. {limits}", accept_multiple_files="directory", key=key, max_upload_size=LIMIT_MB
            ),
            heard.fed_drop,
        )
    elif source in (CAMERA, LIVE) and not may_use_camera(st.context.url):
        st.warning(NO_CAMERA, icon=":material/no_photography:")
    elif source == CAMERA:
        draw_guide(guidance_for(spec).width_by_height)
        shot = st.camera_input("Take a photo of the part", key=key, resolution=None, width=520)
        st.caption("Let the part fill the dashed frame. The space bar takes the next photo.")
        _take(batch, [shot] if shot else [])
    elif source == LIVE:
        stored = draw_live(batch)
        if stored is not None:
            judge_arrived(batch, [stored])
    if source == "Samples" or not batch.progress().total:
        _draw_samples(batch, spec)


def _take(batch: Batch, uploads: Sequence[UploadedFile], fed_drop: str = "") -> None:
    if not uploads:
        return
    continues = bool(fed_drop) and fed_drop == st.session_state.get(Key.INSPECT_FED_DROP)
    st.session_state[Key.INSPECT_FED_DROP] = fed_drop
    # A new key empties the drop zone: the files are the batch's now, and the server lets go of their bytes.
    st.session_state[Key.INSPECT_DROP_ROUND] += 1
    judge_arrived(batch, [PhotoFile.of_bytes(u.name, u.getvalue) for u in uploads], continues=continues)


@st.cache_data(max_entries=200, show_spinner=False)
def _sample_picture(_sample: Sample, version: ModelVersion, name: str) -> bytes | None:
    photo = read_photo(_sample.read(), name, least_side=160)
    return encode_jpeg(photo.pixels, longest_side=240) if isinstance(photo, Photo) else None


def _draw_samples(batch: Batch, spec: ModelSpec) -> None:
    samples = samples_for(spec)
    if not samples:
        st.caption("There are no sample photos for this model.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**No photo at hand?** Try a sample, or all of them.")
        if st.button("Judge all samples", icon=":material/playlist_play:", key=Key.INSPECT_ALL_SAMPLES):
            judge_arrived(batch, [PhotoFile.of_bytes(s.name, s.read) for s in samples])
    # A fixed number: in a grid that fits itself, the first samples would shrink, and move, as the next ones come.
    grid = st.grid(6, min_column_width=140, gap="small")
    for sample in samples:
        with grid.container(border=True, gap="xsmall"):
            picture = _sample_picture(sample, spec.version, sample.name)
            if picture is not None:
                st.image(picture, width="stretch", alt=sample.what)
            st.caption(as_text(sample.what))
            if st.button("Try it", key=KeyOf.INSPECT_SAMPLE(sample.name), width="stretch"):
                judge_arrived(batch, [PhotoFile.of_bytes(sample.name, sample.read)])
    st.caption(as_text(f"Samples: {', '.join(sorted({s.source for s in samples}))}."))
