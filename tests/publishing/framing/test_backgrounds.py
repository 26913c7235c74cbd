"""Backgrounds: of any size, drawn where there are no photos, and no photo of one half in the other."""

from pathlib import Path

import numpy as np
import pytest

from defect_app.datasets import archives
from defect_app.publishing.framing import Backgrounds
from defect_app.publishing.framing.backgrounds import Half
from tests.photo_files import png_bytes
from tests.publishing.framing.archives import write_everyday_photos

COLOURS = {"n1": (250, 0, 0), "n2": (0, 250, 0), "n3": (0, 0, 250), "n4": (250, 250, 0)}


def plain(colour: tuple[int, int, int]) -> bytes:
    return png_bytes(np.full((60, 90, 3), colour, np.uint8))


def colours_of(backgrounds: Backgrounds, draws: int = 30) -> set[tuple[int, ...]]:
    """Return which of the plain photos come out of many draws."""
    rng = np.random.default_rng(0)
    drawn = [backgrounds.draw(rng, height=40, width=50) for _ in range(draws)]
    return {tuple(map(int, pixels[0, 0])) for pixels in drawn if np.ptp(pixels, axis=(0, 1)).max() == 0}


@pytest.mark.parametrize(("height", "width"), [(64, 48), (48, 64), (1, 1), (700, 90)])
def test_a_background_has_the_size_that_was_asked_for(grounds: Backgrounds, height: int, width: int) -> None:
    drawn = grounds.draw(np.random.default_rng(1), height=height, width=width)
    assert drawn.shape == (height, width, 3)
    assert drawn.dtype == np.uint8


def test_without_everyday_photos_grounds_are_drawn_and_chance_decides_which(grounds: Backgrounds) -> None:
    assert grounds.n_photos == 0
    one, again, other = (grounds.draw(np.random.default_rng(seed), height=60, width=60) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()
    assert one.std() > 1, "a ground has a texture"


@pytest.mark.parametrize(("half", "names"), [("fitting", {"n1", "n3"}), ("measuring", {"n2", "n4"})])
def test_every_second_photo_belongs_to_a_half_and_no_other_is_drawn(
    half: Half, names: set[str], tmp_path: Path
) -> None:
    write_everyday_photos(tmp_path, {name: plain(colour) for name, colour in COLOURS.items()})
    backgrounds = Backgrounds(half, tmp_path)
    assert backgrounds.n_photos == 2
    assert colours_of(backgrounds) & set(COLOURS.values()) == {COLOURS[name] for name in names}


def test_a_photo_that_was_damaged_since_gives_way_to_a_ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "CACHE_FOLDER", tmp_path / "unpacked")
    write_everyday_photos(tmp_path, {"n1": plain(COLOURS["n1"])})
    backgrounds = Backgrounds("fitting", tmp_path)
    assert COLOURS["n1"] in colours_of(backgrounds)
    (photo,) = archives.CACHE_FOLDER.glob("imagenet_samples-*/imagenet_samples/*.JPEG")
    photo.write_bytes(b"not a photo")
    assert colours_of(backgrounds, draws=6).isdisjoint({COLOURS["n1"]})
