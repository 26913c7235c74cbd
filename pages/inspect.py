"""Inspect: drop photos, get a verdict for each."""

import streamlit as st

from defect_app.ui.inspect.alike import draw_alike
from defect_app.ui.inspect.arriving import judge_handed_over
from defect_app.ui.inspect.detail import draw_detail
from defect_app.ui.inspect.downloads import draw_downloads
from defect_app.ui.inspect.drawn_frames import apply_fixed_frames
from defect_app.ui.inspect.drop import CAMERA, LIVE, chosen_source, draw_drop
from defect_app.ui.inspect.heat import heat_controls, heat_look
from defect_app.ui.inspect.held_batch import draw_clear, draw_undo, held_batch
from defect_app.ui.inspect.keeping import draw_keeping
from defect_app.ui.inspect.latest_shot import draw_latest_shot, draw_shown_verdict
from defect_app.ui.inspect.listening import listen
from defect_app.ui.inspect.point import draw_point, draw_point_change, watch_point
from defect_app.ui.inspect.progress import draw_finished, draw_running, is_running, shows_results
from defect_app.ui.inspect.results import (
    draw_grid,
    draw_table,
    draw_unusable,
    filter_entries,
    names_of,
    order_entries,
    select_newest,
)
from defect_app.ui.inspect.unfamiliar import draw_guidance, draw_unfamiliar
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.parts.point_warning import draw_point_warning
from defect_app.ui.parts.products import choose_product, draw_picture, loaded_model
from defect_app.ui.parts.readiness import draw_readiness
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.verdicts import unguarded
from defect_app.ui.records import applied_point
from defect_app.ui.resources import catalog
from defect_app.ui.session import Key

open_page("Inspect")

models = catalog()
entry, loaded = loaded_model(models, "Inspect", ask=True)
spec = loaded.spec

in_use = applied_point(loaded)
batch = held_batch(loaded, in_use)

with st.container(key=Key.INSPECT_HEAD, horizontal=True, vertical_alignment="center", gap="medium"):
    draw_picture(entry, 76)
    with st.container(gap=None):
        st.title(as_text(spec.title), anchor=False)
        st.caption(as_text(spec.summary))
        draw_point(in_use)
    if st.button("Change product", icon=":material/apps:", width="content"):
        choose_product(models)

draw_point_warning(in_use)
if loaded.familiarity is None:
    st.warning(as_text(unguarded(len(spec.classes))), icon=":material/remove_moderator:")
draw_readiness(is_brief=True)
draw_keeping(batch, spec)
apply_fixed_frames(batch)
judge_handed_over(batch)
source = chosen_source()
heard = listen(loaded)
if not is_running(batch, heard):
    select_newest(batch.entries)
if source == CAMERA:
    draw_latest_shot(batch, spec, heat_look())
elif source != LIVE:
    draw_shown_verdict(batch, spec, heat_look())
draw_drop(source, batch, spec, heard)
if source in (CAMERA, LIVE):
    draw_guidance(spec, opened=False)
draw_undo(batch)

running = is_running(batch, heard)
if running:
    draw_running(batch, heard)
elif batch.progress().total:
    draw_finished(batch)

if shows_results(batch, heard):
    names = names_of(batch)
    draw_point_change(batch)
    draw_unusable(batch.entries, names)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        shown = filter_entries(batch.entries)
        st.space("stretch")
        look = heat_controls()
        shown = order_entries(shown)
    shown_photo = draw_detail(shown, batch, in_use, look, names)
    as_table, as_photos = st.tabs([":material/table_rows: Table", ":material/grid_view: Photos"])
    with as_table:
        draw_table(shown, batch, names)
    with as_photos:
        draw_grid(shown, spec, look, names)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        draw_downloads(batch, look, filtered=len(shown) < len(batch.entries))
        if not running:
            draw_clear(batch)
    if shown_photo is not None:
        draw_alike(shown_photo.below, shown_photo.entry, batch.inspector)
        draw_unfamiliar(shown_photo.below, shown_photo.entry, batch, models)
watch_point(loaded, in_use)
