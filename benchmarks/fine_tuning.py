"""Fine-tuning beside the taught head, on the same photos and folds: ``python -m benchmarks.fine_tuning [--json FILE]``.

Photos are drawn from the shared sets, taught as `teach` does, and fine-tuned as `fine-tune` does; every figure is out
of fold, and the folds are the taught model's.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.teach import SETS
from defect_app.datasets.archives import unpacked
from defect_app.intake import PhotoFile
from defect_app.teaching import TaughtClass, TeachingFile, TeachingRequest, teach
from defect_app.tuning.comparison import TuningComparison
from defect_app.tuning.run import fine_tune

DRAWN = {"metal": 50, "boxes": 100, "phone": 50, "casting": 20}
"""Photos of each class; a smaller class gives all that it has."""
INSPECTED = ("metal", "boxes", "casting")
"""Sets whose two classes are good and defective; the others name things."""


@dataclass(frozen=True)
class Line:
    """A set, what was taught of it, and how the two models compare."""

    dataset: str
    photos: int
    taught_seconds: float
    comparison: TuningComparison


def request_of(name: str, seed: int) -> TeachingRequest:
    """Draw photos of every class of a set."""
    rng, roles = np.random.default_rng(seed), ("ok", "defect")
    classes, files = [], []
    for label in range(1 + max(folder.label for folder in SETS[name])):
        folders = [folder for folder in SETS[name] if folder.label == label and not folder.test]
        found = sorted(
            path
            for folder in folders
            for path in (unpacked(folder.archive) / folder.path).iterdir()
            if "mask" not in path.name
        )
        title = folders[0].path.rpartition("/")[2]
        classes.append(TaughtClass(title, title, roles[label] if name in INSPECTED else None))  # type: ignore[arg-type]
        chosen = [found[i] for i in rng.permutation(len(found))[: DRAWN[name]]]
        files += [TeachingFile(PhotoFile.at(path), title) for path in chosen]
    return TeachingRequest(f"{name}-taught", name, tuple(classes), files)


def measure(name: str, seed: int, root: Path) -> Line:
    """Teach a draw of a set, fine-tune it, and compare."""
    taught = teach(request_of(name, seed), out=root)
    said = ""

    def report(progress: object) -> None:
        nonlocal said
        now = str(getattr(progress, "said", ""))
        if now != said:
            said = now
            print(f"  {said}", flush=True)

    found = fine_tune(taught.spec.id, report, root=root).comparison
    return Line(name, sum(taught.summary.counts.values()), taught.summary.seconds, found)


def main() -> None:
    """Print a table a set as it is done; write all as JSON at the end."""
    parser = argparse.ArgumentParser(description="Fine-tuning beside the taught head, on the same folds.")
    parser.add_argument("sets", nargs="*", default=["metal", "boxes", "phone"], help=f"of {', '.join(DRAWN)}")
    parser.add_argument("--seed", type=int, default=0, help="another one draws other photos")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    lines = []
    for name in arguments.sets:
        with tempfile.TemporaryDirectory() as folder:
            line = measure(name, arguments.seed, Path(folder))
        lines.append(line)
        found = line.comparison
        times = f"taught in {line.taught_seconds:.0f} s, fine-tuned in {found.minutes:.1f} min"
        print(f"\n{name}, {line.photos} photos: {times}")
        for row in found.rows:
            print(f"| {row.figure} | {row.former} | {row.tuned} |")
        for sentence in found.sentences:
            print(sentence, flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(line) for line in lines], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
