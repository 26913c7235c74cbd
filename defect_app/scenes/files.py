"""Rendered scenes as files: how they are named and encoded, and the version of the pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass

from defect_app.intake import encode_jpeg
from defect_app.scenes.scene import Scene

SCENES_VERSION = 1
"""Counts up whenever any seed's file changes by a bit; evaluations carry it, so that their rows can be rendered again.

A test holds one file of each product to its hash."""
JPEG_QUALITY = 92

_IMAGE = re.compile(r"scenes/([a-z]+)/(\d{1,9})\.jpg")


@dataclass(frozen=True)
class SceneFile:
    """A scene as an evaluated picture.

    Attributes
    ----------
    image : str
        Its name in ``evaluation.parquet``, see `image_name`.
    data : bytes
        JPEG.
    label : str
        The class name in the product's model spec.
    """

    image: str
    data: bytes
    label: str


def scene_file(product: str, seed: int, scene: Scene) -> SceneFile:
    """Return a scene, rendered from this product and seed, as a file."""
    return SceneFile(image_name(product, seed), scene_jpeg(scene), scene.label)


def scene_jpeg(scene: Scene) -> bytes:
    """Return a scene's photo as JPEG."""
    return encode_jpeg(scene.photo, quality=JPEG_QUALITY)


def image_name(product: str, seed: int) -> str:
    """Return the name that a scene has in evaluations: ``scenes/<product>/<seed>.jpg``."""
    return f"scenes/{product}/{seed}.jpg"


def product_and_seed(image: str) -> tuple[str, int] | None:
    """Return what a scene of an evaluation is rendered from; None where the name is not a scene's."""
    found = _IMAGE.fullmatch(image)
    return (found[1], int(found[2])) if found else None


def folder_names(product: str, seed: int) -> tuple[str, str]:
    """Return the file names of photo and mask in a folder of rendered scenes, see `write.write_scenes`."""
    stem = f"{product}_{seed:06d}"
    return f"{stem}.jpg", f"{stem}_mask.png"
