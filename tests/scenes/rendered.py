"""Scenes rendered once for all tests that look at them: many ask for the same few seeds, and each takes a while."""

from functools import lru_cache

from defect_app import scenes
from defect_app.scenes import Scene


@lru_cache(maxsize=96)
def rendered(product: str, seed: int, defect: str | bool | None = None) -> Scene:
    """Render a scene, or return that of an earlier call; its arrays cannot be written to."""
    scene = scenes.render(product, seed, defect)
    for array in (scene.photo, scene.mask):
        array.setflags(write=False)
    return scene
