"""The figures of a recognition model's card, counted by hand."""

from dataclasses import replace

import pandas as pd

from defect_app.catalog import ChosenThresholds, ClassSpec, RecognitionThresholds
from defect_app.publishing.card_figures import recognition_figures
from tests.catalog.test_spec import SPEC

NAMES = ("cat", "dog", "frog")
ANIMALS = replace(
    SPEC,
    task="recognition",
    classes=tuple(ClassSpec(name, name.capitalize()) for name in NAMES),
    default_point=ChosenThresholds(RecognitionThresholds(0.4), split="validation", n=9, rule="chosen by hand"),
)


def rows(answers: list[tuple[str, str]], run: int = 0, split: str = "test") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"image": f"{i}.png", "split": split, "fold": -1, "run": run, "actual": actual}
            | {f"p_{name}": 0.8 if name == named else 0.1 for name in NAMES}
            for i, (actual, named) in enumerate(answers)
        ]
    )


OWN = rows([("cat", "cat"), ("cat", "dog"), ("cat", "dog"), ("dog", "dog"), ("frog", "cat")])


def test_the_matrix_counts_each_class_and_failures_stand_the_most_frequent_first() -> None:
    lines = recognition_figures(ANIMALS, OWN)
    assert any(line.startswith("| test | 5 | 0.4000") and "2 of 5" in line for line in lines)
    assert "| Actual cat | 1 | 2 | 0 |" in lines
    failures = lines[lines.index("## Known failures") + 2 :]
    assert failures == ["- truly Cat, named Dog: 2 of 3 photos", "- truly Frog, named Cat: its one photo"]


def test_repeats_are_a_mean_with_its_deviation_and_leave_the_bundled_figures_alone() -> None:
    again = rows([("cat", "cat"), ("cat", "cat"), ("cat", "dog"), ("dog", "dog"), ("frog", "cat")], run=1)
    lines = recognition_figures(ANIMALS, pd.concat([OWN, again]))
    # 2 and 3 of 5 are right: mean 0.5, standard deviation of 0.4 and 0.6 0.1414.
    assert any("Over 2 trainings" in line and "top-1 0.5000 +- 0.1414" in line for line in lines)
    assert "| Actual cat | 1 | 2 | 0 |" in lines
    assert not any("trainings" in line for line in recognition_figures(ANIMALS, OWN))


def test_no_mistake_is_said_and_a_thousand_classes_have_no_matrix() -> None:
    right = rows([(name, name) for name in NAMES])
    assert recognition_figures(ANIMALS, right)[-1].startswith("None on these photos")
    many = ANIMALS.classes + tuple(ClassSpec(f"c{i}", f"C{i}") for i in range(30))
    wide = right.assign(**{f"p_c{i}": 0.0 for i in range(30)})
    assert not any("Predicted" in line for line in recognition_figures(replace(ANIMALS, classes=many), wide))


def test_a_model_that_was_measured_out_of_fold_alone_has_its_matrix_from_there() -> None:
    lines = recognition_figures(ANIMALS, OWN.assign(split="cv", fold=0))
    assert any(line.startswith("| all, each judged by a fold model") and "2 of 5" in line for line in lines)
    assert any("By class over the folds" in line for line in lines)
    assert "| Actual cat | 1 | 2 | 0 |" in lines
    assert "- truly Cat, named Dog: 2 of 3 photos" in lines
