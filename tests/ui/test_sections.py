"""Sections as tabs: only the open one is computed, and what goes wrong in it is said in its place."""

from streamlit.testing.v1 import AppTest

from defect_app.ui.parts.text import as_text


def page() -> None:
    import streamlit as st

    from defect_app.errors import DefectLensError
    from defect_app.ui.parts.sections import draw_sections
    from defect_app.ui.session import Address

    def broken() -> None:
        raise DefectLensError("The file is gone.", "Put it back.")

    draw_sections(Address.SECTION, {"Broken": broken, "Never opened": lambda: st.write("computed")})
    st.write("the rest of the page")


def test_only_the_open_section_is_drawn_and_its_failure_is_said_in_place() -> None:
    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [e.value for e in app.error] == [as_text("The file is gone. Put it back.")]
    assert [t.label for t in app.tabs] == ["Broken", "Never opened"]
    assert "computed" not in [m.value for m in app.markdown]
    assert "the rest of the page" in [m.value for m in app.markdown]
