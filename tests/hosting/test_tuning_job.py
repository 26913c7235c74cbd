"""Fine-tuning in a process of its own: it ends with a candidate, with words, or, stopped, with its finished folds."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from defect_app.errors import DefectLensError
from defect_app.hosting.tuning_job import TuningJob, forget_tuning, start_tuning, tuning_job
from defect_app.teaching import teach
from defect_app.teaching.photo_set import SETS_FOLDER
from defect_app.tuning.decision import waiting_candidate
from defect_app.tuning.kept_work import KeptWork
from tests.teaching.photos import castings, request
from tests.waiting import wait_until

LONGEST_S = 500


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taught")
    teach(request(castings(5, 5)), out=folder)
    return folder


@pytest.fixture
def taught(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DEFECT_APP_TAUGHT_MODELS", str(root))
    yield root
    forget_tuning("bracket")


def test_a_stopped_job_keeps_its_folds_and_the_next_one_ends_with_a_candidate(taught: Path) -> None:
    job = start_tuning("bracket", epochs=1)
    assert start_tuning("bracket") is job, "one product is fine-tuned once"
    assert tuning_job("bracket") is job
    with pytest.raises(DefectLensError, match="bracket is being fine-tuned"):
        start_tuning("other")
    wait_until(lambda: KeptWork(taught, "bracket").finished_folds() > 0, "a finished fold", LONGEST_S)
    assert job.progress().share > 0
    job.stop()
    job.wait(LONGEST_S)
    assert job.stopped
    assert waiting_candidate("bracket", taught) is None
    kept = KeptWork(taught, "bracket").finished_folds()
    assert 0 < kept < 5
    again = start_tuning("bracket", epochs=1)
    again.wait(LONGEST_S)
    assert not again.running
    assert again.problem is None
    assert again.progress().said.startswith("After 5 folds")
    assert waiting_candidate("bracket", taught) is not None


def test_what_cannot_be_fine_tuned_is_said(taught: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(taught / "bracket", tmp_path / "bracket")
    monkeypatch.setenv("DEFECT_APP_TAUGHT_MODELS", str(tmp_path))
    job = TuningJob("bracket")
    job.wait(LONGEST_S)
    assert not job.running
    assert "not kept here" in str(job.problem)
    assert not job.stopped
    assert not (tmp_path / SETS_FOLDER).exists()


def test_a_process_that_is_killed_is_said_to_have_ended(taught: Path) -> None:
    job = TuningJob("bracket")
    job._process.kill()
    job.wait(LONGEST_S)
    assert "ended unexpectedly" in str(job.problem)
    assert "memory" in str(job.problem)
