"""Which stored inspections are meant: by time, model, verdict, source, person, part, batch and text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Integer, Select, column, table, text

from defect_app.inspections.identity import first_key
from defect_app.storage.inspection_tables import SEARCH_TABLE, inspections

SHORTEST_INDEXED = 3
"""The index of words knows groups of so many letters; a shorter text is looked for row by row."""

_words = table(SEARCH_TABLE, column("rowid", Integer))


@dataclass(frozen=True)
class NarrowedQuery:
    """A query with its conditions, and the column by which its rows come in order without being sorted.

    Attributes
    ----------
    query : Select
        With the conditions that an index serves.
    order : ColumnElement
        The column.
    row_by_row : tuple of str
        Words that no index serves: each row has to be looked at.
    """

    query: Select[Any]
    order: ColumnElement[Any]
    row_by_row: tuple[str, ...] = ()

    @property
    def whole(self) -> Select[Any]:
        """The query with every condition."""
        return self.query.where(*map(_contains, self.row_by_row))


@dataclass(frozen=True)
class InspectionFilter:
    """What stored inspections must be; what is empty does not matter.

    Attributes
    ----------
    since, until : datetime or None
        Judged at or after the first, and before the second.
    model, verdict, source, who, part, batch, sha256 : str
        Exactly that.
    text : str
        Words, each of which occurs in the file's name, the part, the person, the batch or the label, in any case.
    """

    since: datetime | None = None
    until: datetime | None = None
    model: str = ""
    verdict: str = ""
    source: str = ""
    who: str = ""
    part: str = ""
    batch: str = ""
    sha256: str = ""
    text: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the text, in small letters."""
        return tuple(self.text.lower().split())

    def narrow(self, query: Select[Any], dialect: Dialect) -> NarrowedQuery:
        """Return a query of the table of inspections that lets through only what is meant."""
        order: ColumnElement[Any] = inspections.c.key
        # PostgreSQL's index knows groups of three letters as well.
        indexed = [word for word in self.words if len(word) >= SHORTEST_INDEXED]
        short = [word for word in self.words if len(word) < SHORTEST_INDEXED]
        if indexed and dialect.name == "sqlite":
            # The index of words gives its rows in order, so that a page ends as soon as it is full.
            quoted = " ".join('"' + word.replace('"', '""') + '"' for word in indexed)
            query = query.select_from(_words.join(inspections, inspections.c.key == _words.c.rowid))
            query = query.where(text(f"{SEARCH_TABLE} MATCH :quoted").bindparams(quoted=quoted))
            order = _words.c.rowid
        else:
            for word in indexed:
                query = query.where(_contains(word))
        if self.since is not None:
            query = query.where(order >= first_key(self.since))
        if self.until is not None:
            query = query.where(order < first_key(self.until))
        for name in ("model", "verdict", "source", "who", "part", "batch", "sha256"):
            wanted = getattr(self, name)
            if wanted:
                query = query.where(inspections.c[name] == wanted)
        return NarrowedQuery(query, order, tuple(short))


def _contains(word: str) -> ColumnElement[bool]:
    return inspections.c.words.contains(word, autoescape=True)
