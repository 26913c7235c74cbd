"""A person decides: the candidate takes the taught model's place, and back; or it goes."""

import json
from pathlib import Path

import pytest

from defect_app.catalog import SPEC_FILE, usable_spec
from defect_app.teaching.exchange import packed, unpack
from defect_app.teaching.photo_set import read_set
from defect_app.teaching.versions import former_versions, roll_back
from defect_app.tuning.course import TuningProgress
from defect_app.tuning.decision import accept, discard, waiting_candidate
from defect_app.tuning.kept_work import TUNING_FOLDER
from defect_app.tuning.materials import CannotTune
from defect_app.tuning.offer import is_fine_tuned
from defect_app.tuning.run import fine_tune


def test_an_accepted_candidate_replaces_the_taught_model_and_can_be_rolled_back(waiting: Path) -> None:
    before = (waiting / "bracket" / SPEC_FILE).read_bytes()
    folder = accept("bracket", waiting)
    assert usable_spec(folder).id == "bracket"
    assert is_fine_tuned(folder)
    assert not (waiting / TUNING_FOLDER / "bracket").exists()
    assert read_set("bracket", waiting) is not None, "its photos stay for a new version"
    (former,) = former_versions("bracket", waiting)
    roll_back(former, waiting)
    assert (waiting / "bracket" / SPEC_FILE).read_bytes() == before
    assert is_fine_tuned(former_versions("bracket", waiting)[0].folder)


def test_a_discarded_candidate_leaves_the_taught_model(waiting: Path) -> None:
    before = (waiting / "bracket" / SPEC_FILE).read_bytes()
    discard("bracket", waiting)
    assert waiting_candidate("bracket", waiting) is None
    assert (waiting / "bracket" / SPEC_FILE).read_bytes() == before
    with pytest.raises(CannotTune, match="No fine-tuned bracket waits"):
        accept("bracket", waiting)


def test_a_candidate_does_not_replace_a_model_that_it_was_not_compared_with(waiting: Path) -> None:
    spec = waiting / "bracket" / SPEC_FILE
    spec.write_bytes(spec.read_bytes() + b"\n# taught anew meanwhile\n")
    assert waiting_candidate("bracket", waiting) is None
    with pytest.raises(CannotTune, match="No fine-tuned bracket waits"):
        accept("bracket", waiting)

    def stop_when_it_begins_anew(progress: TuningProgress) -> None:
        if progress.what.startswith("looking"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fine_tune("bracket", stop_when_it_begins_anew, root=waiting)


def test_a_candidate_that_is_worse_beyond_chance_does_not_replace_it(waiting: Path) -> None:
    (path,) = (waiting / TUNING_FOLDER / "bracket").glob("*/comparison.json")
    told = json.loads(path.read_text())
    told["versions"] |= {"only_former": 9, "only_new": 0, "p_value": 0.004}
    path.write_text(json.dumps(told))
    with pytest.raises(CannotTune, match="worse beyond chance"):
        accept("bracket", waiting)


def test_an_accepted_model_can_be_taken_along(waiting: Path, tmp_path: Path) -> None:
    data = packed(accept("bracket", waiting))
    assert usable_spec(unpack(data, tmp_path / "elsewhere")).title == "Bracket"
