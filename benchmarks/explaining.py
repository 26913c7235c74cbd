"""Heat maps: the first of a running server, each method, and the memory of all methods on all models."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.measurement import Measurement, highest_resident_mb, resident_mb
from defect_app.catalog import load_catalog
from defect_app.explanation import METHODS, default_target, input_map
from defect_app.explanation.gradient_engines import gradient_engine, release_gradient_engines
from defect_app.inspection import Inspector

CHECKOUT = Path(__file__).resolve().parents[1]
FIRST_BUDGET_S, METHOD_BUDGET_S, LONG_BUDGET_S, MEMORY_BUDGET_MB = 0.3, 0.5, 2.0, 300.0
LONG = ("score-cam", "smoothgrad")


def measure_explaining(model_id: str, models_folder: Path | None, repetitions: int) -> list[Measurement]:
    """Time maps of one model, each as first asked for, and measure the memory of all in a process of its own."""
    model = Inspector.from_id(model_id, models_folder)
    first = statistics.median(_timed(lambda: _map(model, "grad-cam"), fresh=True) for _ in range(repetitions))
    seconds = {name: _first_use(model, name, repetitions) for name in METHODS}
    finest = gradient_engine(model).stage_ends[0].name
    early = statistics.median(_timed(lambda: _map(model, "layer-cam", finest), fresh=True) for _ in range(repetitions))
    short = max((s, name) for name, s in seconds.items() if name not in LONG)
    long = max((seconds[name], name) for name in LONG)
    release_gradient_engines()
    return [
        _seconds("first Grad-CAM of a running server", first, FIRST_BUDGET_S),
        _seconds(f"slowest other method, first asked for ({short[1]})", short[0], METHOD_BUDGET_S),
        _seconds(f"Layer-CAM at the finest layer, first asked for ({finest})", early, METHOD_BUDGET_S),
        _seconds(f"slower of Score-CAM and SmoothGrad ({long[1]})", long[0], LONG_BUDGET_S),
        *_memory(models_folder),
    ]


def _map(model: Inspector, method: str, layer: str = "") -> None:
    size = model.spec.input
    pixels = np.random.default_rng(0).integers(0, 256, (size.height, size.width, 3)).astype(np.uint8)
    input_map(model, pixels, default_target(model.spec, np.eye(len(model.spec.classes))[0]), method, layer)


def _first_use(model: Inspector, method: str, repetitions: int) -> float:
    """Return the time of a method whose graph is not there yet, of a model that another method explained before."""
    found = []
    for _ in range(repetitions):
        gradient_engine(model).release()
        found.append(_timed(lambda: _map(model, method)))
    return statistics.median(found)


def _timed(work: Callable[[], None], *, fresh: bool = False) -> float:
    if fresh:
        release_gradient_engines()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _seconds(what: str, seconds: float, budget: float) -> Measurement:
    return Measurement(what, f"<= {budget:g} s", f"{seconds:.2f} s", seconds <= budget, {"seconds": seconds})


def _memory(models_folder: Path | None) -> list[Measurement]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.explaining", str(models_folder or "")],
        cwd=CHECKOUT, env=os.environ | {"MALLOC_ARENA_MAX": "2"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    values: dict[str, float] = json.loads(done.stdout)
    added, left = values["added_mb"], values["left_mb"]
    return [
        Measurement(
            what=f"memory added by all {len(METHODS)} methods on {values['models']:.0f} models; left after a minute",
            budget=f"<= {MEMORY_BUDGET_MB:g} MB",
            measured=f"{added:.0f} MB; {left:.0f} MB",
            met=added <= MEMORY_BUDGET_MB,
            values=values,
        )
    ]


def memory_of_all(models_folder: Path | None) -> dict[str, float]:
    """Judge by every model, then explain by every method of each; return what memory grew by, in MB.

    Each request of an engine fetches its memory at its first photo: as many photos are judged before, or what judging
    takes would count as explaining.
    """
    models = [Inspector.from_id(entry.id, models_folder) for entry in load_catalog(models_folder).usable]
    for model in models:
        for _ in range(model.engine.streams + 1):
            _map(model, "cam")
    before = resident_mb(os.getpid())
    # The kernel's own mark of the highest memory begins anew: a map gives back most of what it took while it was made.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    for model in models:
        for method in METHODS:
            _map(model, method)
    highest = highest_resident_mb(os.getpid())
    # As a minute without a question does.
    release_gradient_engines()
    return {"models": len(models), "added_mb": highest - before, "left_mb": resident_mb(os.getpid()) - before}


if __name__ == "__main__":
    print(json.dumps(memory_of_all(Path(sys.argv[1]) if sys.argv[1] else None)))
