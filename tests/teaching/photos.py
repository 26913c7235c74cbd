"""Photos to teach with: rendered castings, good and defective, as files in memory."""

import functools
from collections.abc import Sequence

from defect_app.intake import PhotoFile
from defect_app.scenes import render
from defect_app.scenes.files import scene_jpeg
from defect_app.teaching import TaughtClass, TeachingFile, TeachingRequest

GOOD = TaughtClass("good", "Good", "ok")
HOLE = TaughtClass("hole", "Blowhole", "defect")


@functools.lru_cache(maxsize=64)
def casting(seed: int, defective: bool) -> bytes:
    return scene_jpeg(render("casting", seed, defective))


def photo(name: str, data: bytes, label: str) -> TeachingFile:
    return TeachingFile(PhotoFile.of_bytes(name, lambda: data), label)


def castings(n_good: int, n_defective: int, first_seed: int = 900) -> list[TeachingFile]:
    good = [photo(f"good{i}.jpg", casting(first_seed + i, False), "good") for i in range(n_good)]
    bad = [photo(f"hole{i}.jpg", casting(first_seed + 40 + i, True), "hole") for i in range(n_defective)]
    return good + bad


def request(
    files: Sequence[TeachingFile], classes: tuple[TaughtClass, ...] = (GOOD, HOLE), id: str = "bracket"
) -> TeachingRequest:
    return TeachingRequest(id, "Bracket", classes, files)
