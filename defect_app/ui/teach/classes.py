"""Where photos to teach with come in: a drop zone for each class, or a ZIP file with a folder for each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from defect_app.catalog.spec import Role
from defect_app.intake import ACCEPTED_IN_WORDS, MAX_BYTES, PhotoFile
from defect_app.teaching import TaughtClass, TeachingFile
from defect_app.teaching.archives import files_in_zip
from defect_app.teaching.request import class_name_from
from defect_app.teaching.teach import LEAST_PHOTOS
from defect_app.ui.session import Key, KeyOf

SOURCES = ("Photos into classes", "A ZIP with a folder for each class")
ROLES: dict[str, Role | None] = {"Good parts": "ok", "Defective parts": "defect", "Just a thing to name": None}
FIRST = (("Good", "Good parts"), ("Defect", "Defective parts"))
_GOOD_NAMES = ("good", "ok", "normal", "intact")
_LIMIT_MB = MAX_BYTES // 1_000_000


@dataclass(frozen=True)
class Given:
    """What was dropped: classes that have files, and the files."""

    classes: tuple[TaughtClass, ...]
    files: tuple[TeachingFile, ...]


def draw_classes() -> Given:
    """Draw the ways in, with what came to each class so far."""
    source = st.segmented_control(
        "How the photos come", list(SOURCES), default=SOURCES[0], required=True, key=Key.TEACH_SOURCE
    )
    return _draw_drop_zones() if source == SOURCES[0] else _draw_zip()


def _draw_drop_zones() -> Given:
    count = st.session_state.setdefault(Key.TEACH_CLASSES, len(FIRST))
    grid = st.grid(2, min_column_width=300, gap="medium")
    classes: list[TaughtClass] = []
    files: list[TeachingFile] = []
    for number in range(count):
        with grid.container(border=True):
            title, role, uploads = _draw_class(number)
        name = class_name_from(title) or f"class_{number + 1}"
        if uploads:
            classes.append(TaughtClass(name, title or name, role))
            files += [TeachingFile(PhotoFile.of_bytes(upload.name, upload.getvalue), name) for upload in uploads]
    if st.button("Add a class", icon=":material/add:", key=Key.TEACH_ADD_CLASS):
        st.session_state[Key.TEACH_CLASSES] = count + 1
        st.rerun()
    return Given(tuple(classes), tuple(files))


def _draw_class(number: int) -> tuple[str, Role | None, Sequence[UploadedFile]]:
    first_title, first_role = FIRST[number] if number < len(FIRST) else (f"Defect {number}", "Defective parts")
    title = st.text_input("Class", first_title, max_chars=60, key=KeyOf.TEACH_CLASS_TITLE(number))
    role = st.selectbox("What it is", list(ROLES), list(ROLES).index(first_role), key=KeyOf.TEACH_CLASS_ROLE(number))
    uploads = st.file_uploader(
        f"Photos of class {number + 1}: {ACCEPTED_IN_WORDS}; up to {_LIMIT_MB} MB each",
        accept_multiple_files=True,
        key=KeyOf.TEACH_CLASS_FILES(number),
        max_upload_size=_LIMIT_MB,
    )
    st.caption(_counted(uploads))
    return title, ROLES[role], uploads


def _counted(uploads: Sequence[UploadedFile]) -> str:
    if not uploads:
        return f"No photos yet: {LEAST_PHOTOS} at least, 20 are better. Without defects the model finds what differs."
    copies = len(uploads) - len({_digest(upload.file_id, upload) for upload in uploads})
    words = f"{len(uploads)} file{'s' * (len(uploads) != 1)}"
    words += f", {copies} of them copies of others" if copies else ""
    missing = LEAST_PHOTOS - (len(uploads) - copies)
    return words + (f"; {missing} more are needed" if missing > 0 else "")


@st.cache_data(max_entries=5000, show_spinner=False)
def _digest(file_id: str, _upload: UploadedFile) -> str:
    return hashlib.sha256(_upload.getbuffer()).hexdigest()


def _draw_zip() -> Given:
    upload = st.file_uploader(
        "A ZIP file with a folder for each class; one is called good", type="zip", key=Key.TEACH_ZIP
    )
    if upload is None:
        return Given((), ())
    found = files_in_zip(upload.getvalue())
    labels = sorted({file.label for file in found}, key=lambda label: (label.lower() not in _GOOD_NAMES, label))
    has_good = bool(labels) and labels[0].lower() in _GOOD_NAMES
    names = {label: class_name_from(label) or f"class_{number + 1}" for number, label in enumerate(labels)}
    classes = []
    for label in labels:
        role: Role | None = None
        if has_good:
            role = "ok" if label.lower() in _GOOD_NAMES else "defect"
        classes.append(TaughtClass(names[label], label, role))
    counts = {label: sum(file.label == label for file in found) for label in labels}
    kinds = {"ok": "good parts", "defect": "defective parts", None: "a thing to name"}
    st.dataframe(
        [{"Folder": c.title, "Files": counts[c.title], "Taught as": kinds[c.role]} for c in classes],
        hide_index=True,
        width="content",
        alt="Files in each folder of the archive",
    )
    if not has_good:
        st.caption("No folder is called good, ok, normal or intact: the folders are taught as things to tell apart.")
    return Given(tuple(classes), tuple(TeachingFile(file.file, names[file.label]) for file in found))
