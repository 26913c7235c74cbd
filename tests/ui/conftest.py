"""What the pages' tests share: a heap like the app's own."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="package")
def heap_like_the_apps() -> Iterator[None]:
    """Take what earlier tests left behind, TensorFlow's objects above all, out of the garbage collector's sight.

    Streamlit collects garbage after each run of a page: with a million foreign objects that takes over a second,
    which no process of the app ever sees.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
