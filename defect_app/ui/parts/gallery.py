"""A page of evaluated photos with their heat maps and scores; names and scores where the photos are not here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from defect_app.evaluation.tables import picture_table
from defect_app.ui.parts.evaluated_photos import EvaluatedPhoto, EvaluatedPicture, evaluated_photo, heated_photo
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.tables import draw_table
from defect_app.ui.parts.text import as_text, name_as_text
from defect_app.ui.session import Key, KeyOf

PAGE_SIZE = 12


def heat_switch() -> bool:
    """Draw the switch for heat maps and return what it says."""
    return st.toggle(
        "Heat maps",
        value=True,
        key=Key.SHARED_HEAT,
        persist_state="session",
        help="Where the model sees what speaks for its answer. This runs the model on the shown photos.",
    )


def draw_gallery(
    model: EvaluatedModel,
    indices: np.ndarray,
    name: str,
    *,
    heat: bool,
    describe: Callable[[int], str] | None = None,
) -> None:
    """Draw photos of the shown part of an evaluation, a page at a time.

    Parameters
    ----------
    model : EvaluatedModel
        The model, with the part that holds the photos.
    indices : ndarray of int
        Which photos of that part, in the order to show.
    name : str
        Of the pagination and of the downloaded table; one a gallery on the page.
    heat : bool
        Whether to draw the model's heat maps over them.
    describe : callable, optional
        Returns the Markdown line under a photo by its index; default: the answer and its score.
    """
    if not len(indices):
        st.caption("There are no such photos.")
        return
    pages = -(-len(indices) // PAGE_SIZE)
    page = min(st.pagination(pages, key=KeyOf.SHARED_GALLERY_PAGE(name)), pages) if pages > 1 else 1
    shown = [int(i) for i in indices[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]]
    with st.spinner("Fetching photos …", show_time=False):
        photos = [_photo(model, i, heat) for i in shown]
    here = any(photo.jpeg for photo in photos)
    if here:
        grid = st.grid(min_column_width=160, gap="small")
        for index, photo in zip(shown, photos, strict=True):
            with grid.container(border=True, gap="xsmall"):
                line = describe(index) if describe is not None else answer_line(model, index)
                _draw_photo(photo, line, str(model.selected.pictures["image"].iat[index]))
    else:
        st.info(
            f"The photos are not on this machine; their names and scores are below. {as_text(photos[0].problem)} "
            f"{as_text(photos[0].remedy)}",
            icon=":material/hide_image:",
        )
    with st.expander("As a table", icon=":material/table_rows:", expanded=not here):
        table = picture_table(model.selected, indices, model.titles)
        draw_table(table, name, "One row for each photo: name, truth, answer, score")


def answer_line(model: EvaluatedModel, index: int) -> str:
    """Return what a photo is and what the model answered, as Markdown."""
    selected = model.selected
    actual, answer = (
        model.spec.title_of(selected.class_names[int(classes[index])])
        for classes in (selected.actual, selected.predicted)
    )
    score = (
        f"defect score **{selected.p_defect[index]:.3f}**"
        if selected.inspection
        else f"confidence **{selected.confidence[index]:.3f}**"
    )
    if actual == answer:
        return f"{as_text(actual)} · {score}"
    return f"Actual {as_text(actual)}, most like {as_text(answer)} · {score}"


def _photo(model: EvaluatedModel, index: int, heat: bool) -> EvaluatedPhoto:
    rows = model.selected.pictures
    image, sha256 = (str(rows[column].iat[index]) for column in ("image", "sha256"))
    picture = EvaluatedPicture.of(model.evaluation.origin, image, sha256)
    # Folds and runs are other models than the bundled one: its heat map would explain another answer.
    fold, run = (int(rows[column].to_numpy()[index]) for column in ("fold", "run"))
    if heat and fold < 0 and run == 0:
        return heated_photo(picture, model.entry, model.in_use.point)
    return evaluated_photo(picture)


def _draw_photo(photo: EvaluatedPhoto, line: str, image: str) -> None:
    name = image.rsplit("/", 1)[-1]
    if photo.jpeg is not None:
        st.image(photo.jpeg, width="stretch", alt=name)
    st.markdown(line)
    st.caption(name_as_text(name))
    if photo.problem:
        st.caption(f":orange[{as_text(photo.problem)}]")
