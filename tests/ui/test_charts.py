"""Charts are drawn without being changed: sessions share them, and their file is made when it is asked for."""

import plotly.graph_objects as go
from streamlit.testing.v1 import AppTest

from defect_app.figures.style import NEUTRAL, standalone_html, styled


def chart_page() -> None:
    import streamlit as st

    from defect_app.ui.parts.charts import draw_chart

    for figure in st.session_state["figures"]:
        draw_chart(figure, f"chart-{len(figure.data)}", "What it shows")


def figures() -> list[go.Figure]:
    drawn = [go.Figure([go.Scatter(x=[1, 2], y=[3, 4])] * n) for n in (1, 2)]
    return [styled(figure, x_title="x", y_title="y") for figure in drawn]


def test_a_figure_that_is_shared_stays_as_it_is() -> None:
    shared = figures()
    before = [figure.to_json() for figure in shared]
    app = AppTest.from_function(chart_page)
    app.session_state["figures"] = shared
    app.run()
    assert not app.exception
    assert [figure.to_json() for figure in shared] == before


def test_text_follows_the_theme_on_the_page_and_is_grey_in_a_file() -> None:
    figure = figures()[0]
    assert figure.layout.font.color is None
    page = standalone_html(figure, whole_page=True)
    assert f'"font":{{"color":"{NEUTRAL}","size":13}}' in page
    assert figure.layout.font.color is None
    assert "plotly.js v" in page
    part = standalone_html(figure, whole_page=False)
    assert "plotly.js v" not in part
    assert '"template"' not in part
