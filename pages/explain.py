"""Explain: where a model sees what it says, and whether to believe the picture."""

from functools import partial

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.ui.explain.alike import draw_alike
from defect_app.ui.explain.checks import draw_hiding, draw_sanity, draw_shaking
from defect_app.ui.explain.choices import draw_choices
from defect_app.ui.explain.computing import Subject
from defect_app.ui.explain.inside import draw_inside
from defect_app.ui.explain.maps import draw_maps
from defect_app.ui.explain.quality import draw_quality
from defect_app.ui.explain.source import choose_photo
from defect_app.ui.parts.address import begin_address
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.parts.products import choose_product, draw_picture, loaded_model
from defect_app.ui.parts.saved_frames import framed_as_saved
from defect_app.ui.parts.sections import draw_sections
from defect_app.ui.parts.text import as_text
from defect_app.ui.records import applied_point
from defect_app.ui.resources import catalog
from defect_app.ui.session import Address

open_page("Explain")
begin_address("Explain")

models = catalog()
entry, model = loaded_model(models, "Explain")
spec = model.spec

with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    draw_picture(entry, 64)
    with st.container(gap=None, width="stretch"):
        st.title("Explain", anchor=False)
        st.caption(f"What {as_text(spec.title)} sees in a photo, and whether to believe the picture of it.")
    if st.button("Change model", icon=":material/apps:", width="content"):
        choose_product(models)

photo, choices = choose_photo(entry, spec), None
if photo is not None:
    try:
        point, note = applied_point(model).point, ""
        if photo.is_own:
            model, point, note = framed_as_saved(model, point)
        subject, inspected = Subject.judged(model, photo, point)
        if note:
            st.caption(f":material/crop: {as_text(note)}")
        choices = draw_choices(model, inspected.probabilities)
    except DefectLensError as error:
        draw_error(error, icon=":material/broken_image:")

if choices is None:
    st.header("How good are the maps?", anchor=False)
    draw_quality(entry, model)
else:
    draw_maps(subject, choices, inspected)
    st.header("Is it to be believed?", anchor=False)
    draw_sections(
        Address.CHECK,
        {
            "Hide and see": partial(draw_hiding, subject, choices),
            "Shake and see": partial(draw_shaking, subject, choices),
            "Sanity check": partial(draw_sanity, subject, choices),
            "Looks like these": partial(draw_alike, subject),
            "Look inside": partial(draw_inside, subject, choices),
            "How good are the maps?": partial(draw_quality, entry, model),
        },
    )
