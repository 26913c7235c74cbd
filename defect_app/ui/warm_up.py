"""Warm-up: what the first pages need, made while the browser is still loading."""

from __future__ import annotations

import threading

from defect_app.hosting.warm_up import warm_up
from defect_app.ui.resources import model_host, self_test


def warm_up_pages(stop: threading.Event) -> None:
    """Load the models, draw the picture of each product, and test all of it once nobody waits for that any more.

    Parameters
    ----------
    stop : threading.Event
        Once set, no further model is loaded.
    """
    # Imported here, in the thread: the start shall not wait for them, and the first page finds them ready.
    import defect_app.ui.inspect.results  # noqa: F401
    from defect_app.ui.parts.product_cards import product_picture

    self_test().announce()
    warm_up(model_host(), stop, product_picture)
    if not stop.is_set():
        self_test().run(stop)
