"""Photos judged on the Inspect page by Streamlit's test harness, which runs a page once and awaits nothing."""

from streamlit.testing.v1 import AppTest

from defect_app.ui.session import Key


def judged_samples(page: AppTest) -> AppTest:
    """Have all samples judged, and return the page as it is when the batch has ended."""
    page.run().button(key=Key.INSPECT_ALL_SAMPLES).click().run()
    for batch in page.session_state[Key.INSPECT_BATCHES].values():
        batch.wait(300)
    return page.run()
