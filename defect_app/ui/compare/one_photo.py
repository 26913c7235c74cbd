"""One photo through several models side by side: labels, confidence, time, and what each model is good for."""

from __future__ import annotations

import streamlit as st

from defect_app.intake import MAX_BYTES
from defect_app.scenes.samples import samples_for
from defect_app.ui.compare.choices import Compared
from defect_app.ui.parts.model_answer import draw_model_answer, good_for
from defect_app.ui.parts.text import as_text, name_as_text, numbered_repeats
from defect_app.ui.session import Address, Key


def draw_one_photo(compared: Compared) -> None:
    """Draw the choice of a photo, and each model's answer to it; the models run once a photo is chosen."""
    left, right = st.columns([2, 3], gap="medium")
    samples = {s.name: s for s in samples_for(compared.models[0].spec)}
    labels = dict(zip(samples, map(as_text, numbered_repeats([s.what for s in samples.values()])), strict=True))
    with left:
        chosen = st.pills(
            "A sample photo",
            list(samples),
            format_func=lambda n: labels[n],
            key=Address.SAMPLE,
            bind="query-params",
            wrap=True,
        )
    with right:
        upload = st.file_uploader(
            "Or a photo of your own", key=Key.COMPARE_UPLOAD, max_upload_size=MAX_BYTES // 1_000_000
        )
    if upload is not None:
        name, data = upload.name, upload.getvalue()
    elif chosen in samples:
        name, data = chosen, samples[chosen].read()
    else:
        st.caption("Choose a sample or drop a photo: every model above says what it sees.")
        return
    st.markdown(f"**{name_as_text(name)}**")
    grid = st.grid(min(4, max(2, len(compared.models))), min_column_width=260, gap="medium")
    for model in compared.models:
        with grid.container(border=True, gap="xsmall"):
            st.markdown(f"**{as_text(model.title)}**")
            st.caption(good_for(model.spec))
            draw_model_answer(model, data, name, is_own=upload is not None)
