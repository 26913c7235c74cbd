"""Is the map to be believed? Hide and see, shake and see, and the sanity check, each in words first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from defect_app.decision import Verdict
from defect_app.explanation import CLASS_ACTIVATION_MAP, METHODS, input_map
from defect_app.explanation.hiding import SHARES, blurred_away, hottest_first, random_order, replaced
from defect_app.explanation.sanity import sanity_in_words
from defect_app.explanation.shaking import what_fools_it
from defect_app.figures.explanations import hiding_figure
from defect_app.intake import at_most, encode_jpeg
from defect_app.ui.explain.choices import OVERLAY, OWN, ExplanationChoices
from defect_app.ui.explain.computing import Subject, hiding_of, sanity_of, shaken_of
from defect_app.ui.explain.heat_pictures import Brightness, heat_picture
from defect_app.ui.explain.possibilities import possibilities
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.session import Key

SHOWN_SIDE = 420


def draw_hiding(subject: Subject, choices: ExplanationChoices) -> None:
    """Draw the photo with its hottest part hidden, the answer against chance, and both curves."""
    request = choices.request(subject, _checked_method(choices))
    curves = hiding_of(request)
    chosen = st.select_slider(
        "Blur out the hottest part of the photo",
        SHARES[1:-1],
        0.02,
        format_func=lambda s: f"{100 * s:g} %",
        key=Key.EXPLAIN_HIDDEN_SHARE,
        width=520,
    )
    at = SHARES.index(chosen)
    st.markdown(f"**{as_text(curves.sentence_at(at))}**")
    chance = float(curves.random_deletion[:, at].mean())
    grid = st.grid(min_column_width=230, gap="medium")
    pixels = subject.seen
    heat = input_map(subject.model, pixels, request.target, request.method, request.layer)
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
                f"{words}: {as_text(choices.target.title)}",
                f"{answer:.3f}",
                f"{answer - curves.deletion[0]:+.3f}",
                delta_color="off",
            )
    with grid.container(gap="xsmall"):
        st.plotly_chart(
            hiding_figure(curves), width="stretch", key=Key.EXPLAIN_HIDING, alt="Answer against share hidden"
        )
    st.markdown(as_text(curves.sentence))
    st.caption(
        f"Area under the deletion curve {curves.deletion_area:.3f} (at random "
        f"{curves.random_deletion_areas.mean():.3f}; lower is better), under the insertion curve "
        f"{curves.insertion_area:.3f} (at random {curves.random_insertion_areas.mean():.3f}; higher is better). Random "
        f"is the mean of {len(curves.random_deletion)} runs. Method: Petsiuk et al., BMVC 2018."
    )


def draw_shaking(subject: Subject, choices: ExplanationChoices) -> None:
    """Draw the changed versions of the photo with verdict, class, answer and map."""
    method = _checked_method(choices)
    shaken = shaken_of(choices.request(subject, method))
    st.markdown(f"**{as_text(what_fools_it(shaken))}**")
    overlaid = replace(choices, view=OVERLAY)
    grid = st.grid(min_column_width=190, gap="small")
    for version in shaken:
        judgement = version.inspected.judgement
        look = LOOKS[judgement.verdict]
        with grid.container(border=True, gap="xsmall"):
            brightness = Brightness.of(overlaid, version.inspected, version.probability)
            photo = at_most(version.inspected.photo.pixels, SHOWN_SIDE)
            st.image(
                heat_picture(photo, version.heat, method, overlaid, brightness),
                width="stretch",
                alt=f"{version.name}: {look.word}",
            )
            st.markdown(f"{look.markdown} {as_text(version.label)} {version.label_probability:.3f}")
            st.caption(f"**{version.name}**" if version.differs_from(shaken[0]) else version.name)
            if judgement.verdict in (Verdict.REVIEW, Verdict.UNSURE):
                st.caption(as_text(judgement.reason))
    st.caption(
        f"Beside the verdict: the most probable class. The maps are {METHODS[method].title} for "
        f"{as_text(choices.target.title)}, pale where that answer is weak."
    )


def draw_sanity(subject: Subject, choices: ExplanationChoices) -> None:
    """Draw the maps of the model as its weights are shuffled from the top down."""
    method = _checked_method(choices)
    if method != CLASS_ACTIVATION_MAP or METHODS["hires-cam"].name in possibilities(subject.model).methods:
        _draw_sanity(subject, choices, method)
    else:
        st.info("This check needs gradients, which are not known for this model.", icon=":material/info:")


def _draw_sanity(subject: Subject, choices: ExplanationChoices, method: str) -> None:
    st.caption(
        "What would the map show if the model had learnt nothing? Its weights are shuffled, from the classifier down. "
        "A map that stays the same explains nothing."
    )
    steps = sanity_of(choices.request(subject, method))
    st.markdown(f"**{as_text(sanity_in_words(steps))}**")
    pixels = subject.seen
    photo = at_most(np.ascontiguousarray(pixels), SHOWN_SIDE)
    overlaid = replace(choices, view=OVERLAY, scale=OWN)
    grid = st.grid(min_column_width=190, gap="small")
    for step in steps:
        with grid.container(border=True, gap="xsmall"):
            picture = heat_picture(photo, step.heat, method, overlaid, Brightness(1.0, choices.opacity))
            st.image(picture, width="stretch", alt=f"{METHODS[method].title}: {step.name}")
            st.markdown(f"{step.name} · **{'no comparison' if step.similarity is None else f'{step.similarity:.2f}'}**")
            if not step.heat.has_evidence:
                st.caption("No place speaks for the target.")
    st.caption(
        "The number is the rank correlation with the true map, what speaks against the target among it: 1 the same, -1 "
        "the same turned over, 0 nothing in common. The photo is shown as the model gets it. Method: Adebayo et al., "
        "NeurIPS 2018."
    )


def _checked_method(choices: ExplanationChoices) -> str:
    """Return the method whose map is checked: the first chosen one, or another where there are several."""
    method = choices.methods[0]
    if len(choices.methods) > 1:
        method = st.segmented_control(
            "Check the map of", choices.methods, format_func=lambda m: METHODS[m].title, default=method,
            required=True, key=Key.EXPLAIN_CHECKED,
        ) or method  # fmt: skip
    return method
