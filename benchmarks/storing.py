"""What storing takes from judging: ``python -m benchmarks.storing [--model ID] [--photos N] [--rounds N]``.

The same photos are judged with and without being stored, in short turns in one process, and the processor time of both
is compared: the clock of a machine that others use tells nothing. Each photo is a file of its own, since what is kept
of a photo is written once, and none goes to review: on a line few do, and their whole photos are kept. The folder of
photos is one in use: its sub-folders are there.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.photos import NamedBytes, small_photos
from defect_app.cli.terminal import print_table, say
from defect_app.decision import Verdict
from defect_app.hosting.keeping import Keeping, Origin
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.batch import judge_batch
from defect_app.inspections import InspectionStore, Source
from defect_app.inspections.photo_store import PhotoStore
from defect_app.inspections.recorder import Recorder
from defect_app.intake import PhotoFile
from defect_app.settings import PhotoPolicy
from defect_app.storage.database import Database

BUDGET = 0.05
_RENDERED = 25
_START_OF_IMAGE = b"\xff\xd8"


@dataclass(frozen=True)
class Round:
    """One run over the photos: processor time and clock a photo, in milliseconds, and how the verdicts fell."""

    cpu_ms: float
    clock_ms: float
    verdicts: Counter[str]


def distinct_photos(inspector: Inspector, n: int) -> list[NamedBytes]:
    """Return `n` files, each with a comment of its own in its JPEG: few pictures, many contents."""
    rendered = small_photos(_RENDERED)
    judged = zip(rendered, inspector.inspect_many(rendered), strict=True)
    photos = [
        photo for photo, found in judged if isinstance(found, Inspected) and found.judgement.verdict != Verdict.REVIEW
    ]
    distinct = []
    for i in range(n):
        _, data = photos[i % len(photos)]
        said = f"photo {i}".encode()
        comment = b"\xff\xfe" + (len(said) + 2).to_bytes(2, "big") + said
        distinct.append((f"part-{i:04d}.jpg", _START_OF_IMAGE + comment + data[2:]))
    return distinct


def judged(inspector: Inspector, photos: Sequence[NamedBytes], policy: PhotoPolicy | None, folder: Path) -> Round:
    """Judge photos, and store them as a policy says; None stores nothing."""
    files = [PhotoFile.of_bytes(name, partial(bytes, data)) for name, data in photos]
    if policy is None:
        return _timed(inspector, files, None)
    database = Database(f"sqlite:///{folder / 'records.sqlite'}")
    store, kept = InspectionStore(database), PhotoStore(folder / "photos")
    for i in range(256):
        (kept.folder / f"{i:02x}").mkdir(parents=True)
    with Recorder(lambda: store) as recorder:
        keeping = Keeping(recorder, Origin(Source.CLI), photos=kept, policy=policy)
        result = _timed(inspector, files, keeping)
    database.close()
    return result


def _timed(inspector: Inspector, files: Sequence[PhotoFile], keeping: Keeping | None) -> Round:
    verdicts: Counter[str] = Counter()
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    extractor = None if keeping is None else keeping.extractor(None)
    waiting = []
    for file in judge_batch(inspector, files, extractor=extractor):
        verdicts[file.record.verdict] += 1
        if keeping is not None:
            waiting.append(keeping.store_file(file))
    for stored in waiting:
        stored.result()
    n = len(files)
    return Round(1000 * (time.process_time() - began_cpu_s) / n, 1000 * (time.perf_counter() - began_s) / n, verdicts)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="casting-cnn")
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    inspector = Inspector.from_id(arguments.model)
    photos = distinct_photos(inspector, arguments.photos)
    policies: tuple[PhotoPolicy | None, ...] = (None, "none", "thumbnails")
    rounds: dict[PhotoPolicy | None, list[Round]] = {policy: [] for policy in policies}
    for number in range(-1, arguments.rounds):
        # Each is first, second and last as often as the others.
        for policy in (*policies[number % 3 :], *policies[: number % 3]):
            with tempfile.TemporaryDirectory() as folder:
                result = judged(inspector, photos, policy, Path(folder))
            if number >= 0:  # one round warms up
                rounds[policy].append(result)
        say(f"round {number + 1} of {arguments.rounds}")
    say(f"Verdicts: {dict(rounds[None][0].verdicts)}")
    lines = []
    for policy in policies:
        cpu_ms = statistics.median(one.cpu_ms for one in rounds[policy])
        clock_ms = statistics.median(one.clock_ms for one in rounds[policy])
        share = statistics.median(
            mine.cpu_ms / plain.cpu_ms - 1 for mine, plain in zip(rounds[policy], rounds[None], strict=True)
        )
        outcome = "" if policy is None else "met" if share <= BUDGET else "MISSED"
        said = "not stored" if policy is None else f"stored, photos: {policy}"
        lines.append((said, f"{cpu_ms:.2f} ms", f"{clock_ms:.2f} ms", f"{100 * share:+.1f} %", outcome))
    print_table(
        f"{arguments.photos} photos of 300 x 300 pixels, {arguments.model}",
        ("", "processor time a photo", "clock a photo", "more processor time", "<= 5 %"),
        lines,
    )


if __name__ == "__main__":
    main()
