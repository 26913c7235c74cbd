"""A batch on Ray Data: files out to the processes that judge, records back in order, each file exactly once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, Final

from defect_app.decision import OperatingPoint
from defect_app.distributed.claims import Claims
from defect_app.distributed.photo_judge import ModelAsked, PhotoJudge
from defect_app.distributed.rows import Answer, tables_of
from defect_app.errors import DefectLensError, ModelUnavailable
from defect_app.inspection import Inspector
from defect_app.inspection.batch import JudgedFile, SeenFiles, counted
from defect_app.inspection.checkpoint import Checkpoint
from defect_app.inspection.file_judge import FileInHand, Outcome
from defect_app.inspection.outcome_json import outcome_from_json
from defect_app.intake.addresses import Place, name_of
from defect_app.logs import logger

MOST_ROUNDS_IN_VAIN: Final = 3
"""What was lost is handed out again; after so many rounds in which nothing came back the work is given up."""

KeepThumbnail = Callable[[str, bytes], None]

_log = logger(__name__)


class NothingComesBack(DefectLensError):
    """The processes that judge are lost again and again."""


def judge_on_ray(
    inspector: Inspector,
    places: Sequence[Place],
    point: OperatingPoint,
    checkpoint: Checkpoint,
    *,
    models_folder: str | None,
    cores: int,
    keep_thumbnail: KeepThumbnail | None = None,
) -> Generator[JudgedFile[None], None, None]:
    """Judge files on the Ray that this process is connected to, as `judge_batch` does.

    Memory here grows by some hundred bytes a file: answers lie in the checkpoint.

    Parameters
    ----------
    inspector : Inspector
        The model; every process loads it for itself.
    places : sequence of Path or AddressedFile
        The files, as every machine finds them.
    point : OperatingPoint
        What the verdicts are made with.
    checkpoint : Checkpoint
        Takes each answer as it comes; what it holds is read and hashed, not judged again.
    models_folder : str, optional
        As every machine finds it. Default: what its own setting names.
    cores : int
        How many processes judge at most, a core each.
    keep_thumbnail : callable, optional
        Takes the content's hash and the small picture, JPEG, of each photo that is judged now, in any order.

    Yields
    ------
    JudgedFile
        One a file, in the order of `places`. Closing the generator stops the work.

    Raises
    ------
    ModelUnavailable
        If a machine does not have this model.
    NothingComesBack
        If processes are lost again and again.
    """
    thumbnails = keep_thumbnail is not None
    model = ModelAsked(inspector.spec.id, models_folder, inspector.model_sha256, inspector.frames, thumbnails)
    seen: SeenFiles[None] = SeenFiles(checkpoint)
    in_order = _InOrder(inspector, places, point, seen)
    with closing(_answers(model, places, checkpoint, cores)) as answers:
        for answer in answers:
            if keep_thumbnail is not None and answer.thumbnail:
                keep_thumbnail(answer.sha256, answer.thumbnail)
            for file, outcome in in_order.add(answer):
                yield from counted(file, outcome, inspector, seen)


class _InOrder:
    """Puts answers into the order of their files; what came early lies in the checkpoint meanwhile."""

    def __init__(
        self, inspector: Inspector, places: Sequence[Place], point: OperatingPoint, seen: SeenFiles[None]
    ) -> None:
        self._spec, self._places, self._point, self._seen = inspector.spec, places, point, seen
        self._early: dict[int, Answer] = {}
        self._not_kept: dict[str, str] = {}
        self._number = 1

    def add(self, answer: Answer) -> Iterator[tuple[FileInHand, Outcome[Any] | None]]:
        """Take an answer, and yield what is next in order now, if anything is."""
        checkpoint = self._seen.checkpoint
        if answer.outcome and checkpoint is not None and not checkpoint.add_text(answer.sha256, answer.outcome):
            self._not_kept[answer.sha256] = answer.outcome
        self._early[answer.number] = replace(answer, outcome="", thumbnail=b"")
        while (following := self._early.get(self._number)) is not None:
            found = self._found(following)
            if found is None:
                return
            del self._early[self._number]
            self._number += 1
            yield found

    def _found(self, answer: Answer) -> tuple[FileInHand, Outcome[Any] | None] | None:
        """Return the file and its outcome; None where another file with its content is still judged in its place."""
        name = name_of(self._places[answer.number - 1])
        file = FileInHand(answer.number, name, answer.sha256, refused=answer.rejection(name))
        if answer.sha256 and self._seen.came_before(answer.sha256):
            file.refused, file.is_repeat = None, True
            return file, None
        if file.refused is not None:
            return file, None
        checkpoint, text = self._seen.checkpoint, self._not_kept.get(answer.sha256)
        if text is not None:
            return file, outcome_from_json(text, name, answer.sha256, self._spec, self._point)
        outcome = checkpoint.find(answer.sha256, name) if checkpoint is not None else None
        return None if outcome is None else (file, outcome)


def _answers(
    model: ModelAsked, places: Sequence[Place], checkpoint: Checkpoint, cores: int
) -> Generator[Answer, None, None]:
    """Yield one answer a file, as they come; files that were lost with a process are handed out again."""
    turns = _turns(checkpoint)
    came = bytearray(len(places) + 1)
    missing: Sequence[int] = range(1, len(places) + 1)
    in_vain = 0
    while missing:
        before = len(missing)
        for answer in _round(model, places, missing, turns, cores):
            if not came[answer.number]:
                came[answer.number] = True
                yield answer
        missing = [number for number in missing if not came[number]]
        in_vain = in_vain + 1 if len(missing) == before else 0
        if in_vain == MOST_ROUNDS_IN_VAIN:
            raise NothingComesBack(
                f"{len(missing):,} files were handed out {in_vain} times, and no answer came.",
                "Look at Ray's logs, below /tmp/ray/session_latest/logs; what is done is kept.",
            )
        if missing:
            _log.warning("files_handed_out_again", files=len(missing))


def _turns(checkpoint: Checkpoint) -> Any:
    """Return what processes ask whose turn a content is; it lives on this machine, and ends with this work."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    actor = ray.remote(Claims).options(num_cpus=0, max_restarts=-1, max_task_retries=-1, scheduling_strategy=here)
    return _Turns(actor.remote(b"".join(checkpoint.known())))


class _Turns:
    """Asks the one process that keeps `Claims`; goes to every process that judges."""

    def __init__(self, claims: Any) -> None:
        self._claims = claims

    def __call__(self, numbers: list[int], hashes: list[bytes]) -> list[bool]:
        import ray

        turns: list[bool] = ray.get(self._claims.claim.remote(numbers, hashes))
        return turns


def _round(
    model: ModelAsked, places: Sequence[Place], numbers: Sequence[int], turns: Any, cores: int
) -> Iterator[Answer]:
    """Hand files out once, and yield the answers that come."""
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    # A table that is lost for good ends nothing: its files are handed out in the next round.
    context.max_errored_blocks = -1
    tables = list(tables_of(places, numbers, cores))
    processes = min(cores, len(tables))
    judged = ray.data.from_arrow(tables).map_batches(
        PhotoJudge,
        fn_constructor_args=(model, turns),
        batch_size=None,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=processes, initial_size=processes),
        num_cpus=1,
    )
    answered: Iterable[Any] = judged.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=1)
    for table in answered:
        for row in table.to_pylist():
            problem = row.pop("problem")
            if problem:
                raise ModelUnavailable(problem)
            yield Answer(**row)
