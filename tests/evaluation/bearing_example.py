"""A published attribute study: black spots on 15 plain bearings, three appraisers, three trials, and its results.

Data set AAARow.csv and the results that test-msaAttribute.R expects of it, both of the module for quality control of
JASP (https://github.com/jasp-stats/jaspQualityControl, folder tests/testthat, commits a73411e and 244165a). The
bearings with spots are the defective ones. The figures come from R's packages there, not from this project.
"""

from __future__ import annotations

import numpy as np

from defect_app.evaluation.appraisers import Appraiser

WITH_SPOTS = (1, 3, 4, 5, 7, 10, 12, 13, 14, 15)
DIFFERING = {
    "EG": {4: "100", 6: "111", 14: "000"},
    "BL": {4: "100", 6: "111", 7: "000", 14: "000"},
    "MH": {2: "111", 6: "111", 8: "001", 9: "100", 11: "101", 14: "000"},
}
"""Answers that are not all those of the expert; 1 is an answer that there are spots."""


def bearing_study() -> tuple[np.ndarray, list[Appraiser]]:
    """Return the expert's reference and the three appraisers."""
    reference = np.isin(np.arange(1, 16), WITH_SPOTS).astype(np.intp)
    appraisers = []
    for name, differing in DIFFERING.items():
        answers = np.repeat(reference[:, None], 3, axis=1)
        for part, digits in differing.items():
            answers[part - 1] = [int(digit) for digit in digits]
        appraisers.append(Appraiser(name, answers))
    return reference, appraisers
