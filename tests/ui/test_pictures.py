"""The documents' pictures: each page still has its title and the controls that its picture shows and the text names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from google.protobuf.text_format import MessageToString
from PIL import Image
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from tests.browser.pictures import HEIGHT, PICTURES, WIDTH, Picture, pictures
from tests.ui.batches import judged_samples

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]


@pytest.fixture(autouse=True)
def own_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run the pages as `make pictures` does: without data sets, on records of their own."""
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite'}")
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    monkeypatch.setattr("defect_app.neighbours.sources.SCENES", 1)
    monkeypatch.setattr("defect_app.neighbours.sources.NEIGHBOURS_FOLDER", tmp_path)
    monkeypatch.setattr("defect_app.neighbours.bank.NEIGHBOURS_FOLDER", tmp_path)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def messages(block: Block) -> Iterator[str]:
    """Return all that a page tells the browser, as text."""
    for node in block.children.values():
        proto = getattr(node, "proto", None)
        if proto is not None:
            yield MessageToString(proto, as_utf8=True)
        if isinstance(node, Block):
            yield from messages(node)


def said_by(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(messages(page._tree)).replace("\\", "")


@pytest.mark.parametrize("picture", pictures(), ids=lambda picture: picture.file)
def test_a_page_has_the_title_and_the_controls_of_its_picture(picture: Picture) -> None:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    if picture.page != "home":
        page.switch_page(f"pages/{picture.page}.py")
    for name, value in picture.state.items():
        page.query_params[name] = value
    if picture.page == "inspect":
        judged_samples(page)
    else:
        page.run()
    said = said_by(page)
    assert [words for words in (picture.title, *picture.shows) if words not in said] == []


def test_every_picture_is_listed_shown_in_a_document_and_of_its_size() -> None:
    listed = {picture.file: picture for picture in pictures()}
    assert sorted(path.name for path in PICTURES.glob("*.png")) == sorted(listed)
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    for name, picture in listed.items():
        assert re.search(rf"!\[{re.escape(picture.alt)}\]\((?:docs/)?pictures/{re.escape(name)}\)", text), name
        with Image.open(PICTURES / name) as image:
            assert image.size == (WIDTH, HEIGHT), name


def test_every_control_that_the_text_names_is_in_a_pages_source() -> None:
    text = (ROOT / "docs" / "pages.md").read_text(encoding="utf-8")
    named = {" ".join(words.split()) for words in re.findall(r"(?<![*\w])\*([A-Z][^*]{2,60}?)\*(?![*\w])", text)}
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("defect_app/ui", "pages", "defect_app/neighbours", "defect_app/evaluation")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".html", ".js")
    )
    assert len(named) > 20
    assert sorted(words for words in named - {"Compare", "Evaluate"} if words.lower() not in source.lower()) == []
