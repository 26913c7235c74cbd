"""What tests of reading expect of a file: a photo, or a rejection with a remedy."""

import numpy as np

from defect_app.intake import Photo, Rejection, read_photo


def accepted(data: bytes, name: str = "photo.jpg", least_side: int | None = None) -> Photo:
    photo = read_photo(data, name, least_side=least_side)
    assert isinstance(photo, Photo), photo
    return photo


def rejected(data: bytes, name: str = "photo.jpg") -> Rejection:
    rejection = read_photo(data, name)
    assert isinstance(rejection, Rejection), rejection
    assert rejection.remedy
    assert rejection.name == name
    return rejection


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Mean absolute difference in grey levels; the shapes must agree."""
    assert first.shape == second.shape
    return float(np.abs(first.astype(np.int16) - second.astype(np.int16)).mean())
