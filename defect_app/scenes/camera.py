"""A real camera's faults, put on a clean rendering: perspective, blur, vignetting, white balance, noise, JPEG."""

from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.scenes.painting import in_colour
from defect_app.scenes.scene import Stream, random_stream


@dataclass(frozen=True)
class CameraRange:
    """How strong the faults of a product's cameras may be; each scene draws its own from these ranges.

    Attributes
    ----------
    colour : bool
        False makes a grey photo (R = G = B) and leaves the white balance alone.
    tilt : float
        Largest shift of a corner by perspective, as a share of the picture's side.
    blur_px : tuple of float
        Range of the Gaussian blur's sigma, pixels.
    noise : tuple of float
        Range of the noise's standard deviation at mid grey, in grey levels of 255.
    vignetting : tuple of float
        Range of the light lost in the corners, as a share.
    warmth : float
        Largest gain of red against blue, as a share.
    jpeg_quality : tuple of int
        Range of the JPEG quality, both ends included.
    """

    colour: bool = True
    tilt: float = 0.02
    blur_px: tuple[float, float] = (0.4, 0.9)
    noise: tuple[float, float] = (1.0, 4.0)
    vignetting: tuple[float, float] = (0.02, 0.2)
    warmth: float = 0.08
    jpeg_quality: tuple[int, int] = (80, 95)


def take_photo(
    picture: np.ndarray, mask: np.ndarray, seed: int, camera: CameraRange | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Photograph a clean rendering.

    The faults depend on the seed alone, so a scene with a defect and its good twin get the same ones.

    Parameters
    ----------
    picture : numpy.ndarray
        Clean rendering, shape (height, width, 3) RGB or (height, width) grey; any number type, 0..255.
    mask : numpy.ndarray
        bool, shape (height, width): the pixels that the defect changes.
    seed : int
        The scene's seed, 0 or above.
    camera : CameraRange, optional
        How strong the faults may be.

    Returns
    -------
    photo : numpy.ndarray
        uint8, shape (height, width, 3), RGB.
    mask : numpy.ndarray
        bool, shape (height, width), moved by the perspective as the photo is.
    """
    camera = camera or CameraRange()
    rng = random_stream(seed, Stream.CAMERA)
    height, width = picture.shape[:2]
    light: np.ndarray = picture.astype(np.float32)
    if light.ndim == 3 and not camera.colour:
        light = light.mean(axis=2)
    elif light.ndim == 2 and camera.colour:
        light = np.repeat(light[:, :, None], 3, axis=2)

    view = _perspective(rng, height, width, camera.tilt)
    light = cv2.warpPerspective(light, view, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    if mask.any():
        # A quarter of a pixel counts: a nearest-neighbour warp would break hairlines into dashes.
        moved = cv2.warpPerspective(mask.astype(np.float32), view, (width, height), flags=cv2.INTER_LINEAR)
        mask = moved >= 0.25
    light = cv2.GaussianBlur(light, (0, 0), rng.uniform(*camera.blur_px))

    fall_off = _vignetting(rng, height, width, rng.uniform(*camera.vignetting))
    warm = rng.uniform(-camera.warmth, camera.warmth)
    if camera.colour:
        gains = np.array([1 + warm, 1 + rng.uniform(-0.02, 0.02), 1 - warm], dtype=np.float32)
        light = light * (in_colour(fall_off) * gains)
    else:
        light = light * fall_off
    light = light + _noise(light, seed, rng.uniform(*camera.noise))
    quality = int(rng.integers(camera.jpeg_quality[0], camera.jpeg_quality[1] + 1))
    return _through_jpeg(light, quality), mask.astype(bool)


def _perspective(rng: np.random.Generator, height: int, width: int, tilt: float) -> np.ndarray:
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    moved = corners + rng.uniform(-tilt, tilt, (4, 2)) * (width, height)
    return cv2.getPerspectiveTransform(corners, moved.astype(np.float32))


def _vignetting(rng: np.random.Generator, height: int, width: int, loss: float) -> np.ndarray:
    centre_x, centre_y = rng.uniform(-0.15, 0.15, 2)
    across = np.linspace(-1, 1, width, dtype=np.float32) - np.float32(centre_x)
    down = np.linspace(-1, 1, height, dtype=np.float32) - np.float32(centre_y)
    fall_off: np.ndarray = 1 - np.float32(loss) * (across[None, :] ** 2 + down[:, None] ** 2) / 2
    return fall_off


def _noise(light: np.ndarray, seed: int, level: float) -> np.ndarray:
    """Sensor noise: the same draw for every pixel of a seed, stronger in the light as photon noise is."""
    rng = random_stream(seed, Stream.NOISE)
    grain = rng.standard_normal(light.shape[:2], dtype=np.float32)
    # Cameras' own noise filters leave grain softer than one pixel.
    grain = cv2.GaussianBlur(grain, (0, 0), 0.6) * np.float32(1.6 * level)
    if light.ndim == 2:
        grey: np.ndarray = grain * np.sqrt(np.clip(light, 8, 255) / 128)
        return grey
    tint = cv2.resize(
        rng.standard_normal((light.shape[0] // 2 + 1, light.shape[1] // 2 + 1, 3), dtype=np.float32),
        (light.shape[1], light.shape[0]),
    )
    mean = (light[:, :, 0] + light[:, :, 1] + light[:, :, 2]) / 3
    brightness = np.sqrt(np.clip(mean, 8, 255) / 128)
    noise: np.ndarray = (in_colour(grain) + np.float32(0.5 * level) * tint) * in_colour(brightness)
    return noise


def _through_jpeg(light: np.ndarray, quality: int) -> np.ndarray:
    pixels = np.clip(np.rint(light), 0, 255).astype(np.uint8)
    stored = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    _, jpeg = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB))
