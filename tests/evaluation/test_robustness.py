"""Figures of disturbed photos: counted as by hand, kept with their origin, refused when damaged."""

from pathlib import Path

import pandas as pd
import pytest

from defect_app.errors import DefectLensError
from defect_app.evaluation.robustness import (
    AS_IT_IS,
    ROBUSTNESS_FILE,
    Robustness,
    RobustnessOrigin,
    by_disturbance,
    disturbed_figures,
    read_robustness,
    robustness_sentence,
    write_robustness,
)

ORIGIN = RobustnessOrigin("tiny", "ab" * 32, "made", 0, {"Blur": (1.0, 2.0), "Noise": (3.0, 4.0)}, {"Blur": "px"})


def rows(passed_by_blur: int) -> pd.DataFrame:
    """Return two good and four defective parts; so many of the latter pass with the stronger blur."""
    found = []
    for name, strength in ((AS_IT_IS, 0), ("Noise", 1), ("Noise", 2), ("Blur", 2), ("Blur", 1)):
        for i in range(6):
            defective = i >= 2
            verdict = "REJECT" if defective else "PASS"
            if (name, strength) == ("Blur", 2) and 2 <= i < 2 + passed_by_blur:
                verdict = "PASS"
            elif name == "Noise" and i == 5:
                verdict = "REVIEW"
            right = (verdict == "REJECT") == defective
            found.append((name, strength, f"{i}.png", defective, verdict, right))
    return pd.DataFrame(found, columns=["disturbance", "strength", "image", "defective", "verdict", "right"])


def test_counts_are_those_of_the_rows() -> None:
    figures = disturbed_figures(Robustness(rows(3), ORIGIN))
    assert [(f.name, f.strength) for f in figures] == [
        (AS_IT_IS, 0), ("Blur", 1), ("Blur", 2), ("Noise", 1), ("Noise", 2)
    ]  # fmt: skip
    worst = figures[2]
    assert (worst.false_pass.count, worst.false_pass.n) == (3, 4)
    assert (worst.right.count, worst.right.n) == (3, 6)
    assert (figures[3].to_review.count, figures[3].to_review.n) == (1, 6)
    assert figures[3].good_passed.rate == 1.0
    assert list(by_disturbance(figures)["Noise"]) == [figures[0], figures[3], figures[4]]


def test_the_sentence_names_what_lets_most_defective_parts_pass() -> None:
    said = robustness_sentence(disturbed_figures(Robustness(rows(3), ORIGIN)))
    assert "3 of 16 disturbed photos of defective parts pass" in said
    assert "blur of strength 2: 3 of 4" in said
    none = robustness_sentence(disturbed_figures(Robustness(rows(0), ORIGIN)))
    assert none == "No disturbance let a defective part pass, in 16 tries (0 of 4 pass undisturbed)."


def test_what_is_written_is_read_and_what_is_damaged_is_named(tmp_path: Path) -> None:
    assert read_robustness(tmp_path) is None
    write_robustness(tmp_path, Robustness(rows(1), ORIGIN))
    read = read_robustness(tmp_path)
    assert read is not None
    assert read.origin == ORIGIN
    pd.testing.assert_frame_equal(read.rows, rows(1), check_dtype=False)
    (tmp_path / ROBUSTNESS_FILE).write_bytes(b"nothing")
    with pytest.raises(DefectLensError, match="cannot be read"):
        read_robustness(tmp_path)
