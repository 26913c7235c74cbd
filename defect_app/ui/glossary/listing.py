"""The listing of terms: one a card, with its formula, its example from a model's figures, and how it misleads."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from defect_app.catalog import Catalog
from defect_app.evaluation.selection import Selection, available
from defect_app.ui.glossary.examples import example_of
from defect_app.ui.parts.model_evaluation import EvaluatedModel, evaluated_model, evaluation_results
from defect_app.ui.parts.terms import Term
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address

_PREFERRED = ("cv", "test", "validation")


def example_model(models: Catalog) -> EvaluatedModel | None:
    """Return the model that examples are taken from: the one chosen last, else the first with usable figures."""
    chosen = st.session_state.get(Address.MODEL)
    ordered = sorted(models.entries, key=lambda entry: entry.id != chosen)
    for entry in ordered:
        if entry.spec is None or entry.spec.task != "inspection":
            continue
        whole = evaluation_results(entry)
        splits = {part.split for part in available(whole.evaluation)} if whole.evaluation.usable else set()
        split = next((name for name in _PREFERRED if name in splits), None)
        if split is not None:
            return evaluated_model(entry, whole.part(Selection(split)))
    return None


def draw_terms(found: Mapping[str, Term], model: EvaluatedModel | None) -> None:
    """Draw terms one below the other, each with an anchor of its key."""
    if model is not None:
        st.caption(
            f":material/calculate: Examples are computed from {as_text(model.title)} on "
            f"{as_text(model.selected.words)}, at its point in use."
        )
    for key, term in found.items():
        with st.container(border=True):
            st.subheader(term.name, anchor=key.replace("_", "-"))
            st.markdown(term.line)
            if term.formula:
                st.latex(term.formula)
            example = example_of(term.example, model) if term.example and model is not None else ""
            if example:
                st.markdown(f":material/calculate: **Here:** {as_text(example)}")
            st.markdown(f":orange[:material/warning:] **Misread:** {term.misread}")
