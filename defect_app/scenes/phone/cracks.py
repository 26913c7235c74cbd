"""Broken phone glass: cracks that run out from a blow, rings across them, shards, powder and a dead display."""

from dataclasses import dataclass

import cv2
import numpy as np

from defect_app.scenes.painting import blend, smooth_noise
from defect_app.scenes.phone.body import Phone, Pose
from defect_app.scenes.phone.glass import around
from defect_app.scenes.phone.scratches import glint, line_cover
from defect_app.scenes.phone.web import spin_web


@dataclass(frozen=True)
class _Blow:
    """What broke the glass: where, millimetres; how far the cracks run, millimetres; how hard, 1 or more."""

    point: np.ndarray
    reach: float
    violence: float


def crack(
    rng: np.random.Generator,
    picture: np.ndarray,
    glass: np.ndarray,
    phone: Phone,
    pose: Pose,
    at_corner: bool,
    is_on: bool,
) -> np.ndarray:
    """Break the glass in place.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    picture : numpy.ndarray
        float32, shape (height, width, 3), RGB, 0..1; changed in place.
    glass : numpy.ndarray
        float32, shape (height, width): 1 on the glass.
    phone, pose : Phone, Pose
        Where the glass lies.
    at_corner : bool
        The blow fell on a corner, and the glass there is gone.
    is_on : bool
        Whether the screen is lit; the display under the glass may then be dead in places.

    Returns
    -------
    numpy.ndarray
        bool, shape (height, width): the broken pixels.
    """
    changed = np.zeros(glass.shape, bool)
    blow = _blow(rng, phone, pose, glass, at_corner)
    if is_on and rng.random() < 0.3:
        changed |= _dead_display(rng, picture, glass, pose, phone, blow)
    blows = [blow]
    if not at_corner:
        blows += [_blow(rng, phone, pose, glass, False) for _ in range(int(rng.choice(3, p=(0.62, 0.26, 0.12))))]
    for number, where in enumerate(blows):
        reach = phone.length * (rng.uniform(0.55, 1.0) if at_corner else rng.uniform(0.35, 1.05)) / (1 + 0.5 * number)
        changed |= _break(rng, picture, glass, phone, pose, _Blow(where, reach, 2.0 if at_corner else 1.0))
    return changed & (glass > 0.05)


def _blow(rng: np.random.Generator, phone: Phone, pose: Pose, glass: np.ndarray, at_corner: bool) -> np.ndarray:
    """Return a point of the glass, millimetres, that the picture shows."""
    half = np.array([phone.width / 2 - 2, phone.length / 2 - 2])
    if at_corner:
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (half - rng.uniform(2, 6))
        tries = corners[rng.permutation(4)]
    else:
        tries = rng.uniform(-0.92, 0.92, (40, 2)) * half
    placed = pose.project(np.hstack([tries, np.full((len(tries), 1), phone.thickness)]))
    side = glass.shape[0]
    shown = ((placed > 0.06 * side) & (placed < 0.94 * side)).all(axis=1)
    if shown.any():
        point: np.ndarray = tries[int(np.argmax(shown))]
        return point
    # A close view without a corner: the blow is moved inwards until it is seen.
    for share in np.linspace(1, 0, 21):
        moved = tries[0] * share
        there = pose.project(np.array([[*moved, phone.thickness]]))[0]
        if ((there > 0.1 * side) & (there < 0.9 * side)).all():
            return np.asarray(moved)
    return np.zeros(2)


def _break(
    rng: np.random.Generator,
    picture: np.ndarray,
    glass: np.ndarray,
    phone: Phone,
    pose: Pose,
    blow: _Blow,
) -> np.ndarray:
    left, top, wide, tall = cv2.boundingRect((glass > 0).astype(np.uint8))
    whole, window = np.zeros(glass.shape, bool), (slice(top, top + tall), slice(left, left + wide))
    picture, glass, shape = picture[window], glass[window], (tall, wide)

    def place(points: np.ndarray) -> np.ndarray:
        flat = points.reshape(-1, 2)
        placed = pose.project(np.hstack([flat, np.full((len(flat), 1), phone.thickness)])) - (left, top)
        return placed.reshape(points.shape)

    web = spin_web(rng, blow.point, blow.reach)
    changed = _shift_shards(rng, picture, glass, [place(shard) for shard in web.shards])
    pieces = place(web.pieces)
    along = pieces[:, 1] - pieces[:, 0]
    # A crack is a mirror on edge: it shines where it runs across the light and hides where it runs along.
    lamp = rng.uniform(0, np.pi)
    gleam = np.abs(np.sin(np.arctan2(along[:, 1], along[:, 0]) - lamp))
    number = len(pieces)
    strengths = np.clip(0.35 + 0.5 * gleam * rng.uniform(0.75, 1.1, number) + 0.25 * web.nearness, 0.25, 1)
    widths = np.maximum(
        0.7, pose.scale * 0.17 * (0.5 + web.nearness * rng.uniform(0.3, 1.7, number)) * np.sqrt(blow.violence)
    )
    dark_side = np.repeat(rng.random(number // 8 + 1) < 0.15, 8)[:number]
    shade = line_cover(shape, pieces + 0.8, widths, strengths * 0.9) * glass
    light = line_cover(shape, pieces[~dark_side], widths[~dark_side], strengths[~dark_side]) * glass
    light = np.maximum(light, _slivers(rng, shape, pieces, web.nearness, pose.scale) * glass)
    blend(picture, shade * 0.6, (0.015, 0.015, 0.02))
    blend(picture, light, glint(picture, rng.uniform(0.78, 0.97)))
    centre = place(blow.point[None])[0]
    powder = _powder(rng, picture, glass, centre, pose.scale * rng.uniform(2.5, 5.5) * blow.violence)
    drawn = np.maximum(np.maximum(shade, light), powder)
    whole[window] = changed | (cv2.dilate(drawn, np.ones((3, 3), np.uint8)) > 0.06)
    return whole


def _shift_shards(
    rng: np.random.Generator, picture: np.ndarray, glass: np.ndarray, shards: list[np.ndarray]
) -> np.ndarray:
    """Tilt each shard a little: it shows the screen out of place and mirrors another part of the room."""
    height, width = glass.shape
    # Channels: shift across, shift down, light added, touched; 8 bits about 128.
    plan = np.full((height, width, 4), 128, np.uint8)
    for shard in shards:
        if rng.random() < 0.35:
            continue
        values = np.clip(rng.normal(0, (26, 26, 14)), -110, 110)
        outline = np.rint(np.clip(shard, -4000, 4000) * 8).astype(np.int32)
        cv2.fillPoly(plan, [outline], (*(float(128 + value) for value in values), 255.0), cv2.LINE_8, 3)
    tilt = (plan.astype(np.float32) - 128) / 128
    touched: np.ndarray = (plan[:, :, 3] == 255) & (glass > 0.5)
    row = np.arange(height, dtype=np.float32)[:, None]
    column = np.arange(width, dtype=np.float32)[None, :]
    moved = cv2.remap(
        picture, column + 7 * tilt[:, :, 0], row + 7 * tilt[:, :, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    moved += (np.maximum(tilt[:, :, 2:3], -0.05) * 0.35).astype(np.float32)
    np.copyto(picture, np.clip(moved, 0, 1), where=touched[:, :, None])
    return touched


def _slivers(
    rng: np.random.Generator, shape: tuple[int, int], pieces: np.ndarray, nearness: np.ndarray, scale: float
) -> np.ndarray:
    """Return the cover of thin bright wedges along some cracks, where glass flaked off beside them."""
    cover = np.zeros(shape, np.uint8)
    chosen = np.flatnonzero(rng.random(len(pieces)) < 0.06 + 0.30 * nearness**2)
    for piece in chosen:
        start, end = pieces[piece]
        side = np.array([-(end - start)[1], (end - start)[0]])
        side = side / max(1e-3, float(np.hypot(*side))) * scale * rng.uniform(0.3, 1.3) * rng.choice((-1, 1))
        outline = np.array([start, end, start + (end - start) * rng.uniform(0.2, 0.8) + side])
        cv2.fillPoly(
            cover,
            [np.rint(np.clip(outline, -2000, 2000) * 8).astype(np.int32)],
            (int(rng.integers(50, 240)),),
            cv2.LINE_AA,
            3,
        )
    return cover.astype(np.float32) / 255


def _powder(
    rng: np.random.Generator, picture: np.ndarray, glass: np.ndarray, centre: np.ndarray, radius: float
) -> np.ndarray:
    """Crush the glass where the blow fell: white splinters, and dark gaps where pieces are gone."""
    drawn = np.zeros(glass.shape, np.float32)
    rows, columns, across, down = around(picture, centre, 2.2 * radius)
    picture, glass, own = picture[rows, columns], glass[rows, columns], drawn[rows, columns]
    if own.size == 0:
        return drawn
    shape = own.shape[0], own.shape[1]
    number = 110
    start = rng.normal(0, 0.45 * radius, (number, 2)) - (across[0, 0], down[0, 0])
    turn = rng.uniform(0, 2 * np.pi, number)
    length = radius * rng.uniform(0.08, 0.5, number)
    end = start + np.stack([np.cos(turn), np.sin(turn)], axis=1) * length[:, None]
    splinters = (
        line_cover(shape, np.stack([start, end], axis=1), rng.uniform(0.7, 1.6, number), rng.uniform(0.3, 1, number))
        * glass
    )
    near = np.clip(1.25 - np.hypot(across, down) / radius, 0, 1).astype(np.float32)
    chips = smooth_noise(rng, shape, max(1.5, 0.28 * radius)) * near
    gone = np.clip((chips - 0.38) * 5, 0, 1) * glass
    dusty = np.clip((-chips - 0.05) * 2, 0, 0.75) * glass
    blend(picture, gone, (0.035, 0.035, 0.04))
    blend(picture, dusty, (0.72, 0.74, 0.76))
    blend(picture, splinters, (0.93, 0.94, 0.95))
    own[:] = np.maximum(np.maximum(gone, dusty), splinters)
    return drawn


def _dead_display(
    rng: np.random.Generator, picture: np.ndarray, glass: np.ndarray, pose: Pose, phone: Phone, blow: np.ndarray
) -> np.ndarray:
    """Let the display's ink run black round the blow, with a violet hem."""
    shape = glass.shape[0], glass.shape[1]
    centre = pose.project(np.array([[*blow, phone.thickness]]))[0]
    radius = pose.scale * rng.uniform(7, 20)
    across = np.arange(shape[1], dtype=np.float32)[None, :] - np.float32(centre[0])
    down = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(centre[1])
    level = 1 - np.hypot(across, down) / radius + 0.35 * smooth_noise(rng, shape, 0.6 * radius)
    level[np.hypot(across, down) > 2.2 * radius] = -1
    ink = np.clip(level * 9, 0, 1) * glass
    hem = np.clip(level * 9 + 1.2, 0, 1) * glass * (1 - ink)
    blend(picture, hem * 0.6, (0.25, 0.12, 0.42))
    blend(picture, ink, (0.02, 0.018, 0.03))
    drawn: np.ndarray = (ink + hem) > 0.05
    return drawn
