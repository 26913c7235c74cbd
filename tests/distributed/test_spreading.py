"""Tasks and trainings on Ray: what a process was lost with is done again, and nothing else; the same figures."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
import pytest

from defect_app.cli import main
from defect_app.distributed.cluster import NoCluster, ray_cluster
from defect_app.distributed.spreading import RayTasks, TaskLost, done_on_ray
from defect_app.errors import DataUnavailable, DefectLensError
from defect_app.progress import no_progress
from defect_app.publishing.replicates import Replicate
from defect_app.recipes.recipe import load_recipe
from defect_app.settings import variable_of
from defect_app.studies import load_study
from defect_app.tasks import Spread, one_by_one

ALWAYS, ONCE, NEVER = "always", "once", "never"


@pytest.fixture(scope="module")
def ray() -> Iterator[None]:
    """Start a Ray of one core for this process."""
    # What is set for Ray is this Ray's alone.
    with patch.dict(os.environ, {variable_of("threads"): "1"}), ray_cluster(None) as cores:
        assert cores == 1
        yield


def _counted(task: tuple[Path, str]) -> int:
    """Write down that a task is done, and lose the process with it as often as the task says."""
    log, lost = task
    with log.open("a") as file:
        file.write(f"{os.getpid()}\n")
    times = len(log.read_text().splitlines())
    if lost == ALWAYS or (lost == ONCE and times == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    return times


def _refused(task: str) -> None:
    if task == "file":
        raise FileNotFoundError(2, "No such file", "/photos/1.png")
    raise DataUnavailable("There is no data set.", "Fetch it.")


def test_a_killed_process_repeats_its_task_and_no_other(ray: None, tmp_path: Path) -> None:
    tasks = [(tmp_path / f"{i}.log", ONCE if i == 2 else NEVER) for i in range(5)]
    done = dict(done_on_ray(_counted, tasks))
    assert [done[task] for task in tasks] == [1, 1, 2, 1, 1]


@pytest.mark.thorough
def test_a_task_that_takes_its_process_down_every_time_ends_the_work(ray: None, tmp_path: Path) -> None:
    with pytest.raises(TaskLost, match="lost 4 times"):
        list(done_on_ray(_counted, [(tmp_path / "lost.log", ALWAYS)]))


@pytest.mark.parametrize(
    ("task", "said", "remedy"),
    [("file", r"^On .*: \[Errno 2\] No such file: '/photos/1.png'", "same paths"), ("data", "no data set", "Fetch it")],
)
def test_what_goes_wrong_there_is_said_as_here(ray: None, task: str, said: str, remedy: str) -> None:
    with pytest.raises(DefectLensError, match=said) as refused:
        list(done_on_ray(_refused, [task]))
    assert remedy in refused.value.remedy


@pytest.mark.thorough
def test_trainings_on_ray_come_to_the_same_numbers_and_a_stopped_study_goes_on_there(ray: None, tmp_path: Path) -> None:
    from defect_app.studies.running import run_study
    from tests.studies.test_other_kinds import a_study

    study, store = load_study(a_study(tmp_path)), tmp_path / "store"
    here = run_study(study, out=tmp_path / "out", store=store)
    (home,) = store.glob("made-*")
    for name in ("0-0-1", "1-0-0"):
        (home / f"{name}.parquet").unlink()
    asked: list[str] = []

    def spread(work: Callable[[Any], Any], tasks: Sequence[Any], /) -> Iterator[tuple[Any, Any]]:
        asked.extend(task.words for task in tasks)
        yield from done_on_ray(work, tasks)

    there = run_study(study, out=tmp_path / "out", store=store, spread=spread)
    assert asked == ["Plain, seed 0, fold 2", "Focal, seed 0, fold 1"]
    pd.testing.assert_frame_equal(there.rows, here.rows, check_exact=True)
    assert [(run.variant, run.fold, run.epochs) for run in there.origin.runs] == [
        (run.variant, run.fold, run.epochs) for run in here.origin.runs
    ]


@pytest.mark.thorough
def test_folds_and_repeats_on_ray_come_to_the_same_rows(ray: None, tmp_path: Path) -> None:
    # Here, and not in the processes that do the other tests' tasks: TensorFlow comes with them.
    from defect_app.training.crossvalidation import measure_replicates
    from defect_app.training.training_data import load_data
    from defect_app.training.training_run import RunSettings
    from tests.datasets.picture_trees import make_tree
    from tests.training.test_crossvalidation import RECIPE

    path = tmp_path / "tiny-folds.toml"
    path.write_text(RECIPE.format(tree=make_tree(tmp_path / "parts", 20)), encoding="utf-8")
    recipe = load_recipe(path)
    loaded = load_data(recipe, None, no_progress)
    settings = RunSettings(1, tmp_path / "work", steps_limit=1)

    def rows(where: str, spread: Spread) -> dict[Replicate, pd.DataFrame]:
        return dict(measure_replicates(recipe, loaded, tmp_path / where, settings, no_progress, spread))

    here, there = rows("here", one_by_one), rows("there", done_on_ray)
    assert set(here) == set(there)
    assert len(here) == 3
    for replicate, measured in here.items():
        pd.testing.assert_frame_equal(there[replicate], measured, check_exact=True)


def test_where_no_ray_answers_is_said_before_anything_is_trained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoCluster):
        RayTasks("127.0.0.1:1")
    assert main(["study", "boxes-imbalance", "--engine", "ray", "--address", "127.0.0.1:1"]) == 2
    assert main(["study", "boxes-imbalance", "--address", "127.0.0.1:1"]) == 2
    said = capsys.readouterr().err
    assert "No Ray answers at 127.0.0.1:1" in said
    assert "Add --engine ray" in said
