"""What a lesson is: a TOML file of steps, checked entry by entry; those of the project, and a trainer's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, StrictInt, with_config

from defect_app.documents import read_toml
from defect_app.errors import InvalidDocument
from defect_app.ui.lessons.figures import checked_placeholders
from defect_app.ui.lessons.showing import checked_show
from defect_app.ui.parts.terms import terms
from defect_app.ui.session import Address
from defect_app.validation import validated

BUNDLED = Path(__file__).with_name("bundled")
PAGES = (
    "inspect", "review", "inspections", "teach", "evaluate", "compare", "studies", "explain", "thresholds", "glossary",
)  # fmt: skip
MOST_LESSONS = 100

_Text = Annotated[str, Field(min_length=1, max_length=4000, description="text of 1 to 4,000 characters")]
_Short = Annotated[str, Field(min_length=1, max_length=200, description="text of 1 to 200 characters")]


@with_config(extra="forbid")
@dataclass(frozen=True)
class PageLink:
    """The way to a page in the state that a step means.

    Attributes
    ----------
    label : str
        What stands on the link.
    page : str
        One of `PAGES`.
    state : dict of str to str
        What its address holds: names of `Address`.
    """

    label: _Short
    page: _Short
    state: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check page and state."""
        if self.page not in PAGES:
            raise ValueError(f"page must be one of {', '.join(PAGES)}, got {self.page!r}")
        known = {str(name) for name in Address}
        wrong = sorted(set(self.state) - known)
        if wrong:
            raise ValueError(f"no page's address has {', '.join(wrong)}; there are {', '.join(sorted(known))}")


@with_config(extra="forbid")
@dataclass(frozen=True)
class Step:
    """One thing at a time.

    Attributes
    ----------
    title, text : str
        What it is about; paragraphs are parted by empty lines, ``**bold**`` and ``{placeholders}`` are read.
    show : tuple of str
        What is drawn below the text, see `showing.SHOWS`.
    question : str
        Asked before the answer; may be empty.
    choices : tuple of str
        Two to five possible answers.
    right : int
        Which of them is right, from 1; 0 where there is no question.
    answer : str
        Shown once somebody chose: what is right, why, and what to look at.
    show_after : tuple of str
        What is drawn with the answer.
    link : PageLink or None
        The real page in the state meant.
    terms : tuple of str
        Keys of the glossary whose line stands at hand.
    note : str
        For whoever speaks; shown on wish.
    """

    title: _Short
    text: _Text
    show: tuple[_Short, ...] = ()
    question: Annotated[str, Field(max_length=1000)] = ""
    choices: tuple[_Short, ...] = ()
    right: Annotated[StrictInt, Field(ge=0, le=5)] = 0
    answer: Annotated[str, Field(max_length=4000)] = ""
    show_after: tuple[_Short, ...] = ()
    link: PageLink | None = None
    terms: tuple[_Short, ...] = ()
    note: Annotated[str, Field(max_length=4000)] = ""

    def __post_init__(self) -> None:
        """Check what hangs together."""
        if self.question:
            if not 2 <= len(self.choices) <= 5:
                raise ValueError(f"a question takes 2 to 5 choices, got {len(self.choices)}")
            if not 1 <= self.right <= len(self.choices):
                raise ValueError(f"right must be one of the choices, 1 to {len(self.choices)}, got {self.right}")
            if not self.answer:
                raise ValueError("a question needs an answer")
            if len(set(self.choices)) < len(self.choices):
                raise ValueError("two choices are the same")
        elif self.choices or self.answer or self.right:
            raise ValueError("choices, right and answer belong to a question, and there is none")
        unknown = [key for key in self.terms if key not in terms()]
        if unknown:
            raise ValueError(f"the glossary has no term {unknown[0]!r}; it has {', '.join(terms())}")
        for text in (self.text, self.question, self.answer, self.note, *self.choices):
            checked_placeholders(text)
        for show in (*self.show, *self.show_after):
            checked_show(show)


@with_config(extra="forbid")
@dataclass(frozen=True)
class Lesson:
    """A guided path over the real pages.

    Attributes
    ----------
    title, summary : str
        For the list.
    steps : tuple of Step
        In order, at least one.
    minutes : int
        How long it takes with a class.
    """

    title: _Short
    summary: _Text
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=60, description="a list of 1 to 60 steps")]
    minutes: Annotated[StrictInt, Field(ge=1, le=600, description="a whole number from 1 to 600")] = 10

    def __post_init__(self) -> None:
        """Check the placeholders of the summary."""
        checked_placeholders(self.summary)


@dataclass(frozen=True)
class ListedLesson:
    """A lesson's file.

    Attributes
    ----------
    name : str
        In the address.
    lesson : Lesson or None
        None where the file cannot be used.
    problem : str
        Why it cannot; empty otherwise.
    is_own : bool
        Whether it lies in the trainer's own folder.
    """

    name: str
    lesson: Lesson | None
    problem: str = ""
    is_own: bool = False


def read_lesson(path: Path) -> Lesson:
    """Read a lesson.

    Raises
    ------
    InvalidDocument
        If an entry is unknown, missing or wrong; names file and entry.
    """
    try:
        return validated(Lesson, read_toml(path))
    except InvalidDocument as error:
        said = str(error)
        raise InvalidDocument(said if said.startswith(path.name) else f"{path.name}: {said}", error.remedy) from error


def lessons(own: Path | None) -> tuple[ListedLesson, ...]:
    """Return the project's lessons in their order, and after them a trainer's own by file name.

    Parameters
    ----------
    own : Path, optional
        The trainer's folder. One of the same name as the project's takes its place.
    """
    listed = {lesson.name: lesson for lesson in _listed(BUNDLED, False)}
    if own is not None:
        listed |= {lesson.name: lesson for lesson in _listed(own, True)}
    return tuple(listed.values())


def _listed(folder: Path, is_own: bool) -> list[ListedLesson]:
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".toml")[:MOST_LESSONS]
    except OSError as error:
        return [ListedLesson(folder.name, None, f"The folder {folder} cannot be read ({error.strerror}).", is_own)]
    return [_read(path, path.stat().st_mtime_ns if path.exists() else 0, is_own) for path in files]


@lru_cache(maxsize=2 * MOST_LESSONS)
def _read(path: Path, changed_ns: int, is_own: bool) -> ListedLesson:
    name = re.sub(r"^\d+-", "", path.stem)
    try:
        return ListedLesson(name, read_lesson(path), is_own=is_own)
    except InvalidDocument as error:
        return ListedLesson(name, None, f"{error} {error.remedy}".strip(), is_own)
