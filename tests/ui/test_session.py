"""Session keys: one module names them all, by page; nowhere else does a page invent one."""

import ast
from pathlib import Path

import pytest

from defect_app.ui.session import Address, Key, KeyOf

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    [*(ROOT / "defect_app" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "streamlit_app.py"]
)
PAGES = (
    "shared",
    "home",
    "lessons",
    "inspect",
    "inspections",
    "evaluate",
    "compare",
    "explain",
    "review",
    "teach",
    "thresholds",
)
STATES = ("session_state", "query_params")


def spelled_out(node: ast.expr) -> bool:
    """Whether a key is text that stands where it is used."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def is_state(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in STATES


def keys_used(node: ast.AST) -> list[ast.expr]:
    """Return what a piece of a page uses as a key of a widget, of the session or of the address."""
    if isinstance(node, ast.Call):
        keys = [keyword.value for keyword in node.keywords if keyword.arg == "key"]
        of_state = isinstance(node.func, ast.Attribute) and is_state(node.func.value)
        return [*keys, *node.args[:1]] if of_state else keys
    if isinstance(node, ast.Subscript) and is_state(node.value):
        return [node.slice]
    if isinstance(node, ast.Compare) and any(map(is_state, node.comparators)):
        return [node.left]
    if isinstance(node, ast.Attribute) and is_state(node.value) and node.attr not in dir(dict):
        return [ast.copy_location(ast.Constant(node.attr), node)]
    return []


def bare_keys(source: str) -> list[int]:
    """Return the lines that spell a key out."""
    return [key.lineno for node in ast.walk(ast.parse(source)) for key in keys_used(node) if spelled_out(key)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_invents_a_key_of_its_own(path: Path) -> None:
    assert not bare_keys(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        'st.button("Go", key="go")',
        'st.button("Go", key=f"go_{name}")',
        'st.session_state["go"] = 1',
        'st.session_state.get("go")',
        "st.session_state.go",
        'st.query_params["go"]',
        '"go" in st.session_state',
    ],
)
def test_a_key_that_is_spelled_out_would_be_found(source: str) -> None:
    assert bare_keys(source) == [1]


@pytest.mark.parametrize("key", [*Key, *KeyOf], ids=str)
def test_a_key_says_whose_it_is(key: Key | KeyOf) -> None:
    assert key.startswith(tuple(f"{page}_" for page in PAGES))
    assert key.value == key.name.lower()


def test_no_two_keys_are_the_same() -> None:
    names = [*Address, *Key, *KeyOf]
    assert len(set(names)) == len(names)


def test_keys_of_a_kind_differ_by_what_they_are_of() -> None:
    assert KeyOf.SHARED_CHART("roc") != KeyOf.SHARED_CHART("det")
    assert KeyOf.INSPECT_DROP("Photos", 1) == "inspect_drop_Photos_1"
