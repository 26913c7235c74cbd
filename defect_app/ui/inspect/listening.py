"""What the browser does beside Streamlit's widgets: tells of files too large to send, feeds large drops, hears keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import streamlit as st
from pydantic import Field, StrictBool, StrictInt

from defect_app.errors import InvalidDocument
from defect_app.inspection import Inspector
from defect_app.intake import MAX_BYTES, PhotoFile
from defect_app.settings import settings
from defect_app.ui.session import Key
from defect_app.validation import validated

MEBIBYTE = 1 << 20
LIMIT_MB = MAX_BYTES // 1_000_000
"""What the uploader takes of one photo, in what it calls MB."""

SCRIPTS = ("listening.js", "feeding.js", "shrinking.js")
"""Joined into one module: a component of this kind is one script."""

_COMPONENT = st.components.v2.component(
    "defect_lens_listening",
    js="\n".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in SCRIPTS),
)


@dataclass(frozen=True)
class UnsentFile:
    """A file that the browser kept back: its name, data and never a path, and its size in bytes."""

    name: Annotated[str, Field(max_length=4096)]
    size: Annotated[StrictInt, Field(ge=0)]


@dataclass(frozen=True)
class UnsentFiles:
    """The files of one drop that the browser kept back.

    Attributes
    ----------
    id : str
        Of the drop: a report that comes twice is one.
    files : tuple of UnsentFile
        What was not sent.
    all : bool
        Whether nothing else was dropped.
    """

    id: str = ""
    files: Annotated[tuple[UnsentFile, ...], Field(max_length=100_000)] = ()
    all: StrictBool = False

    @property
    def photo_files(self) -> list[PhotoFile]:
        """The files for a batch, each to be refused with its size."""
        return [PhotoFile.not_sent(file.name, file.size) for file in self.files]


@dataclass(frozen=True)
class Heard:
    """What the browser told.

    Attributes
    ----------
    unsent : UnsentFiles
        What it kept back.
    fed_drop : str
        Names the drop that it sends in handfuls at this moment; empty for none.
    is_large : bool
        Whether sending that takes so long that a person looks at the first verdicts meanwhile.
    """

    unsent: UnsentFiles
    fed_drop: str = ""
    is_large: bool = False


def side_of(inspector: Inspector) -> int:
    """Return the shorter side, in pixels, of photos that browsers shrink before they send them.

    Twice the model's input; twice that again where the part is looked for in the photo. Larger ones cost three times
    the bytes and are judged hardly more alike (`benchmarks.shrinking`).
    """
    return inspector.least_side * (2 if inspector.part_finder is None else 4)


def listen(inspector: Inspector) -> Heard:
    """Return the files above the uploader's limit that were dropped since the last run of the page.

    Beside them, which drop for this model is sent in handfuls at this moment.
    """
    with st.container(key=Key.SHARED_QUIET_LISTENING):
        heard = _COMPONENT(
            key=Key.INSPECT_LISTENING,
            data={"most": LIMIT_MB * MEBIBYTE, "shrinkTo": side_of(inspector) if settings().shrink_uploads else 0},
            on_refused_change=lambda: None,
            on_fed_change=lambda: None,
        )
    fed = heard.get("fed")
    unsent = _unsent(heard.get("refused"))
    if not isinstance(fed, Mapping) or fed.get("model") != inspector.spec.id:
        return Heard(unsent)
    return Heard(unsent, str(fed.get("id", "")), bool(fed.get("isLarge")))


def _unsent(sent: object) -> UnsentFiles:
    if not isinstance(sent, Mapping) or sent.get("id") == st.session_state.get(Key.INSPECT_UNSENT):
        return UnsentFiles()
    st.session_state[Key.INSPECT_UNSENT] = sent.get("id")
    try:
        return validated(UnsentFiles, dict(sent))
    except InvalidDocument:
        return UnsentFiles()
