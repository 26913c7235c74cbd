"""Several photos of a part: the worst verdict is the part's."""

import pytest

from defect_app.inspections.part_verdicts import part_verdicts, worst_verdict
from tests.inspections.records import a_record


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [
        (("PASS", "PASS"), "PASS"),
        (("PASS", "REVIEW"), "REVIEW"),
        (("REVIEW", "REJECT", "PASS"), "REJECT"),
        (("PASS", "REJECTED_FILE"), "REJECTED_FILE"),
        (("REVIEW", "REJECTED_FILE"), "REVIEW"),
        (("ACCEPT", "UNSURE"), "UNSURE"),
    ],
)
def test_the_worst_counts_and_a_photo_that_cannot_be_used_passes_nothing(verdicts: tuple[str, ...], worst: str) -> None:
    assert worst_verdict(verdicts) == worst


def test_parts_come_worst_first_with_their_worst_photo() -> None:
    records = [
        a_record(1, part="A"),
        a_record(2, part="B", verdict="REVIEW"),
        a_record(3, part="B", verdict="REJECT"),
        a_record(4, part="B"),
        a_record(5),
    ]
    assert [(p.part, p.verdict, p.photos, p.worst_file) for p in part_verdicts(records)] == [
        ("B", "REJECT", 3, "part-0003.jpg"),
        ("A", "PASS", 1, "part-0001.jpg"),
    ]
