"""Writes photos with their heat maps into a folder, numbered as the records are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from defect_app.errors import DefectLensError, OutputFailed
from defect_app.inspection import Inspected
from defect_app.inspection.file_judge import FileInHand
from defect_app.inspection.overlay import inspected_overlay
from defect_app.intake import encode_jpeg

HEAT_MAP_SIDE = 1280
"""Longest side in pixels of a written heat map."""


@dataclass(frozen=True)
class HeatMapFolder:
    """A folder, made if missing, for one JPEG a judged content.

    Raises
    ------
    DefectLensError
        If it cannot be made.
    """

    path: Path

    def __post_init__(self) -> None:
        """Make the folder before the first photo is judged."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DefectLensError(
                f"Heat maps cannot be written to {self.path}: {error.strerror}.",
                "Choose a folder that you may write to.",
            ) from error

    def write(self, inspected: Inspected, file: FileInHand) -> Path:
        """Write a photo with its heat map, named after its number, its content and, made harmless, its name.

        Further frames of a photo have their number at the end.

        Raises
        ------
        OutputFailed
            If it cannot be written; no part of it is left behind.
        """
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", Path(file.name).stem).strip("_")[:40]
        frame = f"frame{file.frame_number}" if file.frame_number > 1 else ""
        name = "-".join(part for part in (f"{file.number:04d}", file.sha256[:16], stem, frame) if part)
        path = self.path / f"{name}.jpg"
        drawn = inspected_overlay(inspected.photo.pixels, inspected)
        data = encode_jpeg(drawn, longest_side=HEAT_MAP_SIDE)
        try:
            path.write_bytes(data)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise OutputFailed(
                f"The heat map {path} cannot be written: {error.strerror}.",
                "Make room, or choose another folder; the heat maps before it are whole.",
            ) from error
        return path
