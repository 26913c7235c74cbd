"""Photos of one's own with their classes: a folder a class, or a table of files and labels."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from defect_app.catalog import ModelSpec
from defect_app.datasets.layouts import MASK_SUFFIX
from defect_app.errors import DataUnavailable

_FILE_HEADINGS = ("file", "image", "path", "filename")
_LABEL_HEADINGS = ("label", "class", "actual")
_ROLE_WORDS = {
    "ok": ("ok", "good", "normal", "pass", "intact"),
    "defect": ("defect", "defective", "bad", "ng", "reject", "damaged"),
}


@dataclass(frozen=True)
class OwnPicture:
    """One photo: its name below the folder, where it is, and the model's class that it is labelled with."""

    image: str
    path: Path
    label: str


def own_pictures(source: Path, spec: ModelSpec) -> tuple[OwnPicture, ...]:
    """List photos with the classes of a model.

    Parameters
    ----------
    source : Path
        A folder with a sub-folder a class (hidden files and masks are passed over), or a CSV file with the columns
        ``file`` (relative to the CSV's folder) and ``label``. A label is a class's name or title, in any case; where
        one class alone is good or defective, words such as *good* and *defective* will do.
    spec : ModelSpec
        The model's classes.

    Raises
    ------
    DataUnavailable
        If there is no such folder or file, a label is no class of the model, or there are no photos.
    """
    classes = _class_words(spec)
    if source.is_dir():
        listed = [
            (path, folder.name)
            for folder in sorted(source.iterdir())
            if folder.is_dir()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".") and not path.name.endswith(MASK_SUFFIX)
        ]
        root = source
    elif source.is_file():
        listed, root = _rows_of(source), source.parent
    else:
        raise DataUnavailable(
            f"There is no folder or CSV file {source}.", "Give a folder with a sub-folder a class, or a table."
        )
    unknown = sorted({label for _, label in listed if label.strip().lower() not in classes})
    if unknown:
        raise DataUnavailable(
            f"{source.name}: {unknown[0]!r} is no class of {spec.id}.",
            f"Its classes: {', '.join(spec.class_names[:10])}.",
        )
    if not listed:
        raise DataUnavailable(f"{source.name} holds no photos.", "Give a folder with a sub-folder a class, or a table.")
    return tuple(OwnPicture(_name_below(path, root), path, classes[label.strip().lower()]) for path, label in listed)


def _class_words(spec: ModelSpec) -> Mapping[str, str]:
    words: dict[str, str] = {}
    for role, synonyms in _ROLE_WORDS.items():
        names = [c.name for c in spec.classes if c.role == role]
        if len(names) == 1:
            words |= dict.fromkeys(synonyms, names[0])
    words |= {c.title.lower(): c.name for c in spec.classes}
    return words | {c.name.lower(): c.name for c in spec.classes}


def _rows_of(table: Path) -> list[tuple[Path, str]]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            headings = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
            file_column = next((headings[h] for h in _FILE_HEADINGS if h in headings), None)
            label_column = next((headings[h] for h in _LABEL_HEADINGS if h in headings), None)
            if file_column is None or label_column is None:
                raise DataUnavailable(f"{table.name} lacks the columns file and label.", "Add a first line: file,label")
            return [(table.parent / row[file_column], row[label_column] or "") for row in reader if row[file_column]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataUnavailable(f"{table.name} cannot be read: {error}.", "Save it as CSV in UTF-8.") from error


def _name_below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
