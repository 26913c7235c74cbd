"""Labels that are probably wrong: the very ones that cleanlab's confident learning finds on bundled evaluations."""

from dataclasses import replace

import numpy as np
import pytest
from cleanlab.filter import find_label_issues

from defect_app.catalog import CatalogEntry, load_catalog
from defect_app.evaluation.label_issues import label_issues
from defect_app.evaluation.opening import open_evaluation
from defect_app.evaluation.selection import SelectedPictures, Selection, available, select
from defect_app.paths import MODELS

FEW_CLASSES = [entry for entry in load_catalog(MODELS).usable if len(entry.usable_spec.classes) <= 10]
"""Of 1,000 classes most have one picture or none, where cleanlab sets limits otherwise; see `label_issues`."""


def selected_of(entry: CatalogEntry) -> SelectedPictures:
    opened = open_evaluation(entry.folder, entry.usable_spec)
    splits = {part.split for part in available(opened)}
    return select(opened, Selection("cv" if "cv" in splits else "test"))


@pytest.mark.parametrize("share", [0.0, 0.05], ids=["as labelled", "a twentieth turned"])
@pytest.mark.parametrize("entry", FEW_CLASSES, ids=lambda entry: entry.id)
def test_the_issues_are_those_of_confident_learning(entry: CatalogEntry, share: float) -> None:
    selected = selected_of(entry)
    n, n_classes = selected.probabilities.shape
    generator = np.random.default_rng(5)
    turned = np.where(generator.random(n) < share, generator.integers(1, n_classes, n), 0)
    labels = (selected.actual + turned) % n_classes
    probabilities = selected.probabilities.astype(np.float64)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    expected = find_label_issues(labels, probabilities, filter_by="confident_learning", n_jobs=1)
    found = label_issues(replace(selected, actual=labels))
    assert set(found.pictures.tolist()) == set(np.flatnonzero(expected).tolist())
    assert (np.diff(found.margin) >= 0).all()
