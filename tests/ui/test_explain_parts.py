"""Parts of the Explain page alone: the line that reveals a map, and long work that is watched and stopped."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from defect_app.ui.explain.reveal import first_share
from defect_app.ui.session import Key


@pytest.mark.parametrize(("peak", "share"), [(0, 0), (10, 0), (40, 25), (60, 45), (99, 50)])
def test_the_strongest_place_is_revealed_at_first(peak: int, share: int) -> None:
    values = np.zeros((3, 100), np.float32)
    values[1, peak] = 1
    assert first_share(values) == share
    assert first_share(values) <= peak


def counting() -> None:
    import streamlit as st

    from defect_app.progress import Progress
    from defect_app.ui.explain.watching import Stopped, watched

    def count(progress: Progress) -> int:
        for done in (1, 2, 3):
            progress("", done, 3)
        return 3

    try:
        st.write(f"counted to {watched('count', 'Counting', count)}")
    except Stopped as stopped:
        st.write(str(stopped))


def test_work_that_was_stopped_waits_until_it_is_asked_for_again() -> None:
    page = AppTest.from_function(counting, default_timeout=60).run()
    assert [m.value for m in page.markdown] == ["counted to 3"]
    assert not page.button
    page.session_state[Key.EXPLAIN_STOPPED] = {"count"}
    page.run()
    assert [m.value for m in page.markdown] == ["Counting was stopped."]
    (go_on,) = page.button
    go_on.click().run()
    assert [m.value for m in page.markdown] == ["counted to 3"]
    assert not page.button
