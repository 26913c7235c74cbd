"""Look inside: strips of the strongest feature maps, early to late, in plain words."""

from __future__ import annotations

import cv2
import numpy as np
import streamlit as st

from defect_app.explanation.inside import Stage
from defect_app.inspection.overlay import COLOUR_MAPS
from defect_app.intake import encode_jpeg
from defect_app.ui.explain.choices import ExplanationChoices
from defect_app.ui.explain.computing import Subject, stages_of
from defect_app.ui.parts.text import as_text

TILE = 160
GAP = 6


def draw_inside(subject: Subject, choices: ExplanationChoices) -> None:
    """Draw one strip a stage."""
    st.caption(
        "A network looks at a photo in stages. Each stage makes many small maps, and each map is bright where it finds "
        "the one thing that it looks for. Here are the busiest maps of each stage, each with its own scale."
    )
    for number, stage in enumerate(stages_of(subject), start=1):
        words, strip = st.columns([1, 4], vertical_alignment="center")
        with words:
            st.markdown(f"**Stage {number}**  \n{stage.words}")
            st.caption(f"{as_text(stage.layer)}: {stage.channels} maps of {stage.rows} x {stage.columns}")
        strip.image(
            strip_jpeg(stage, choices.colour_map),
            width="stretch",
            alt=f"Stage {number}: the {len(stage.maps)} strongest feature maps of {stage.layer}",
        )


def strip_jpeg(stage: Stage, colour_map: str) -> bytes:
    """Return a stage's maps beside each other, in colours, with their own pixels visible."""
    height = TILE
    width = max(1, round(TILE * stage.columns / stage.rows))
    tiles = []
    for values in stage.maps:
        levels = np.rint(values * 255).astype(np.uint8)
        enlarged = cv2.resize(levels, (width, height), interpolation=cv2.INTER_NEAREST)
        coloured = cv2.cvtColor(cv2.applyColorMap(enlarged, COLOUR_MAPS[colour_map]), cv2.COLOR_BGR2RGB)
        tiles += [coloured, np.full((height, GAP, 3), 127, np.uint8)]
    return encode_jpeg(np.ascontiguousarray(np.concatenate(tiles[:-1], axis=1)), quality=92)
