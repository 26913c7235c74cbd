"""Judge photos of one's own for an evaluation: like `measuring`, but what cannot be judged is left out and listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd

from defect_app.datasets.own_folder import OwnPicture
from defect_app.errors import DataUnavailable
from defect_app.evaluation.own_photos import SPLIT_PREFIX, OwnPhotosOrigin
from defect_app.intake import Rejection
from defect_app.publishing.measuring import EvaluatedPicture, evaluation_row

if TYPE_CHECKING:
    from defect_app.inspection import Inspector


@dataclass(frozen=True)
class MeasuredPhotos:
    """Rows in the form of ``evaluation.parquet``, and where they come from."""

    rows: pd.DataFrame
    origin: OwnPhotosOrigin


def measure_own(
    inspector: Inspector, pictures: Sequence[OwnPicture], name: str, progress: Callable[[int], None] | None = None
) -> MeasuredPhotos:
    """Judge labelled photos whole, as bundled evaluations do, each content once.

    Parameters
    ----------
    inspector : Inspector
        The model.
    pictures : sequence of OwnPicture
        Read lazily.
    name : str
        What the lot is called.
    progress : callable, optional
        Called with the number of photos done.

    Raises
    ------
    DataUnavailable
        If none of the photos can be judged.
    """
    left_out: dict[str, str] = {}
    waiting: list[OwnPicture] = []

    def files() -> Iterator[tuple[str, bytes]]:
        for picture in pictures:
            try:
                data = picture.path.read_bytes()
            except OSError as error:
                left_out[picture.image] = error.strerror or "It cannot be read."
                continue
            waiting.append(picture)
            yield picture.image, data

    rows: dict[str, dict[str, object]] = {}
    familiar = 0
    for done, result in enumerate(inspector.inspect_many(files(), whole_photos=True), start=1):
        picture = waiting.pop(0)
        if isinstance(result, Rejection):
            left_out[picture.image] = result.reason
        elif result.photo.sha256 in rows:
            left_out[picture.image] = f"The same photo as {rows[result.photo.sha256]['image']}."
        else:
            familiar += result.is_familiar
            judged = EvaluatedPicture(picture.image, b"", picture.label, f"{SPLIT_PREFIX}{name}")
            rows[result.photo.sha256] = evaluation_row(judged, result, inspector.spec.class_names)
        if progress is not None:
            progress(done)
    if not rows:
        raise DataUnavailable(
            "None of the photos can be judged.", f"The first: {next(iter(left_out.values()), 'no file')}"
        )
    origin = OwnPhotosOrigin(
        model_id=inspector.spec.id,
        model_identity=inspector.spec.identity,
        name=name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        familiar=familiar,
        left_out=left_out,
    )
    return MeasuredPhotos(pd.DataFrame(rows.values()), origin)
