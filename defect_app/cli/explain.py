"""``explain``: measure a model's heat maps against the masks of known defects, and keep the figures with the model."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli.pictures import add_data_folder, load_pictures
from defect_app.cli.terminal import add_models_folder, print_table, progress_bar, say, whole_number
from defect_app.errors import DataUnavailable, DefectLensError

if TYPE_CHECKING:
    from defect_app.catalog import ModelSpec
    from defect_app.datasets import LabelledPicture
    from defect_app.explanation.summary import MethodFigures
    from defect_app.inspection import Inspector

SCENES = 100


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("explain", help="measure heat maps against the masks of known defects")
    parser.add_argument("model", metavar="MODEL", help="an inspection model; see the command models")
    add_data_folder(parser, " and NAME_mask.png beside the pictures")
    parser.add_argument(
        "--scenes", type=whole_number(0), default=SCENES, metavar="N", help=f"rendered scenes (default: {SCENES})"
    )
    parser.add_argument(
        "--gradients",
        action="store_true",
        help="instead, name the model's layers anew and check its gradients against TensorFlow's, from model.keras",
    )
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Explain defective pictures by every method, write ``explanations.parquet`` and the card, print the figures."""
    from datetime import UTC, datetime
    from itertools import chain

    from defect_app.catalog import read_spec, write_spec
    from defect_app.explanation.cache import ExplanationOrigin, Explanations, write_explanations
    from defect_app.explanation.measurement import defective_scenes, measure, with_masks
    from defect_app.explanation.summary import in_words, summarise
    from defect_app.hosting.local_model_host import LocalModelHost
    from defect_app.publishing import write_card
    from defect_app.publishing.training_record import RECORD_FILE
    from defect_app.scenes.files import SCENES_VERSION

    model = LocalModelHost(arguments.models_folder).inspector(arguments.model)
    if arguments.gradients:
        return _check_gradients(model, arguments.data)
    if model.spec.task != "inspection":
        raise DefectLensError(f"{model.spec.id} knows no defects to point at.", "Choose an inspection model.")
    dataset, real = _masked(model.spec, arguments.data)
    total = len(real) + arguments.scenes
    pictures = chain(with_masks(real), defective_scenes(model.spec.product, arguments.scenes))
    with progress_bar("Explaining") as advance:
        rows = measure(model, pictures, lambda done: advance(done, total))
    if rows.empty:
        raise DataUnavailable(f"There is no picture with a mask for {model.spec.id}.", "Give --data, or --scenes.")
    created = datetime.now(UTC).isoformat(timespec="seconds")
    scenes_version = SCENES_VERSION if (rows["source"] == "scene").any() else None
    origin = ExplanationOrigin(
        model.spec.id, model.weights_sha256, dataset, created=created, scenes_version=scenes_version
    )
    explanations = Explanations(rows, origin)
    write_explanations(model.folder, explanations)
    # Read again: the spec may have been changed while the maps were measured.
    spec = write_spec(model.folder, read_spec(model.folder))
    if (model.folder / RECORD_FILE).is_file():
        write_card(model.folder)
    from defect_app.decision import InspectionThresholds

    thresholds = spec.default_point.thresholds
    assert isinstance(thresholds, InspectionThresholds), "only inspection models have measured maps"
    figures = summarise(explanations, thresholds)
    print_table(f"Heat maps of {spec.title} on rejected defective parts", *_table(figures))
    for sentence in in_words(figures):
        say(sentence)
    return 0


def _check_gradients(model: Inspector, data: Path | None) -> int:
    """Write ``explain.npz``, the record and the card of a model, and say how far off its gradients are."""
    from defect_app.extras import needs_extra

    with needs_extra("train"):
        from defect_app.training.explainable import make_explainable
        from defect_app.training.gradient_check import PICTURES
        from defect_app.training.pictures import read_inputs

        loaded = load_pictures(model.spec.dataset, data)
        pictures = (loaded.of_split("test") or loaded.pictures)[:PICTURES]
        check = make_explainable(model.folder, read_inputs(pictures, model.spec.input))
    say(
        f"{model.spec.id}: on {check.pictures} pictures, at {check.layers} layers and at the photo, the gradients "
        f"differ from TensorFlow's by at most {100 * check.worst:.2g} % ({check.worst_layer})."
        if check.usable
        else f"{model.spec.id}: {check.problem or f'the gradients are off by {100 * check.worst:.2g} %.'}"
    )
    return 0


def _masked(spec: ModelSpec, folder: Path | None) -> tuple[str, tuple[LabelledPicture, ...]]:
    """Return the name of the data set and its pictures with masks; empty where there are none on this machine."""
    from defect_app.explanation.measurement import real_pictures

    try:
        loaded = load_pictures(spec.dataset, folder)
    except DataUnavailable as error:
        if folder is not None:
            raise
        say(f"Without real pictures: {error} {error.remedy}")
        return "", ()
    found = real_pictures(loaded)
    return (loaded.dataset.name if found else ""), found


def _table(figures: tuple[MethodFigures, ...]) -> tuple[list[str], list[list[str]]]:
    from defect_app.explanation.summary import SOURCES

    headings = ["pictures", "method", "n", "peak on the defect (95 %)", "by chance", "heat inside", "best overlap"]
    return headings, [
        [
            SOURCES[f.source],
            f.title,
            str(f.hits.n),
            f"{f.hits.rate:.3f} ({f.hits.low:.3f} to {f.hits.high:.3f})",
            f"{f.chance:.3f}",
            f"{f.heat_inside.mean:.3f} ({f.heat_inside.low:.3f} to {f.heat_inside.high:.3f})",
            f"{f.best_iou.mean:.3f} ({f.best_iou.low:.3f} to {f.best_iou.high:.3f})",
        ]
        for f in figures
    ]
