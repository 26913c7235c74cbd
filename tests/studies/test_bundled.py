"""The studies that were run here: their cards tell what their rows say, and they are of the studies as they stand."""

import pytest

from defect_app.studies import STUDIES_FOLDER, StudyResult, load_study, read_result, study_names
from defect_app.studies.card import card_text
from defect_app.studies.running import study_digest

RUN = [name for name in study_names() if read_result(name) is not None]


def result_of(name: str) -> StudyResult:
    result = read_result(name)
    assert result is not None
    return result


@pytest.mark.parametrize("name", RUN)
def test_a_card_tells_what_the_rows_say(name: str) -> None:
    card = (STUDIES_FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert card == card_text(load_study(name), result_of(name))


@pytest.mark.parametrize("name", RUN)
def test_a_result_is_of_the_study_as_it_stands(name: str) -> None:
    study, origin = load_study(name), result_of(name).origin
    assert origin.digest == study_digest(study)
    assert [facts.name for facts in origin.variants] == [variant.name for variant in study.variants]


@pytest.mark.parametrize("name", [name for name in RUN if load_study(name).kind != "stored"])
def test_every_picture_is_judged_once_in_each_variant_and_seed(name: str) -> None:
    rows = result_of(name).rows
    pictures = rows["image"].nunique()
    assert set(rows.groupby(["variant", "seed"])["image"].agg(["size", "nunique"]).to_numpy().ravel()) == {pictures}


def test_some_studies_were_run() -> None:
    assert RUN
