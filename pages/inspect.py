"""Inspect: drop photos, get a verdict for each."""

import streamlit as st

from defect_app.batch import Batch
from defect_app.ui.inspect.detail import draw_detail
from defect_app.ui.inspect.downloads import draw_downloads
from defect_app.ui.inspect.drop import draw_drop
from defect_app.ui.inspect.heat import heat_controls
from defect_app.ui.inspect.point import draw_point, draw_point_change, draw_warning
from defect_app.ui.inspect.progress import draw_finished, draw_running
from defect_app.ui.inspect.results import SELECTED, draw_grid, draw_table, draw_unusable, filter_entries, order_entries
from defect_app.ui.navigation import open_page
from defect_app.ui.products import choose_product, draw_picture, loaded_model
from defect_app.ui.records import applied_point
from defect_app.ui.resources import catalog

open_page("Inspect")

models = catalog()
entry, loaded = loaded_model(models, "Inspect")
spec = loaded.spec

batches: dict[str, Batch] = st.session_state.setdefault("batches", {})
used = applied_point(loaded)
batch = batches.setdefault(loaded.model_sha256, Batch(loaded, used.point))
batch.apply(used.point)

with st.container(horizontal=True, vertical_alignment="center", gap="medium", wrap=False):
    draw_picture(entry, 76)
    with st.container(gap=None):
        st.title(spec.title, anchor=False)
        st.caption(spec.summary)
        draw_point(used)
    if st.button("Change product", icon=":material/apps:", width="content"):
        choose_product(models)

draw_warning(used)
draw_drop(batch, spec)

if batch.progress().running:
    draw_running(batch)
elif batch.entries:
    draw_finished(batch)
    draw_point_change(batch)
    draw_unusable(batch.entries)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        shown = filter_entries(batch.entries)
        st.space("stretch")
        view = heat_controls()
        shown = order_entries(shown)
    draw_detail(shown, spec, used, view)
    as_table, as_photos = st.tabs([":material/table_rows: Table", ":material/grid_view: Photos"])
    with as_table:
        draw_table(shown, spec)
    with as_photos:
        draw_grid(shown, spec, view)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        draw_downloads(batch.entries, spec, view)
        if st.button("Clear", icon=":material/delete_sweep:", help="Forget these photos and start anew"):
            batches.pop(loaded.model_sha256)
            st.session_state.pop(SELECTED, None)
            st.rerun()
