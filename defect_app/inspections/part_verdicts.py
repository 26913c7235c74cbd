"""Several photos of one part make one verdict of the part: the worst of theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from defect_app.decision import Verdict
from defect_app.inspection.record import REJECTED_FILE, InspectionRecord

WORST_FIRST = (Verdict.REJECT, Verdict.REVIEW, Verdict.UNSURE, REJECTED_FILE, Verdict.PASS, Verdict.ACCEPT)
"""A photo that could not be judged keeps its part from passing, and rejects none."""


@dataclass(frozen=True)
class PartVerdict:
    """What a part is by all its photos.

    Attributes
    ----------
    part : str
        Its serial number or code.
    verdict : str
        The worst of its photos'.
    photos : int
        How many photos it has.
    worst_file : str
        The first photo with that verdict.
    """

    part: str
    verdict: str
    photos: int
    worst_file: str


def worst_verdict(verdicts: Iterable[str]) -> str:
    """Return the worst verdict of several photos of a part.

    Raises
    ------
    ValueError
        If there are none.
    """
    return min(verdicts, key=WORST_FIRST.index)


def part_verdicts(records: Iterable[InspectionRecord]) -> tuple[PartVerdict, ...]:
    """Return the verdict of each part, the worst first; records without a part are left out.

    Where a photo of a part was judged several times, the worst judgement counts: a person decides which holds.
    """
    parts: dict[str, PartVerdict] = {}
    for record in records:
        if not record.part:
            continue
        so_far = parts.get(record.part)
        if so_far is None:
            parts[record.part] = PartVerdict(record.part, record.verdict, 1, record.file)
        elif worst_verdict((so_far.verdict, record.verdict)) != so_far.verdict:
            parts[record.part] = PartVerdict(record.part, record.verdict, so_far.photos + 1, record.file)
        else:
            parts[record.part] = replace(so_far, photos=so_far.photos + 1)
    return tuple(sorted(parts.values(), key=lambda one: (WORST_FIRST.index(one.verdict), one.part)))
