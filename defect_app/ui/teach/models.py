"""Models that were taught here: taken along as a ZIP file, brought in from one, set back to a former version."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry
from defect_app.errors import DefectLensError
from defect_app.settings import settings
from defect_app.teaching.exchange import packed, unpack
from defect_app.teaching.versions import FormerVersion, former_versions, roll_back
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address, Key
from defect_app.ui.teach.corrected import draw_new_version
from defect_app.ui.teach.fine_tuning import draw_fine_tuning
from defect_app.ui.teach.labelling import draw_labelling


def draw_taught(models: Catalog) -> None:
    """Draw what can be done with taught models, and the way in for one from elsewhere."""
    st.header("Models taught here", anchor=False)
    root = settings().taught_models.resolve()
    taught = {entry.id: entry for entry in models.usable if entry.folder.parent.resolve() == root}
    if taught:
        chosen = st.selectbox(
            "Model", list(taught), format_func=lambda model_id: taught[model_id].title, key=Key.TEACH_TAUGHT
        )
        _draw_one(taught[chosen])
        if st.query_params.get(Address.CORRECTED) != chosen:
            draw_new_version(taught[chosen])
        try:
            draw_fine_tuning(taught[chosen])
            draw_labelling(taught[chosen])
        except DefectLensError as error:
            draw_error(error)
    else:
        st.caption("None yet.")
    upload = st.file_uploader("Bring a model that another Defect Lens exported (ZIP)", type="zip", key=Key.TEACH_IMPORT)
    if upload is not None and st.button("Take it", icon=":material/input:"):
        try:
            folder = unpack(upload.getvalue())
        except DefectLensError as error:
            draw_error(error)
        else:
            st.success(
                f"{as_text(folder.name)} is here; pages show it in a few seconds.", icon=":material/check_circle:"
            )


def _draw_one(entry: CatalogEntry) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            "Export as ZIP",
            lambda: packed(entry.folder),
            f"{entry.id}.zip",
            "application/zip",
            key=Key.TEACH_EXPORT,
            icon=":material/download:",
            on_click="ignore",
        )
        versions = former_versions(entry.id)
        if versions:
            chosen = st.selectbox("Former versions", versions, format_func=_words, key=Key.TEACH_VERSION)
            if st.button("Roll back to it", icon=":material/history:", key=Key.TEACH_ROLL_BACK):
                try:
                    roll_back(chosen)
                except DefectLensError as error:
                    draw_error(error)
                else:
                    st.rerun()


def _words(version: FormerVersion) -> str:
    return f"until {version.replaced_at:%Y-%m-%d %H:%M:%S} UTC"
