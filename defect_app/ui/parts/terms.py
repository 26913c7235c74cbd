"""The terms: read once from ``terms.toml``, found by what a person types, and as one line for a page's help."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from defect_app.documents import read_toml
from defect_app.validation import validated

TERMS_FILE = Path(__file__).with_name("terms.toml")


@dataclass(frozen=True)
class Term:
    """A term of the field.

    Attributes
    ----------
    name : str
        As pages write it.
    line : str
        What it means, in one line.
    misread : str
        What goes wrong when it is misread.
    formula : str
        LaTeX; empty where there is none.
    example : str
        Name of a function of `ui.glossary.examples`; empty where there is none.
    """

    name: str
    line: str
    misread: str
    formula: str = ""
    example: str = ""


@lru_cache(maxsize=1)
def terms() -> dict[str, Term]:
    """Return all terms by their key, in the order of their names."""
    return {key: validated(Term, entry, key) for key, entry in read_toml(TERMS_FILE).items()}


def term_line(key: str) -> str:
    """Return the one line of a term, for help beside its word.

    Raises
    ------
    KeyError
        If there is no such term.
    """
    return terms()[key].line


def found_terms(text: str) -> dict[str, Term]:
    """Return the terms whose name, line or warning holds every word of a text; all for an empty one."""
    words = text.casefold().split()
    return {
        key: term
        for key, term in terms().items()
        if all(word in f"{term.name} {term.line} {term.misread}".casefold() for word in words)
    }
