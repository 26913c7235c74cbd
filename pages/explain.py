"""Explain: where a model sees what it says, and whether to believe the picture."""

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.ui.explain.checks import draw_hiding, draw_sanity, draw_shaking
from defect_app.ui.explain.choices import draw_choices
from defect_app.ui.explain.computing import Explained
from defect_app.ui.explain.explained_photo import read
from defect_app.ui.explain.inside import draw_inside
from defect_app.ui.explain.maps import draw_maps
from defect_app.ui.explain.quality import draw_quality
from defect_app.ui.explain.source import choose_photo
from defect_app.ui.navigation import open_page
from defect_app.ui.products import choose_product, draw_picture, loaded_model
from defect_app.ui.records import applied_point
from defect_app.ui.resources import catalog
from defect_app.ui.sections import draw_sections
from defect_app.ui.text import as_text

open_page("Explain")

models = catalog()
entry, model = loaded_model(models, "Explain")
spec = model.spec

with st.container(horizontal=True, vertical_alignment="center", gap="medium", wrap=False):
    draw_picture(entry, 64)
    with st.container(gap=None):
        st.title("Explain", anchor=False)
        st.caption(f"What {as_text(spec.title)} sees in a photo, and whether to believe the picture of it.")
    if st.button("Change model", icon=":material/apps:", width="content"):
        choose_product(models)

photo = choose_photo(entry, spec)
if photo is not None:
    try:
        inspected = model.inspect(read(model, photo), applied_point(model).point)
        explained = Explained(model, photo, applied_point(model).point)
        explaining = draw_choices(model, inspected.probabilities, photo.sha256)
        draw_maps(explained, explaining, inspected)
    except DefectLensError as error:
        st.error(as_text(f"{error} {error.remedy}"), icon=":material/broken_image:")
        photo = None

SECTIONS = {
    "Hide and see": lambda: draw_hiding(explained, explaining),
    "Shake and see": lambda: draw_shaking(explained, explaining),
    "Sanity check": lambda: draw_sanity(explained, explaining),
    "Look inside": lambda: draw_inside(explained, explaining),
    "How good are the maps?": lambda: draw_quality(entry, model),
}
if photo is None:
    st.subheader("How good are the maps?", anchor=False)
    draw_quality(entry, model)
else:
    st.subheader("Is it to be believed?", anchor=False)
    draw_sections("check", SECTIONS)
