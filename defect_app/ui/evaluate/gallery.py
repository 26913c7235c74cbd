"""A page of evaluated photos with their heat maps and scores; names and scores where the photos are not here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from defect_app.catalog import CatalogEntry
from defect_app.evaluation.opening import OpenedEvaluation
from defect_app.evaluation.selection import SelectedPictures
from defect_app.ui.evaluate.charts import draw_table
from defect_app.ui.evaluation_photos import EvaluatedPhoto, evaluated_photo
from defect_app.ui.text import as_text, name_as_text

PAGE_SIZE = 12
HEAT = "heat"


def heat_switch() -> bool:
    """Draw the switch for heat maps and return what it says."""
    return st.toggle(
        "Heat maps",
        value=True,
        key=HEAT,
        persist_state="session",
        help="Where the model sees what speaks for its answer. This runs the model on the shown photos.",
    )


def draw_gallery(
    entry: CatalogEntry,
    evaluation: OpenedEvaluation,
    selected: SelectedPictures,
    indices: np.ndarray,
    name: str,
    *,
    heat: bool,
    said: Callable[[int], str] | None = None,
) -> None:
    """Draw photos of a selection, a page at a time.

    Parameters
    ----------
    entry : CatalogEntry
        The model, for heat maps.
    evaluation : OpenedEvaluation
        Its origin names the data set.
    selected : SelectedPictures
        The photos.
    indices : ndarray of int
        Which of them, in the order to show.
    name : str
        Of the pagination and of the downloaded table; one a gallery on the page.
    heat : bool
        Whether to draw heat maps over them.
    said : callable, optional
        Markdown line for a picture by its index; default: the answer and its score.
    """
    if not len(indices):
        st.caption("There are no such photos.")
        return
    pages = -(-len(indices) // PAGE_SIZE)
    page = min(st.pagination(pages, key=f"page_{name}"), pages) if pages > 1 else 1
    shown = [int(i) for i in indices[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]]
    with st.spinner("Fetching photos …", show_time=False):
        photos = [_photo(entry, evaluation, selected, i, heat) for i in shown]
    line = said or (lambda i: answer_line(entry, selected, i))
    if any(p.jpeg for p in photos):
        grid = st.grid(min_column_width=160, gap="small")
        for index, photo in zip(shown, photos, strict=True):
            with grid.container(border=True, gap="xsmall"):
                _draw_photo(photo, line(index), str(selected.pictures["image"].iat[index]))
    else:
        st.info(
            f"The photos are not on this machine; their names and scores are below. {as_text(photos[0].problem)} "
            f"{as_text(photos[0].remedy)}",
            icon=":material/hide_image:",
        )
    with st.expander("As a table", icon=":material/table_rows:", expanded=not any(p.jpeg for p in photos)):
        draw_table(photo_table(entry, selected, indices), name, "One row for each photo: name, truth, answer, score")


def answer_line(entry: CatalogEntry, selected: SelectedPictures, index: int) -> str:
    """Return what a photo is and what the model said, as Markdown."""
    actual, told = (_title(entry, selected.class_names[int(i[index])]) for i in (selected.actual, selected.predicted))
    score = (
        f"defect score **{selected.p_defect[index]:.3f}**"
        if selected.inspection
        else f"confidence **{selected.confidence[index]:.3f}**"
    )
    if actual == told:
        return f"{as_text(actual)} · {score}"
    return f"Actual {as_text(actual)}, most like {as_text(told)} · {score}"


def photo_table(entry: CatalogEntry, selected: SelectedPictures, indices: Sequence[int] | np.ndarray) -> pd.DataFrame:
    """Return names, truths, answers and scores of photos of a selection, in the order of `indices`."""
    chosen = np.asarray(indices, np.intp)
    names = [_title(entry, name) for name in selected.class_names]
    table = pd.DataFrame(
        {
            "photo": selected.pictures["image"].to_numpy()[chosen],
            "actual": [names[i] for i in selected.actual[chosen]],
            "most likely": [names[i] for i in selected.predicted[chosen]],
            "its probability": selected.confidence[chosen].round(4),
        }
    )
    if selected.inspection:
        table["defect score"] = selected.p_defect[chosen].round(4)
    table["sha256"] = selected.pictures["sha256"].to_numpy()[chosen]
    return table


def _photo(
    entry: CatalogEntry, evaluation: OpenedEvaluation, selected: SelectedPictures, index: int, heat: bool
) -> EvaluatedPhoto:
    dataset = evaluation.origin.dataset if evaluation.origin else ""
    image, sha256 = (str(selected.pictures[column].iat[index]) for column in ("image", "sha256"))
    # Folds and runs are other models than the bundled one: its heat map would explain another answer.
    fold, run = (int(selected.pictures[column].to_numpy()[index]) for column in ("fold", "run"))
    return evaluated_photo(entry, dataset, image, sha256, heat=heat and fold < 0 and run == 0)


def _draw_photo(photo: EvaluatedPhoto, line: str, image: str) -> None:
    name = image.rsplit("/", 1)[-1]
    if photo.jpeg is not None:
        st.image(photo.jpeg, width="stretch", alt=name)
    st.markdown(line)
    st.caption(name_as_text(name))
    if photo.problem:
        st.caption(f":orange[{as_text(photo.problem)}]")


def _title(entry: CatalogEntry, name: str) -> str:
    return entry.spec.title_of(name) if entry.spec is not None else name
