"""A film for Chromium's fake camera: rendered parts, each lying still for a while, as uncompressed Y4M."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT, FRAMES_A_SECOND = 640, 480, 10


def write_film(path: Path, photos: Sequence[np.ndarray], seconds_each: float) -> Path:
    """Write photos, RGB, one after the other, each in the middle of a grey picture; Chromium repeats the film."""
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for photo in photos:
            scale = min(WIDTH / photo.shape[1], HEIGHT / photo.shape[0])
            sized = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            picture = np.full((HEIGHT, WIDTH, 3), sized[:8].mean(axis=(0, 1)), np.uint8)
            top, left = (HEIGHT - sized.shape[0]) // 2, (WIDTH - sized.shape[1]) // 2
            picture[top : top + sized.shape[0], left : left + sized.shape[1]] = sized
            planes = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes()
            for _ in range(round(seconds_each * FRAMES_A_SECOND)):
                film.write(b"FRAME\n" + planes)
    return path
