"""Every benchmark in one run, in the order of the design's table of budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measurement import Machine, Measurement, this_machine
from benchmarks.peers import Judge, usual_app
from benchmarks.photos import NamedBytes, phone_photos, small_photos
from defect_app.catalog import find_model, load_catalog
from defect_app.cli.terminal import say
from defect_app.inspection import Inspector

INT8_SUFFIX = "-int8"
"""Ends the id of a model's quantised copy, which is a model folder of its own with its own evaluation."""
BATCHES = (1000, 10_000)
"""Photos of the batches that Ray and the local engine judge."""


@dataclass(frozen=True)
class BenchmarkReport:
    """All measurements of one run, with where and when they were made."""

    machine: Machine
    created: str
    model: str
    repetitions: int
    measurements: tuple[Measurement, ...]


def run_suite(model_id: str, models_folder: Path | None, repetitions: int) -> BenchmarkReport:
    """Run every benchmark on one inspection model.

    Parameters
    ----------
    model_id : str
        An inspection model with ``model.keras``.
    models_folder : Path, optional
        Default: the project's ``models/``.
    repetitions : int
        Rounds of each measurement.

    Raises
    ------
    ModelUnavailable
        If the model is missing or disabled.
    """
    from benchmarks.app import measure_app
    from benchmarks.explaining import measure_explaining
    from benchmarks.reduced_decode import change_by_reduced_decode
    from benchmarks.scale import measure_scale
    from benchmarks.serving import measure_serving
    from benchmarks.throughput import Rounds, against_usual_app, share_of_openvino

    machine = this_machine()
    spec, folder = find_model(model_id, models_folder)
    # Before anything that takes long, so that a model without a Keras file is refused at once.
    peer = usual_app(folder, spec)
    say("Rendering photos …")
    phone, small = phone_photos(4), small_photos(60)
    say("Starting the app …")
    from_the_app = measure_app(model_id, models_folder, small[0], max(2, repetitions // 2))
    inspector = Inspector(spec, folder)
    say("Pictures in memory, beside benchmark_app …")
    share = share_of_openvino(inspector, folder, small, repetitions)
    say("12-megapixel photos …")
    large = against_usual_app("12-megapixel JPEG", 12, inspector, peer, phone, Rounds(80, 6, repetitions))
    say("300 x 300 photos …")
    little = against_usual_app("300 x 300 JPEG, float32", 15, inspector, peer, small, Rounds(240, 16, repetitions))
    quantised = _quantised(f"{model_id}{INT8_SUFFIX}", models_folder, peer, small, repetitions)
    say("Reduced decode …")
    decode = change_by_reduced_decode(inspector, 20 * repetitions, small)
    say("Heat maps …")
    explained = measure_explaining(model_id, models_folder, repetitions)
    say("The API …")
    served = measure_serving(model_id, models_folder, max(2, repetitions // 2))
    spread = [m for count in BATCHES for m in measure_scale(count, model_id, models_folder)]
    measurements = (large, little, quantised, share, *from_the_app, *served, decode, *explained, *spread)
    return BenchmarkReport(
        machine, datetime.now(UTC).isoformat(timespec="seconds"), model_id, repetitions, measurements
    )


def _quantised(
    model_id: str, models_folder: Path | None, peer: Judge, photos: Sequence[NamedBytes], repetitions: int
) -> Measurement:
    from benchmarks.throughput import Rounds, against_usual_app

    what = "300 x 300 JPEG, INT8"
    if model_id not in [e.id for e in load_catalog(models_folder).usable]:
        return Measurement(f"{what}: likewise", ">= 25 x", f"not shipped: there is no {model_id}", None)
    say("300 x 300 photos, INT8 …")
    inspector = Inspector.from_id(model_id, models_folder)
    return against_usual_app(what, 25, inspector, peer, photos, Rounds(400, 16, repetitions))
