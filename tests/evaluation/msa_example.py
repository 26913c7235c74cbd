"""The attribute study that the manual on measurement systems analysis prints: 50 parts, three appraisers, three trials.

AIAG, Measurement Systems Analysis, 4th edition (2010), chapter III, section C, table III-C 1: 1 is an accepted part,
0 a rejected one. The manual is not open, and this was typed by hand; the study whose answers and figures are both
public is `bearing_example`. Only parts on which answers differ are listed; on all others everybody gives the
reference's answer.
"""

from __future__ import annotations

import numpy as np

from defect_app.evaluation.appraisers import Appraiser

N_PARTS, N_TRIALS = 50, 3
REJECTED = (3, 4, 5, 9, 12, 22, 25, 26, 30, 34, 37, 39, 42, 45, 48, 50)
DIFFERING = {
    6: "110110100",
    7: "111111101",
    12: "000000010",
    14: "110111100",
    21: "110101010",
    22: "001010110",
    26: "010000001",
    30: "000001000",
    34: "001001011",
    36: "110111101",
    43: "101111110",
}


def manual_study() -> tuple[np.ndarray, list[Appraiser]]:
    """Return the reference and the appraisers A, B and C; accepted is good, rejected is defective."""
    accepted = np.ones((N_PARTS, 3 * N_TRIALS), np.intp)
    accepted[[part - 1 for part in REJECTED]] = 0
    for part, digits in DIFFERING.items():
        accepted[part - 1] = [int(digit) for digit in digits]
    reference = np.isin(np.arange(1, N_PARTS + 1), REJECTED).astype(np.intp)
    answers = 1 - accepted
    return reference, [Appraiser(name, answers[:, 3 * i : 3 * i + 3]) for i, name in enumerate("ABC")]
