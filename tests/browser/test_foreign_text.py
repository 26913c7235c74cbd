"""Foreign text in a real browser: what `as_text` returns is drawn character by character, whatever the text says."""

import os
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.ready import settle
from tests.served_app import ROOT, App, free_port, served_app

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
TEXTS = (
    "**bold** _slanted_ ~~struck~~ `code`",
    "<b>x</b> <script>alert(1)</script> &amp;",
    ":material/home: :streamlit: :smile: :red[alarm] :blue-badge[new]",
    ":material/home",
    "$x^2$ $$y$$",
    "[link](http://e.vil) ![picture](http://e.vil/x.png) <https://e.vil>",
    "http://evil.example www.evil.example ann@evil.example",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "# heading",
    "1. one",
    "- item",
    "> quote",
    "    indented",
    "| a | b |",
)
PAGE = """
import streamlit as st

from defect_app.ui.parts.text import as_text

for number, text in enumerate({texts!r}):
    with st.container(key=f"text{{number}}"):
        st.markdown(as_text(text))
        st.caption(f"In {{as_text(text)}} between")
        st.button(as_text(text), key=f"button{{number}}")
        st.error(as_text(text))
        st.progress(0.5, as_text(text))
        st.markdown(f":orange[{{as_text(text)}}] **{{as_text(text)}}**")
"""


@pytest.fixture(scope="module")
def texts_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("texts")
    (folder / "page.py").write_text(PAGE.format(texts=TEXTS), encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "page.py", "--server.headless=true", f"--server.port={port}"]
    with served_app(folder / "app.log", command, port, folder, {**os.environ, "PYTHONPATH": str(ROOT)}) as app:
        yield app


def words(text: str) -> str:
    return " ".join(text.split())


def test_foreign_text_is_drawn_as_it_is(texts_app: App, page: Page) -> None:
    page.goto(texts_app.url)
    expect(page.locator(f".st-key-text{len(TEXTS) - 1} [role=progressbar]")).to_be_visible()
    settle(page)
    for number, written in enumerate(TEXTS):
        place = page.locator(f".st-key-text{number}")
        text = words(written)
        drawn = words(place.inner_text())
        assert drawn.count(text) == 7, drawn
        assert f"In {text} between" in drawn
        for meaning in ("a", "em", "del", "code", "img", "script", "h1", "ol", "ul", "blockquote", "table", ".katex"):
            assert place.locator(f"[data-testid=stMarkdownContainer] {meaning}").count() == 0, (text, meaning)
