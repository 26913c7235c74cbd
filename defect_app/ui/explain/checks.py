"""Is the map to be believed? Hide and see, shake and see, and the sanity check, each in words first."""

from __future__ import annotations

import numpy as np
import streamlit as st

from defect_app.explanation import METHODS, input_map
from defect_app.explanation.display import for_display
from defect_app.explanation.hiding import SHARES, blurred_away, hottest_first, random_order, replaced
from defect_app.explanation.sanity import sanity_in_words
from defect_app.explanation.shaking import what_fools_it
from defect_app.figures.explanations import hiding_figure
from defect_app.inspection import input_pixels
from defect_app.intake import encode_jpeg
from defect_app.ui.explain.choices import Explaining
from defect_app.ui.explain.computing import Explained, hiding_of, sanity_of, shaken_of
from defect_app.ui.explain.explained_photo import read
from defect_app.ui.explain.keras_model import has_keras, logit_model
from defect_app.ui.explain.maps import heat_picture
from defect_app.ui.text import as_text
from defect_app.ui.verdicts import LOOKS

SHOWN_SIDE = 420


def draw_hiding(explained: Explained, explaining: Explaining) -> None:
    """Draw the photo with its hottest part hidden, the answer against chance, and both curves."""
    method, layer = _checked(explaining)
    curves = hiding_of(explained, explaining.target, method, layer)
    chosen = st.select_slider(
        "Blur out the hottest part of the photo",
        SHARES[1:-1],
        0.02,
        format_func=lambda s: f"{100 * s:g} %",
        key="explain_hidden_share",
        width=520,
    )
    at = SHARES.index(chosen)
    st.markdown(f"**{as_text(curves.sentence_at(at))}**")
    chance = float(curves.random_deletion[:, at].mean())
    grid = st.grid(min_column_width=230, gap="medium")
    pixels = input_pixels(read(explained.model, explained.photo).pixels, explained.model.spec)
    heat = input_map(explained.model, pixels, explaining.target, method, layer)
    shape = (pixels.shape[0], pixels.shape[1])
    blurred = blurred_away(pixels)
    for order, words, answer in (
        (hottest_first(heat, shape), "The hottest part hidden", float(curves.deletion[at])),
        (random_order(heat.values.shape, shape, 0), "As much hidden at random", chance),
    ):
        with grid.container(gap="xsmall"):
            hidden = encode_jpeg(replaced(pixels, blurred, order, chosen), longest_side=SHOWN_SIDE)
            st.image(hidden, width="stretch", alt=f"{words}, {100 * chosen:g} %")
            st.metric(
                f"{words}: {as_text(explaining.target.title)}",
                f"{answer:.3f}",
                f"{answer - curves.deletion[0]:+.3f}",
                delta_color="off",
            )
    with grid.container(gap="xsmall"):
        st.plotly_chart(hiding_figure(curves), width="stretch", key="explain_hiding", alt="Answer against share hidden")
    st.markdown(as_text(curves.sentence))
    st.caption(
        f"Area under the deletion curve {curves.deletion_area:.3f} (at random "
        f"{curves.random_deletion_areas.mean():.3f}; lower is better), under the insertion curve "
        f"{curves.insertion_area:.3f} (at random {curves.random_insertion_areas.mean():.3f}; higher is better). Random "
        f"is the mean of {len(curves.random_deletion)} runs. Method: Petsiuk et al., BMVC 2018."
    )


def draw_shaking(explained: Explained, explaining: Explaining) -> None:
    """Draw the changed versions of the photo with verdict, answer and map."""
    method, layer = _checked(explaining)
    shaken = shaken_of(explained, explaining.target, method, layer)
    st.markdown(f"**{as_text(what_fools_it(shaken))}**")
    grid = st.grid(min_column_width=190, gap="small")
    for version in shaken:
        verdict = version.inspected.judgement.verdict
        with grid.container(border=True, gap="xsmall"):
            photo = encode_jpeg(version.inspected.photo.pixels, longest_side=SHOWN_SIDE)
            picture = heat_picture(photo, for_display(version.heat, method), explaining.colour_map, explaining.opacity)
            st.image(picture, width="stretch", alt=f"{version.name}: {LOOKS[verdict].word}")
            st.markdown(f"{LOOKS[verdict].markdown} {version.probability:.3f}")
            st.caption(version.name if verdict == shaken[0].inspected.judgement.verdict else f"**{version.name}**")
    st.caption(
        f"The number is the answer for {as_text(explaining.target.title)}; the maps are {METHODS[method].title}."
    )


def draw_sanity(explained: Explained, explaining: Explaining) -> None:
    """Draw the maps of the model as its weights are shuffled from the top down."""
    if not has_keras(explained.model):
        st.info("This check needs the Keras file, which this model does not have.", icon=":material/info:")
        return
    method, layer = _checked(explaining)
    st.caption(
        "What would the map show if the model had learnt nothing? Its weights are shuffled, from the classifier down. "
        "A map that stays the same explains nothing."
    )
    logit_model(explained.model)
    steps = sanity_of(explained, explaining.target, method, layer)
    st.markdown(f"**{as_text(sanity_in_words(steps))}**")
    pixels = input_pixels(read(explained.model, explained.photo).pixels, explained.model.spec)
    photo = encode_jpeg(np.ascontiguousarray(pixels), longest_side=SHOWN_SIDE)
    grid = st.grid(min_column_width=190, gap="small")
    for step in steps:
        with grid.container(border=True, gap="xsmall"):
            picture = heat_picture(photo, for_display(step.heat, method), explaining.colour_map, explaining.opacity)
            st.image(picture, width="stretch", alt=f"{METHODS[method].title}: {step.name}")
            st.markdown(f"{step.name} · **{step.similarity:.2f}**")
            if not step.heat.has_evidence:
                st.caption("No evidence at all.")
    st.caption(
        "The number is the rank correlation with the true map: 1 the same, 0 nothing in common. The photo is shown as "
        "the model gets it. Method: Adebayo et al., NeurIPS 2018."
    )


def _checked(explaining: Explaining) -> tuple[str, str]:
    """Return the method to check and its layer: the first chosen one, or another where there are several."""
    method = explaining.methods[0]
    if len(explaining.methods) > 1:
        method = st.segmented_control(
            "Check the map of", explaining.methods, format_func=lambda m: METHODS[m].title, default=method,
            required=True, key="explain_checked",
        ) or method  # fmt: skip
    return method, explaining.layer_of(method)
