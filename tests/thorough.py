"""Which of many cases that take the same path of the code every run tries: the others are marked `thorough`."""

from collections.abc import Iterable
from typing import Any

import pytest


def represented_by(kept: Iterable[Any], of: Iterable[Any]) -> list[Any]:
    """Return cases as parameters, those that are not kept with the mark of what only ``make test-all`` runs.

    Parameters
    ----------
    kept : iterable
        One case of each kind.
    of : iterable
        All cases.

    Raises
    ------
    ValueError
        If a case that is to be kept is none of them: it was renamed, and nothing would stand for its kind.
    """
    kept, cases = list(kept), list(of)
    if missing := [case for case in kept if case not in cases]:
        raise ValueError(f"Expected cases to be kept that there are, got {missing}.")
    return [case if case in kept else pytest.param(case, marks=pytest.mark.thorough) for case in cases]
