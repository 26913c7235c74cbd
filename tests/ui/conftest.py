"""What the pages' tests share: a heap like the app's own, and widgets that have one value."""

import gc
from collections.abc import Iterator

import pytest
from streamlit.elements.lib import policies


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


@pytest.fixture(autouse=True)
def no_widget_has_a_default_beside_its_value(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where a page gives a widget a default although the session holds a value for it: Streamlit warns of it."""
    warned: list[str] = []
    monkeypatch.setattr(policies, "_shown_default_value_warning", False)
    monkeypatch.setattr(policies._LOGGER, "warning", lambda message, *words, **_: warned.append(message % words))
    yield
    assert [words for words in warned if "created with a default value" in words] == []
