"""``explain-photo``: one heat map of one photo, as numbers, as a picture, or in words."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.cli.terminal import add_models_folder, progress_bar, say
from defect_app.errors import OutputFailed

if TYPE_CHECKING:
    from defect_app.explanation.asked_map import MapOfPhoto
    from defect_app.inspection import Inspected

FILE_UNUSABLE = 3


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "explain-photo",
        help="make a heat map of one photo",
        description="Make one heat map of one photo. Exit status 0 when it was made, 3 when the file cannot be used, "
        "2 for wrong usage, 4 when a result could not be written.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the photo")
    parser.add_argument("--model", required=True, metavar="ID", help="see the command models")
    parser.add_argument(
        "--method", default="grad-cam", metavar="NAME", help="default: grad-cam; cam is the map of the Inspect page"
    )
    parser.add_argument("--layer", default="", metavar="NAME", help="of the network (default: its last one with a map)")
    parser.add_argument(
        "--class",
        dest="class_name",
        default="",
        metavar="NAME",
        help="whose logit is explained (default: the score of defect, or the most probable class)",
    )
    parser.add_argument(
        "--npy", type=Path, metavar="FILE", help="write the evidence at each place of the layer: float32, unscaled"
    )
    parser.add_argument("--png", type=Path, metavar="FILE", help="write the photo with the map over it")
    parser.add_argument("--json", action="store_true", help="print method, layer, class, score and verdict as JSON")
    add_models_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge and explain a photo; write what was asked for."""
    from defect_app.explanation.asked_map import AskedMap
    from defect_app.explanation.exporting import as_npy, as_png
    from defect_app.hosting.local_model_host import LocalModelHost
    from defect_app.inspections.fixed_frames import framed_product
    from defect_app.inspections.frames_in_use import frames_in_use
    from defect_app.intake import PhotoFile, Rejection, read_file
    from defect_app.points import point_in_use

    model = LocalModelHost(arguments.models_folder).inspector(arguments.model)
    frames = frames_in_use(framed_product(model.spec))
    model = model.in_frames(frames.frames)
    asked = AskedMap.of(model, arguments.method, arguments.layer, arguments.class_name)
    content = read_file(PhotoFile.at(arguments.file))
    used = point_in_use(model.default_point, None)
    for warning in filter(None, (used.warning, frames.warning)):
        say(warning)
    if frames.frames:
        which = "the fixed frame" if len(frames.frames) == 1 else f"the first of {len(frames.frames)} fixed frames"
        say(f"Judged in {which} of this product, as saved on Inspect.")
    judged = (
        content
        if isinstance(content, Rejection)
        else model.inspect_bytes(content.data, str(arguments.file), frames.at(used.point))
    )
    if isinstance(judged, Rejection):
        say(f"{arguments.file}: {judged.reason}. {judged.remedy}")
        return FILE_UNUSABLE
    with progress_bar(asked.method.title) as advance:
        found = asked.of_photo(model, judged, lambda _, done, total: advance(done, total))
    if arguments.npy:
        _write(arguments.npy, as_npy(found.heat.unscaled))
    if arguments.png:
        _write(arguments.png, as_png(found.drawn_over(model, judged.photo.pixels)))
    if arguments.json:
        judgement = {"verdict": judged.judgement.verdict.value, "reason": judged.judgement.reason}
        told = {"file": str(arguments.file), "model": model.spec.id, **found.facts, **judgement}
        print(json.dumps(told, ensure_ascii=True))
    else:
        _tell(found, judged)
    return 0


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise OutputFailed(
            f"{path} cannot be written: {error.strerror}.", "Choose a place that you may write to."
        ) from error


def _tell(found: MapOfPhoto, judged: Inspected) -> None:
    at = f" at {found.asked.layer}" if found.asked.layer else ""
    print(
        f"{found.asked.method.title}{at} for {found.target.name}: score {found.score:.4g}, probability "
        f"{found.probability:.4f}, {judged.judgement.verdict.value}."
    )
    print(judged.judgement.reason)
    if found.heat.has_evidence:
        rows, columns = found.heat.values.shape
        print(f"The strongest of {rows} x {columns} places counts {found.heat.strongest:.4g}.")
    else:
        print("No place in the photo speaks for this.")
