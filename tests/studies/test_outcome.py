"""What a study found: figures and tests as scikit-learn, SciPy and hand calculation have them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, f1_score, recall_score

from defect_app.errors import DefectLensError
from defect_app.studies import load_study, outcome_of, read_result, write_result
from defect_app.studies.card import card_text
from defect_app.studies.outcome import mean_course
from tests.studies.made import made_result

STUDY = load_study("boxes-imbalance")
RIGHT = dict(zip([v.name for v in STUDY.variants], [0.7, 0.72, 0.97, 0.7, 0.71], strict=True))
MADE = made_result(STUDY, RIGHT)


def test_figures_are_those_of_scikit_learn() -> None:
    for figures in outcome_of(MADE).figures:
        rows = MADE.rows[MADE.rows["variant"] == figures.facts.name]
        assert figures.accuracy.rate == pytest.approx(accuracy_score(rows["actual"], rows["predicted"]))
        assert figures.macro_f1 == pytest.approx(f1_score(rows["actual"], rows["predicted"], average="macro"))
        for share, label in ((figures.defects_found, "damaged"), (figures.good_kept, "intact")):
            assert share.rate == pytest.approx(recall_score(rows["actual"], rows["predicted"], pos_label=label))


def test_paired_tests_are_binomial_on_the_photos_that_one_of_both_gets_right() -> None:
    rows = MADE.rows.pivot(index="sha256", columns="variant", values="predicted")
    actual = MADE.rows.drop_duplicates("sha256").set_index("sha256")["actual"][rows.index]
    tests = outcome_of(MADE).tests
    assert len(tests) == 2 * (len(STUDY.variants) - 1)
    for test in tests:
        inside = actual == "damaged" if test.figure == "defective parts" else np.ones(len(actual), bool)
        first, other = ((rows[name] == actual)[inside] for name in (STUDY.variants[0].name, test.variant))
        alone = int((first & ~other).sum()), int((~first & other).sum())
        assert (test.comparison.only_first, test.comparison.only_second) == alone
        assert test.comparison.p_value == pytest.approx(binomtest(alone[0], sum(alone)).pvalue)
        assert test.p_corrected >= test.comparison.p_value


def test_only_what_chance_hardly_explains_is_told_as_better() -> None:
    outcome = outcome_of(MADE)
    assert "Oversampled (better on all photos)" in outcome.sentence
    assert "Focal loss (" not in outcome.sentence
    alike = outcome_of(made_result(STUDY, dict.fromkeys(RIGHT, 0.8)))
    assert "by more than chance explains" in alike.sentence


def test_variants_on_different_photos_are_not_tested_against_each_other() -> None:
    first = STUDY.variants[0].name
    rows = MADE.rows[(MADE.rows["variant"] != first) | (MADE.rows["image"] < "0100.png")]
    outcome = outcome_of(replace(MADE, rows=rows))
    assert not outcome.tests
    assert "no test compares them" in outcome.sentence


def test_a_course_is_the_mean_over_the_folds() -> None:
    course = mean_course(MADE.origin.runs, STUDY.variants[0].name)
    assert [epoch.epoch for epoch in course] == [1, 2, 3, 4, 5, 6]
    assert course[1].validation_loss == pytest.approx(0.6)


def test_a_result_is_read_as_it_was_written_and_its_card_tells_the_figures(tmp_path: Path) -> None:
    assert read_result(STUDY.name, tmp_path) is None
    write_result(tmp_path, MADE)
    read = read_result(STUDY.name, tmp_path)
    assert read is not None
    assert read.origin == MADE.origin
    assert outcome_of(read) == outcome_of(MADE)
    card = card_text(STUDY, read)
    share = outcome_of(read).figures[2].defects_found
    assert f"{share.count} of {share.n}" in card
    assert "only 40 % were used" in card


def test_a_file_that_is_no_result_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / f"{STUDY.name}.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(DefectLensError, match=STUDY.name):
        read_result(STUDY.name, tmp_path)
