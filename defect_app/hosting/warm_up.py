"""Loads the models of a server while it starts, so that no verdict waits for one."""

from __future__ import annotations

import threading
from collections.abc import Callable

from defect_app.catalog import CatalogEntry, by_importance
from defect_app.errors import DefectLensError
from defect_app.hosting.model_host import ModelHost

REST_WAITS_S = 6.0
"""All models but the first wait this long: meanwhile the first page is drawn, and needs the processor."""


def warm_up(host: ModelHost, stop: threading.Event, then: Callable[[CatalogEntry], object] = lambda _: None) -> None:
    """Load the usable models; one that cannot be loaded is left to its page to explain.

    Parameters
    ----------
    host : ModelHost
        Owns them.
    stop : threading.Event
        Once set, no further model is loaded.
    then : callable
        What else a model's first page needs; called after each.
    """
    for place, entry in enumerate(by_importance(host.catalog())):
        if stop.wait(REST_WAITS_S if place == 1 else 0):
            return
        try:
            host.inspector(entry.id)
        except DefectLensError:
            continue
        then(entry)
