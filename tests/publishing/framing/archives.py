"""Archives of made-up pictures, laid out as those of the registered data sets that framing is fitted on."""

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tests.model_folders import part_photo
from tests.photo_files import png_bytes

PARTS_OF_A_CLASS = 24


def write_archive(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a tar archive of named files."""
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def edged_part(redness: float, seed: int) -> np.ndarray:
    """Draw a part with a dark edge, so that there is one right frame."""
    pixels = part_photo(redness, seed)
    pixels[:10] = pixels[-10:] = pixels[:, :10] = pixels[:, -10:] = 20
    return pixels


def write_parts(folder: Path) -> None:
    """Write ``metal_cracks.tar`` with green parts; nothing here asks which of them are defective."""
    shades = np.linspace(-1.2, -0.8, PARTS_OF_A_CLASS)
    files = {
        f"kolektor_sdd/{label}/part{first + i:03d}_0.png": png_bytes(edged_part(float(shade), first + i))
        for label, first in (("ok", 0), ("defect", 500))
        for i, shade in enumerate(shades)
    }
    write_archive(folder / "metal_cracks.tar", files)


def write_everyday_photos(folder: Path, photos: Mapping[str, bytes]) -> None:
    """Write the archives of everyday photos: one file a class, its classes called by their number."""
    index = {str(i): [name, name] for i, name in enumerate(photos)}
    listed = {"mobilenetv2/imagenet_class_index.json": json.dumps(index).encode()}
    write_archive(folder / "mobilenet_v2_imagenet.tar", listed)
    named = {f"imagenet_samples/{name}_photo.JPEG": content for name, content in photos.items()}
    write_archive(folder / "imagenet_samples.tar", named)
