"""What a number of defective parts can promise about escapes: exact binomial bounds, and how many parts it takes."""

from __future__ import annotations

import numpy as np

from defect_app.evaluation.intervals import exact_upper_bound

_MOST_PARTS = 10**9


def allowed_escapes(n: int, most_escape_rate: float, confidence: float) -> int:
    """Return how many of n defective parts may escape so that the promise about all parts still holds.

    The threshold at the (k+1)-th lowest score leaves at most k of the n parts below it, and the true escape rate there
    is at most Beta(k+1, n-k) distributed, whatever the scores' distribution (Wilks, Annals of Mathematical Statistics
    1941). k depends on n alone, so choosing the threshold by it does not use the promise up.

    Parameters
    ----------
    n : int
        Defective parts, drawn like those of the line.
    most_escape_rate : float
        Share of defective parts that may escape, in (0, 1).
    confidence : float
        In (0, 1).

    Returns
    -------
    int
        At least 0; -1 when even none may be promised on.
    """
    if n < 1 or float(exact_upper_bound(0, n, confidence)) > most_escape_rate:
        return -1
    low, high = 0, n - 1
    while low < high:
        middle = (low + high + 1) // 2
        if float(exact_upper_bound(middle, n, confidence)) <= most_escape_rate:
            low = middle
        else:
            high = middle - 1
    return low


def best_promise(n: int, confidence: float) -> float:
    """Return the least escape rate that n defective parts can promise: that of no escape among them.

    Returns
    -------
    float
        In (0, 1]; 1 for n 0.
    """
    return float(exact_upper_bound(0, n, confidence))


def defective_parts_needed(most_escape_rate: float, confidence: float, escapes: int = 0) -> int:
    """Return how many defective parts it takes to promise an escape rate when so many of them escape.

    Parameters
    ----------
    most_escape_rate : float
        In (0, 1).
    confidence : float
        In (0, 1).
    escapes : int
        At least 0.

    Returns
    -------
    int
        The least n whose exact upper bound is not above the rate.

    Raises
    ------
    ValueError
        If rate or confidence is not in (0, 1).
    """
    if not (0 < most_escape_rate < 1 and 0 < confidence < 1):
        raise ValueError(f"expected a rate and a confidence between 0 and 1, got {most_escape_rate} and {confidence}")
    low, high = escapes + 1, _MOST_PARTS
    if escapes == 0:
        # (1 - rate)^n <= 1 - confidence; the search below settles rounding.
        guess = int(np.ceil(np.log1p(-confidence) / np.log1p(-most_escape_rate)))
        low, high = max(1, guess - 2), guess + 2
    while low < high:
        middle = (low + high) // 2
        if float(exact_upper_bound(escapes, middle, confidence)) <= most_escape_rate:
            high = middle
        else:
            low = middle + 1
    return low
