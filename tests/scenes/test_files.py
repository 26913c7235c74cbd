"""Scenes as files: one name, one encoding, and a version that changes with the pictures."""

import cv2
import numpy as np
import pytest

from defect_app import scenes
from defect_app.intake import Photo, read_photo
from defect_app.scenes.files import SCENES_VERSION, folder_names, image_name, product_and_seed, scene_file

FINGERPRINTS = {
    "casting": "126.7 128.1 119.8 139.0 145.8 98.3 96.0 147.8 159.2 100.3 117.5 159.3 161.1 157.3 164.3 167.5",
    "box": "141.1 168.4 154.4 151.8 144.5 178.3 188.8 153.3 89.8 96.2 104.8 117.6 115.1 99.3 93.1 116.1",
    "metal": "169.4 170.2 171.2 161.2 178.1 173.3 169.1 159.2 175.6 178.3 167.6 154.5 171.5 178.8 178.8 158.8",
    "phone": "83.7 124.0 85.4 82.4 107.3 196.4 144.2 84.2 84.5 111.2 167.1 91.4 80.5 83.0 112.6 76.7",
}
"""Mean grey level of 4 x 4 tiles of the first evaluated scene of each product, in version 1.

Not a hash: OpenCV rounds a few pixels of ten thousand otherwise on other processors."""


@pytest.mark.parametrize("product", scenes.PRODUCTS)
def test_a_change_of_the_pictures_needs_a_new_version(product: str) -> None:
    photo = scenes.render(product, 5_000_000).photo
    tiles = cv2.resize(photo.mean(axis=2), (4, 4), interpolation=cv2.INTER_AREA).ravel()
    assert SCENES_VERSION == 1
    np.testing.assert_allclose(tiles, [float(level) for level in FINGERPRINTS[product].split()], atol=0.1)


def test_a_scene_file_is_a_jpeg_of_the_scene_under_the_name_it_has_in_evaluations() -> None:
    scene = scenes.render("metal", 7)
    file = scene_file("metal", 7, scene)
    photo = read_photo(file.data, file.image)
    assert isinstance(photo, Photo)
    assert photo.format == "JPEG"
    assert photo.pixels.shape == scene.photo.shape
    assert (file.image, file.label) == ("scenes/metal/7.jpg", scene.label)


def test_the_name_of_a_scene_leads_back_to_what_it_was_rendered_from() -> None:
    assert product_and_seed(image_name("phone", 5_000_003)) == ("phone", 5_000_003)


@pytest.mark.parametrize(
    "image",
    ["ok_front/1.jpeg", "scenes/metal/7.png", "scenes/metal/x.jpg", "scenes/metal/-1.jpg", "a/scenes/metal/7.jpg"],
    ids=["a real picture", "another format", "no seed", "a negative seed", "below another folder"],
)
def test_other_names_are_no_scenes(image: str) -> None:
    assert product_and_seed(image) is None


def test_photo_and_mask_in_a_folder_share_their_stem() -> None:
    assert folder_names("box", 12) == ("box_000012.jpg", "box_000012_mask.png")
