"""What a person asks for: a product's name, its classes, and the files of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from defect_app.catalog import ClassSpec, FrameSpec
from defect_app.catalog.spec import Role
from defect_app.errors import DefectLensError
from defect_app.intake import PhotoFile

MOST_CLASSES = 50
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_LONGEST_ID = 64


class CannotTeach(DefectLensError):
    """The photos or the names that were given make no model."""


@dataclass(frozen=True)
class TaughtClass:
    """A class to be taught.

    Attributes
    ----------
    name : str
        In files: letters, digits, ``-`` and ``_``.
    title : str
        On screen.
    role : {"ok", "defect"} or None
        Of a part in this class; None for classes that are merely named.
    """

    name: str
    title: str
    role: Role | None

    @property
    def spec(self) -> ClassSpec:
        """The class as a model folder has it."""
        return ClassSpec(self.name, self.title, self.role)


DEFECT = TaughtClass("defect", "Defect", "defect")
"""Where persons say that a part is defective, and nothing of the kind."""


@dataclass(frozen=True)
class TeachingFile:
    """A file that may be a photo, and its class's name."""

    file: PhotoFile
    label: str


@dataclass(frozen=True, eq=False)
class TeachingRequest:
    """All that a person gives.

    Attributes
    ----------
    id : str
        Of the new model: small letters, digits, ``-`` and ``_``.
    title : str
        On screen.
    classes : tuple of TaughtClass
        At least one; the good ones first is usual.
    files : sequence of TeachingFile
        In any order.
    frame : FrameSpec or None
        The part of every photo that is taught and judged; None is the whole.
    replaces : bool
        Whether this is a new version of the model of that id, which stays in its place where the new one is worse.

    Raises
    ------
    CannotTeach
        If the id or the classes cannot be.
    """

    id: str
    title: str
    classes: tuple[TaughtClass, ...]
    files: Sequence[TeachingFile]
    frame: FrameSpec | None = None
    replaces: bool = False

    def __post_init__(self) -> None:
        """Check names; how many photos there are is known when they are read."""
        check_id(self.id)
        names = [c.name for c in self.classes]
        if len(set(names)) < len(names):
            raise CannotTeach("Two classes have the same name.", "Give each a name of its own.")
        if len(names) > MOST_CLASSES:
            raise CannotTeach(f"{len(names)} classes are too many.", f"Teach {MOST_CLASSES} at most.")
        roles = {c.role for c in self.classes}
        if None in roles and len(roles) > 1:
            raise CannotTeach(
                "Some classes are good or defective, and others neither.", "Say it of every class, or of none."
            )
        if roles == {"defect"}:
            raise CannotTeach("There are no good photos.", "Give photos of good parts too: they are what is compared.")
        if roles == {None} and len(names) < 2:
            raise CannotTeach("There is one class only, so there is nothing to tell apart.", "Give another class.")


def check_id(model_id: str) -> None:
    """Check the name of a model's folder.

    Raises
    ------
    CannotTeach
        If it is not one that every file system takes.
    """
    if not _ID.fullmatch(model_id) or len(model_id) > _LONGEST_ID:
        raise CannotTeach(
            f"{model_id!r} is no id for a model.",
            f"Take small letters, digits, - and _, at most {_LONGEST_ID}: for example bracket-left.",
        )


def id_from(title: str) -> str:
    """Make an id of a title; empty where nothing of it can stay."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:_LONGEST_ID].strip("-")


def class_name_from(title: str) -> str:
    """Make a class's name of what a person calls it; empty where nothing of it can stay."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:_LONGEST_ID].strip("_")
