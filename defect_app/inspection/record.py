"""The record of an inspection: one entry a file, the same in the app's downloads, the command line and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from defect_app.catalog import ModelSpec
from defect_app.inspection.framing import Frame
from defect_app.inspection.inspector import Inspected, whole_of
from defect_app.intake import Rejection, visible_name
from defect_app.intake.shrunk import is_shrunk_note

REJECTED_FILE = "REJECTED_FILE"
"""The verdict of a file that could not be judged."""

NOT_JUDGED = "NOT_JUDGED"
"""The verdict, in tables of a batch that was stopped, of a file that still waits."""

STORED_KEYS = ("id", "judged_at", "source", "batch", "part", "who")
"""What only the record of a stored inspection has."""


@dataclass(frozen=True)
class Repeat:
    """That a photo came before in its batch.

    Attributes
    ----------
    first : str
        Name of the first file.
    same : {"content", "pixels"}
        Whether the files are equal to the byte, and judged once, or only the upright pixels are.
    """

    first: str
    same: Literal["content", "pixels"] = "content"

    @property
    def sentence(self) -> str:
        """The repeat in words, as every door says it."""
        name = visible_name(self.first)
        if self.same == "content":
            return f"Duplicate: the same content as {name}, judged once."
        return f"Duplicate: the same pixels as {name} in another file, judged alike."


@dataclass(frozen=True, kw_only=True)
class InspectionRecord:
    """One file of a batch; what does not apply is None.

    Attributes
    ----------
    file : str
        Its name as given: data, never a path.
    sha256 : str
        Of the file's bytes, hexadecimal; empty for a file that could not be read.
    verdict : str
        PASS, REVIEW or REJECT; ACCEPT or UNSURE of a recognition model; `REJECTED_FILE`.
    label : str or None
        The most probable class, or "unsure": where a recognition model is, and of an unfamiliar photo.
    p : mapping of str to float
        Probability of each class, in [0, 1]; empty for a file that was not judged.
    p_defect : float or None
        Sum of the probabilities of the defect classes, in [0, 1].
    familiar : bool or None
        Whether the photo is like those the model knows.
    reason : str
        Why this verdict, in plain words; and, where it was so, that the browser shrank the photo before it was sent,
        and that it came before.
    operating_point : str or None
        The name of the thresholds that the verdict was made with, and they in words.
    duplicate_of : str or None
        Name of the first file of the batch with this content or these pixels.
    frame : Frame or None
        The part of the photo that was judged.
    model, model_sha256 : str
        The model that judged, and the digest of its files.
    id : str or None
        UUIDv7 of a stored inspection. It and all that follow are None in a record that is not stored.
    judged_at : str or None
        UTC, ISO 8601.
    source : str or None
        The door: page, api, watch or cli.
    batch, part, who : str or None
        The batch it came with; the part's serial number or code; the person who had it judged.
    """

    file: str
    sha256: str
    verdict: str
    label: str | None
    p: Mapping[str, float]
    p_defect: float | None
    familiar: bool | None
    reason: str
    operating_point: str | None
    duplicate_of: str | None
    frame: Frame | None
    model: str
    model_sha256: str
    id: str | None = None
    judged_at: str | None = None
    source: str | None = None
    batch: str | None = None
    part: str | None = None
    who: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the record as JSON has it: its keys in order, those of stored inspections only where it is stored."""
        keys = [f.name for f in fields(self) if self.id is not None or f.name not in STORED_KEYS]
        # Not by `asdict`, which copies all that is inside, and takes as long as the rest of the line.
        values = {key: getattr(self, key) for key in keys}
        return values | {"p": dict(self.p), "frame": list(self.frame) if self.frame else None}


def record_of(
    result: Inspected | Rejection,
    spec: ModelSpec,
    model_sha256: str,
    *,
    name: str | None = None,
    repeat: Repeat | None = None,
) -> InspectionRecord:
    """Return the record of one judged or refused file.

    Parameters
    ----------
    result : Inspected or Rejection
        What became of the file, or of the first one with its content.
    spec : ModelSpec
        The model that judged it.
    model_sha256 : str
        The digest of the model's files.
    name : str, optional
        The file's name, where it is another than that of `result`.
    repeat : Repeat, optional
        That the photo came before.
    """
    first = repeat.first if repeat else None
    if isinstance(result, Rejection):
        return InspectionRecord(
            file=result.name if name is None else name,
            sha256=result.sha256,
            verdict=REJECTED_FILE,
            label=None,
            p={},
            p_defect=None,
            familiar=None,
            reason=_sentences(f"{result.reason}. {result.remedy}", repeat),
            operating_point=None,
            duplicate_of=first,
            frame=None,
            model=spec.id,
            model_sha256=model_sha256,
        )
    judgement, photo = result.judgement, result.photo
    why = " ".join([judgement.reason.strip(), *filter(is_shrunk_note, photo.notes)]).strip()
    return InspectionRecord(
        file=photo.name if name is None else name,
        sha256=photo.sha256,
        verdict=judgement.verdict.value,
        label=judgement.label,
        p={c: float(p) for c, p in zip(spec.class_names, result.probabilities, strict=True)},
        p_defect=judgement.p_defect,
        familiar=result.familiarity.familiar if result.familiarity else None,
        reason=_sentences(why, repeat),
        operating_point=f"{judgement.point.name}: {judgement.point.sentence}",
        duplicate_of=first,
        frame=result.frame or whole_of(photo),
        model=spec.id,
        model_sha256=model_sha256,
    )


def waiting_record(name: str, spec: ModelSpec, model_sha256: str) -> InspectionRecord:
    """Return what stands in a batch's tables for a file that waits: nothing is known of it but its name."""
    return InspectionRecord(
        file=name,
        sha256="",
        verdict=NOT_JUDGED,
        label=None,
        p={},
        p_defect=None,
        familiar=None,
        reason="Not judged yet: the batch was stopped before it. Go on with the batch to have it judged.",
        operating_point=None,
        duplicate_of=None,
        frame=None,
        model=spec.id,
        model_sha256=model_sha256,
    )


def _sentences(reason: str, repeat: Repeat | None) -> str:
    return " ".join(part.strip() for part in (reason, repeat.sentence if repeat else "") if part.strip())
