"""Quantised copies: folders of their own, whose name says what they were made of."""

from __future__ import annotations

from defect_app.catalog.spec import ModelSpec

COPY_SUFFIX = "-int8"
"""A quantised copy's id is its model's id with this behind."""


def original_of(spec: ModelSpec) -> str | None:
    """Return the id of the model that a quantised copy was made of; None for a model that is none."""
    # A quantised copy has no Keras file of its own.
    if spec.id.endswith(COPY_SUFFIX) and "model.keras" not in spec.sha256:
        return spec.id.removesuffix(COPY_SUFFIX)
    return None
