"""Files on disk to records: read lazily, judged once a content, with heat maps written beside."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from defect_app.decision import OperatingPoint
from defect_app.errors import DefectLensError
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection_record import InspectionRecord, record_of
from defect_app.intake import MAX_BYTES, Rejection, content_hash, encode_jpeg
from defect_app.overlay import heat_overlay

HEAT_MAP_SIDE = 1280
"""Longest side in pixels of a written heat map."""


@dataclass(frozen=True)
class _Read:
    """A file in the order of the batch: sent to be judged, or answered by itself."""

    name: str
    sha256: str
    refused: Rejection | None = None
    repeated: bool = False

    @property
    def judged(self) -> bool:
        return self.refused is None and not self.repeated


def judge_files(
    inspector: Inspector, paths: Sequence[Path], point: OperatingPoint, heat_maps: Path | None = None
) -> Iterator[InspectionRecord]:
    """Judge files in order, each content once.

    Parameters
    ----------
    inspector : Inspector
        The model.
    paths : sequence of Path
        Files; read a few ahead, so memory does not grow with their number.
    point : OperatingPoint
        The thresholds.
    heat_maps : Path, optional
        Folder, made if missing, for one JPEG a judged content.

    Yields
    ------
    InspectionRecord
        One a file, in the order of `paths`.

    Raises
    ------
    DefectLensError
        If a heat map cannot be written.
    """
    first_results: dict[str, Inspected | Rejection] = {}
    read: deque[_Read] = deque()
    seen: set[str] = set()

    def files() -> Iterator[tuple[str, bytes]]:
        for path in paths:
            entry, data = _read(path, seen)
            read.append(entry)
            seen.add(entry.sha256)
            if entry.judged:
                yield entry.name, data

    def answered() -> Iterator[InspectionRecord]:
        # Files that were not sent to be judged lie between those that were.
        while read and not read[0].judged:
            yield _answer(read.popleft(), first_results, inspector)

    for result in inspector.inspect_many(files(), point):
        yield from answered()
        entry = read.popleft()
        if heat_maps is not None and isinstance(result, Inspected):
            write_heat_map(result, heat_maps)
        first_results[entry.sha256] = _without_pictures(result)
        yield record_of(result, inspector.spec)
    yield from answered()


def write_heat_map(result: Inspected, folder: Path) -> Path:
    """Write a photo with its heat map as JPEG, named after its content and, made harmless, its name.

    Raises
    ------
    DefectLensError
        If the folder cannot be written.
    """
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", Path(result.photo.name).stem).strip("_")[:40]
    path = folder / "-".join(part for part in (result.photo.sha256[:16], stem) if part)
    path = path.with_name(path.name + ".jpg")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        drawn = heat_overlay(result.photo.pixels, result.activation_map)
        path.write_bytes(encode_jpeg(drawn, longest_side=HEAT_MAP_SIDE))
    except OSError as error:
        raise DefectLensError(
            f"Heat maps cannot be written to {folder}: {error.strerror}.", "Choose a folder that you may write to."
        ) from error
    return path


def _read(path: Path, seen: set[str]) -> tuple[_Read, bytes]:
    name = str(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            # Never held in memory: what claims to be a photo may be a disk image.
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            reason = f"too large a file: {size / 1e6:.1f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB"
            remedy = "Save the photo with a higher JPEG compression or at a smaller size."
            return _Read(name, digest, Rejection(name, digest, reason, remedy)), b""
        data = path.read_bytes()
    except OSError as error:
        reason = f"the file cannot be read: {error.strerror or error}"
        return _Read(name, "", Rejection(name, "", reason, "Check that it exists and that you may read it.")), b""
    digest = content_hash(data)
    return _Read(name, digest, repeated=digest in seen), data


def _answer(entry: _Read, first_results: dict[str, Inspected | Rejection], inspector: Inspector) -> InspectionRecord:
    if entry.refused is not None:
        return record_of(entry.refused, inspector.spec)
    first = first_results[entry.sha256]
    first_name = first.photo.name if isinstance(first, Inspected) else first.name
    record = record_of(first, inspector.spec)
    reason = f"{record['reason']} Duplicate: the same content as {first_name}, judged once."
    return InspectionRecord(**{**record, "file": entry.name, "reason": reason})


def _without_pictures(result: Inspected | Rejection) -> Inspected | Rejection:
    if isinstance(result, Rejection):
        return result
    photo = replace(result.photo, pixels=result.photo.pixels[:0, :0].copy())
    return replace(result, photo=photo, activation_map=None)
