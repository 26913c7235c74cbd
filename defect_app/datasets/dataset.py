"""What a data set and a labelled picture are."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from defect_app.catalog import ClassSpec

Layout = Literal["folders", "imagenet", "mosaics"]
Split = Literal["train", "validation", "test", "excluded"]
"""`excluded` are training pictures that are identical to a test picture: nothing is learnt from or measured on them."""


@dataclass(frozen=True)
class Folder:
    """A folder of pictures that share a label.

    Attributes
    ----------
    path : str
        Below the data set's root, with ``/``.
    label : str
        The class name.
    official_split : str
        ``train`` or ``test`` where the makers split the set; else empty.
    """

    path: str
    label: str
    official_split: str = ""


@dataclass(frozen=True)
class Dataset:
    """A data set as the project knows it, before a single picture is read.

    Attributes
    ----------
    name, title : str
        In files, and on screen.
    classes : tuple of ClassSpec
        In the order of a model's outputs; empty where the archive itself names them.
    folders : tuple of Folder
        Where the pictures of each class lie; empty for layouts of their own.
    archives : tuple of str
        File names in the data folder.
    source, licence, limits : str
        Where it comes from, its licence as stated, and what that forbids in plain words.
    traps : tuple of str
        What makes figures on it too good or too bad.
    layout : str
        ``folders``, ``imagenet`` (one file a class) or ``mosaics`` (many small pictures in a file).
    twin_correlation : float
        From which correlation of thumbnails, over all eight turns and flips, two pictures count as near-duplicates.
    group_prefix : str
        Separator in the file name before which equal names mean one part; empty when names say nothing.
    round_parts : bool
        Whether each picture shows one round part from above, so that copies turned by any angle can be found
        (`round_parts`).
    """

    name: str
    title: str
    classes: tuple[ClassSpec, ...]
    folders: tuple[Folder, ...]
    archives: tuple[str, ...]
    source: str
    licence: str
    limits: str = ""
    traps: tuple[str, ...] = ()
    layout: Layout = "folders"
    twin_correlation: float = 0.99
    group_prefix: str = ""
    round_parts: bool = False


@dataclass(frozen=True)
class LabelledPicture:
    """One picture of a data set, with its true class and its place in the splits.

    Attributes
    ----------
    image : str
        Its name below the data set's root, with ``/``; unique in the set.
    label : str
        The class name.
    split : str
        ``train``, ``validation``, ``test`` or ``excluded``.
    sha256 : str
        Of the file's bytes (of a tile's pixels in a mosaic).
    path : Path
        The file that holds it.
    group : int
        Pictures of one group are near-duplicates or show one part: they lie on one side of every split.
    leaked : bool
        Whether a test picture has an exact or near duplicate among the training pictures, or shows a part that they
        show.
    mask : Path or None
        The defect's pixel mask, where the set has one.
    tile : int or None
        The place in a mosaic file, row by row.
    """

    image: str
    label: str
    split: Split
    sha256: str
    path: Path
    group: int = -1
    leaked: bool = False
    mask: Path | None = None
    tile: int | None = None


@dataclass(frozen=True)
class LoadedDataset:
    """A data set with its pictures listed, grouped and split.

    Attributes
    ----------
    dataset : Dataset
        What it is.
    classes : tuple of ClassSpec
        In the order of a model's outputs.
    pictures : tuple of LabelledPicture
        Sorted by `image`.
    """

    dataset: Dataset
    classes: tuple[ClassSpec, ...]
    pictures: tuple[LabelledPicture, ...] = field(repr=False)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names in order."""
        return tuple(c.name for c in self.classes)

    def of_split(self, split: Split) -> tuple[LabelledPicture, ...]:
        """Return the pictures of one split."""
        return tuple(p for p in self.pictures if p.split == split)
