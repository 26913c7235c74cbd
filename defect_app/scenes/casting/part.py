"""Puts one casting together: draws its measures by seed and lays table, ring, groove, collar, bowl and hub."""

import cv2
import numpy as np

from defect_app.scenes.casting.defects import Casting
from defect_app.scenes.casting.layers import (
    TURN,
    Setup,
    Shape,
    bowl,
    collar,
    draw_hub,
    draw_rim,
    ground,
    lay,
    machined_ring,
    round_disc,
)
from defect_app.scenes.scene import Stream, random_stream
from defect_app.scenes.texture import grain

SIDE = 512


def cast(seed: int) -> Casting:
    """Return a good casting.

    Parameters
    ----------
    seed : int
        The scene's seed, 0 or above: decides the part, the light and the table.

    Returns
    -------
    Casting
        The clean rendering, 512 x 512 pixels, with its geometry.

    Raises
    ------
    DefectLensError
        If the seed is negative.
    """
    part_rng, light_rng = random_stream(seed, Stream.PART), random_stream(seed, Stream.LIGHT)
    shape = _draw_shape(part_rng)
    light = float(light_rng.uniform(0, 2 * np.pi))

    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    inverse = np.linalg.inv(shape.axes).astype(np.float32)
    across = inverse[0, 0] * (columns - shape.centre[0]) + inverse[0, 1] * (rows - shape.centre[1])
    down = inverse[1, 0] * (columns - shape.centre[0]) + inverse[1, 1] * (rows - shape.centre[1])
    angle = cv2.phase(across, down)
    uneven = grain(part_rng, (TURN, 1), (0.3, 24), wraps=True)[:, 0] * np.float32(part_rng.uniform(0.0003, 0.001))
    radius = cv2.magnitude(across, down) * (1 + round_disc(uneven, angle))
    fine = grain(part_rng, (SIDE, SIDE), 1.1)
    pixel = 1.0 / float(shape.axes[0, 0])
    setup = Setup(shape, light, part_rng, light_rng, across, down, radius, angle, fine, pixel)

    table = ground(setup, random_stream(seed, Stream.BACKGROUND))
    level = light_rng.uniform(168, 216)
    picture = table.copy()
    lay(picture, machined_ring(setup, level), radius, 1.0, pixel)
    draw_rim(picture, setup)

    raised = cv2.magnitude(across - shape.lean[0], down - shape.lean[1])
    groove = np.float32(light_rng.uniform(12, 34))
    lay(picture, groove, radius, shape.ring_inner, 1.2 * pixel)
    lay(picture, collar(setup, level, raised), raised, shape.collar_outer, 1.2 * pixel)
    lay(picture, bowl(setup, raised), raised, shape.collar_inner, 1.4 * pixel)
    draw_hub(picture, setup, level)
    return Casting(picture, table, radius, angle, shape.centre, shape.axes, shape.collar_outer, light)


def _draw_shape(rng: np.random.Generator) -> Shape:
    radius = rng.uniform(0.365, 0.455) * SIDE
    slack = max(4.0, SIDE / 2 - radius - 8)
    centre = SIDE / 2 + rng.uniform(-slack, slack, 2) * (0.75, 0.6)
    turn = rng.uniform(0, np.pi)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    squeeze = 1 - min(0.13, abs(rng.normal(0, 0.05)))
    lean_angle = rng.uniform(0, 2 * np.pi)
    lean = rng.uniform(0.008, 0.04)
    collar_outer = rng.uniform(0.605, 0.635)
    hub_outer = rng.uniform(0.27, 0.305)
    return Shape(
        centre=(float(centre[0]), float(centre[1])),
        axes=rotation @ np.diag([radius, radius * squeeze]) @ rotation.T,
        lean=(float(lean * np.cos(lean_angle)), float(lean * np.sin(lean_angle))),
        ring_inner=collar_outer + rng.uniform(0.018, 0.034),
        collar_outer=collar_outer,
        collar_inner=collar_outer - rng.uniform(0.042, 0.066),
        hub_outer=hub_outer,
        hub_inner=hub_outer - rng.uniform(0.055, 0.08),
    )
