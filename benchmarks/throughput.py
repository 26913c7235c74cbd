"""Photos a second, beside the usual app and beside OpenVINO's own benchmark."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from benchmarks.measurement import Measurement, compare
from benchmarks.peers import Judge, benchmark_app_per_s
from benchmarks.photos import NamedBytes
from defect_app.inspection import Inspector, input_pixels
from defect_app.intake import Photo, read_photo

IN_MEMORY_SECONDS = 4


@dataclass(frozen=True)
class Rounds:
    """How much is measured: photos a round for either side, so that one takes a second or two, and how many rounds."""

    ours_n: int
    peer_n: int
    repetitions: int


def against_usual_app(
    what: str,
    least_ratio: float,
    inspector: Inspector,
    peer: Judge,
    photos: Sequence[NamedBytes],
    rounds: Rounds,
) -> Measurement:
    """Measure JPEG bytes to verdict and class activation map against the usual app.

    Parameters
    ----------
    what : str
        Kind of photo and precision, in words.
    least_ratio : float
        The budget: how many times the usual app's photos a second.
    inspector : Inspector
        Ours.
    peer : callable
        See `peers.usual_app`.
    photos : sequence of (name, bytes)
        Taken in turns.
    rounds : Rounds
        How much is measured.
    """
    ours_photos = list(islice(cycle(photos), rounds.ours_n))
    peer_photos = list(islice(cycle(photos), rounds.peer_n))

    def ours() -> int:
        return sum(1 for _ in inspector.inspect_many(ours_photos))

    result = compare(ours, lambda: len(peer(peer_photos)), rounds.repetitions)
    return Measurement(
        what=f"{what}: photos/s from bytes to verdict + heat map, against the usual app",
        budget=f">= {least_ratio:g} x",
        measured=f"{result.ratio:.1f} x ({result.ours_per_s:.0f}/s against {result.peer_per_s:.1f}/s; "
        f"processor time a photo {result.ours_cpu_ms:.1f} against {result.peer_cpu_ms:.0f} ms)",
        met=result.ratio >= least_ratio,
        values=asdict(result),
    )


def share_of_openvino(
    inspector: Inspector, folder: Path, photos: Sequence[NamedBytes], repetitions: int
) -> Measurement:
    """Measure which share of ``benchmark_app``'s throughput the engine reaches with pictures in memory."""
    pixels = [_pixels(photo, inspector) for photo in photos]
    rounds = []
    for _ in range(max(2, repetitions // 2)):
        before = benchmark_app_per_s(folder / "model.xml", inspector.spec, IN_MEMORY_SECONDS)
        ours = _engine_per_s(inspector, pixels, IN_MEMORY_SECONDS)
        after = benchmark_app_per_s(folder / "model.xml", inspector.spec, IN_MEMORY_SECONDS)
        # The peer on both sides: a machine that slows down meanwhile favours neither.
        rounds.append((ours, (before + after) / 2))
    share = statistics.median(ours / peer for ours, peer in rounds)
    ours_per_s, peer_per_s = (statistics.median(values) for values in zip(*rounds, strict=True))
    return Measurement(
        what="pictures in memory: share of OpenVINO's benchmark_app throughput (float32)",
        budget=">= 0.85",
        measured=f"{share:.2f} ({ours_per_s:.0f}/s against {peer_per_s:.0f}/s)",
        met=share >= 0.85,
        values={"share": share, "ours_per_s": ours_per_s, "benchmark_app_per_s": peer_per_s},
    )


def _engine_per_s(inspector: Inspector, pixels: Sequence[np.ndarray], seconds: float) -> float:
    workers = inspector.engine.streams + 1
    deadline = time.perf_counter() + seconds

    def work(offset: int) -> int:
        turns: deque[np.ndarray] = deque(pixels)
        turns.rotate(-offset)
        n = 0
        while time.perf_counter() < deadline:
            inspector.engine.predict(turns[0])
            turns.rotate(-1)
            n += 1
        return n

    started = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        n = sum(pool.map(work, range(workers)))
    return n / (time.perf_counter() - started)


def _pixels(photo: NamedBytes, inspector: Inspector) -> np.ndarray:
    read = read_photo(photo[1], photo[0], least_side=inspector.least_side)
    assert isinstance(read, Photo)
    return input_pixels(read.pixels, inspector.spec)
