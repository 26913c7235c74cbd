"""Which engine does the work: this process, or Ray's on one machine or many; and the checkpoint of ``classify``."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defect_app.cli.terminal import say
from defect_app.errors import DefectLensError

if TYPE_CHECKING:
    from defect_app.decision import OperatingPoint
    from defect_app.hosting.keeping import Keeping
    from defect_app.hosting.model_host import ModelHost
    from defect_app.inspection import Inspector
    from defect_app.inspection.batch import JudgedFile
    from defect_app.inspection.file_judge import Extractor
    from defect_app.intake.addresses import Place
    from defect_app.tasks import Spread

JudgeFiles = Callable[["Extractor[Any] | None"], Generator["JudgedFile[Any]", None, None]]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where photos are judged."""
    add_engine(parser, "judge in this process, or by Ray on all its cores, here or on many machines")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        metavar="DIR",
        help="keep what each photo was found to be here: the same command again goes on, each photo judged once",
    )


def add_engine(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the options that choose an engine; `what` says what it does."""
    parser.add_argument("--engine", choices=("local", "ray"), default="local", help=f"{what} (default: local)")
    parser.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="of a Ray that runs (--engine ray), or 'auto' for this machine's; without it one is started for this run",
    )


def tasks(arguments: argparse.Namespace) -> Spread:
    """Return what does independent tasks: this process, one by one, or a Ray.

    Raises
    ------
    DefectLensError
        If options do not go together, or no Ray answers.
    """
    from defect_app.tasks import one_by_one

    if not on_ray(arguments):
        return one_by_one
    from defect_app.distributed.spreading import RayTasks

    return RayTasks(arguments.address)


def on_ray(arguments: argparse.Namespace) -> bool:
    """Return whether Ray is asked for.

    Raises
    ------
    DefectLensError
        If its address is given, and it is not.
    """
    asked: bool = arguments.engine == "ray"
    if arguments.address and not asked:
        raise DefectLensError("--address is the address of a Ray.", "Add --engine ray, or leave it out.")
    return asked


@contextmanager
def judging(
    arguments: argparse.Namespace,
    host: ModelHost,
    inspector: Inspector,
    point: OperatingPoint,
    places: Sequence[Place],
    keeping: Keeping | None = None,
) -> Iterator[JudgeFiles]:
    """Get ready what the options ask for; yields what judges the files, given an extractor.

    Raises
    ------
    DefectLensError
        If options do not go together, or what they ask for is not there.
    """
    from defect_app.inspection.batch import SeenFiles, judge_batch
    from defect_app.inspection.checkpoint import Checkpoint
    from defect_app.intake.addresses import photo_at

    by_ray = on_ray(arguments)
    if by_ray and (arguments.heatmaps or arguments.part_codes):
        asked = "--heatmaps" if arguments.heatmaps else "--part-codes"
        raise DefectLensError(f"{asked} needs the photos' pixels here.", "Leave it out, or use --engine local.")
    with ExitStack() as ending:
        folder = arguments.checkpoint
        if folder is None and by_ray:
            folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="defect-lens-")))
        checkpoint = (
            None
            if folder is None
            else ending.enter_context(Checkpoint(folder, inspector.spec, point, inspector.frames))
        )
        if checkpoint is not None and checkpoint.count:
            count = checkpoint.count
            say(f"{count:,} photo{'s' * (count != 1)} judged by earlier runs, see {checkpoint.file}: not judged again.")
        if not by_ray or checkpoint is None:
            workers = ending.enter_context(host.open_job(len(places)))
            yield lambda extractor: _kept_too(
                judge_batch(
                    inspector,
                    map(photo_at, places),
                    point,
                    extractor=extractor,
                    seen=SeenFiles(checkpoint),
                    workers=workers,
                ),
                places,
                keeping if checkpoint is not None else None,
            )
            return
        from defect_app.distributed.cluster import ray_cluster
        from defect_app.distributed.judging import judge_on_ray

        models_folder = None if arguments.models_folder is None else str(arguments.models_folder.absolute())
        cores = ending.enter_context(ray_cluster(arguments.address))
        say(f"Ray judges with {cores} core{'s' * (cores != 1)}.")
        keep = keeping.keep_thumbnail if keeping is not None and keeping.keeps_photos else None
        yield lambda _: _kept_too(
            judge_on_ray(
                inspector, places, point, checkpoint, models_folder=models_folder, cores=cores, keep_thumbnail=keep
            ),
            places,
            keeping,
        )


def _kept_too(
    judged: Generator[JudgedFile[Any], None, None], places: Sequence[Place], keeping: Keeping | None
) -> Generator[JudgedFile[Any], None, None]:
    """Yield judged files, once of their photos is kept what no extractor here could keep."""
    from defect_app.intake.addresses import photo_at

    with closing(judged):
        for file in judged:
            if keeping is not None:
                keeping.keep_again(file.record, photo_at(places[file.number - 1]))
            yield file
