"""Home: a door for one's own photos, three ways on, and each product."""

import streamlit as st

from defect_app.ui.home.door import draw_door
from defect_app.ui.home.ways import draw_ways
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.parts.product_cards import draw_product_cards
from defect_app.ui.parts.readiness import draw_readiness
from defect_app.ui.resources import catalog

open_page("Home")

st.title("Is this part good?")
st.markdown(
    "Drop photos of parts and get a verdict for each: :green[:material/check_circle: **PASS**], "
    ":orange[:material/visibility: **REVIEW**] or :red[:material/cancel: **REJECT**], with the reason in words, "
    "a heat map of where the model sees it, and a record to keep. Photos stay on this machine."
)

models = catalog()
if not models.entries:
    st.info("There is no model here yet. Train one, or put a model folder into models/.", icon=":material/info:")
else:
    draw_door(models)
    draw_readiness()
draw_ways()
if models.entries:
    st.header("Choose what you want to look at")
    draw_product_cards(models, page="pages/inspect.py")

st.header("How it works")
steps = st.grid(3, min_column_width=225, gap="medium", border=True)
steps.container().markdown(
    ":material/upload_file: **Bring photos.** Drop one or five hundred, a whole folder, or use the camera. "
    "A file that cannot be used is named with its reason and stops nothing."
)
steps.container().markdown(
    ":material/search_check: **Read the verdicts.** A photo that is blurred, dark, or shows something the model never "
    "learned goes to REVIEW: a person decides."
)
steps.container().markdown(
    ":material/download: **Keep the record.** Every verdict with its score, reason and threshold, as CSV or JSON, "
    "and the heat maps as pictures."
)
