"""Teaching in the background: it ends with a model, with words, or, stopped, with nothing."""

from pathlib import Path

from defect_app.hosting.teaching_job import TeachingJob
from tests.teaching.photos import GOOD, HOLE, castings, request


def test_a_job_teaches_and_says_that_it_is_done(tmp_path: Path) -> None:
    job = TeachingJob(request(castings(3, 3), (GOOD, HOLE)), tmp_path)
    job.wait(300)
    assert not job.progress().running
    assert job.result is not None
    assert job.result.folder == tmp_path / "bracket"


def test_what_cannot_be_taught_is_said(tmp_path: Path) -> None:
    job = TeachingJob(request(castings(1, 0), (GOOD,)), tmp_path)
    job.wait(300)
    assert job.result is None
    assert "1 usable photo" in str(job.problem)


def test_a_stopped_job_leaves_nothing(tmp_path: Path) -> None:
    job = TeachingJob(request(castings(3, 3), (GOOD, HOLE)), tmp_path)
    job.stop()
    job.wait(300)
    assert job.stopped
    assert not (tmp_path / "bracket").exists()
