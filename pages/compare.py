"""Compare: models side by side, the photos they differ on, one photo through all, published figures beside ours."""

from functools import partial

import streamlit as st

from defect_app.ui.compare.choices import choose_models, choose_photos, choose_product
from defect_app.ui.compare.differences import draw_differences
from defect_app.ui.compare.one_photo import draw_one_photo
from defect_app.ui.compare.published import draw_published
from defect_app.ui.compare.side_by_side import draw_side_by_side
from defect_app.ui.parts.errors import draw_notices, draw_problem
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.parts.products import NO_MODEL
from defect_app.ui.parts.sections import draw_sections
from defect_app.ui.resources import catalog
from defect_app.ui.session import Address

open_page("Compare")
st.title("Compare", anchor=False)

models = catalog()
if not any(e.spec for e in models.entries):
    draw_problem(NO_MODEL)
    st.stop()

choices = st.grid(2, min_column_width=150, gap="small")
with choices.container():
    product = choose_product(models)
chosen = choose_models(models, product)
with choices.container():
    compared = choose_photos(models, product, chosen)
if not compared.models:
    st.info("Choose at least one model that has an evaluation.", icon=":material/info:")
    st.stop()
draw_notices(tuple(dict.fromkeys(n for m in compared.models for n in m.selected.notices)))

SECTIONS = {
    "Side by side": draw_side_by_side,
    "Where they differ": draw_differences,
    "One photo": draw_one_photo,
    "Published against ours": draw_published,
}
draw_sections(Address.SECTION, {title: partial(draw, compared) for title, draw in SECTIONS.items()})
