"""Sample photos of the project's own, rendered with known defects: one registry over the products."""

from importlib import import_module
from types import ModuleType

from defect_app.errors import DefectLensError
from defect_app.scenes.scene import Scene

__all__ = ["PRODUCTS", "Scene", "defects", "labels", "render"]

PRODUCTS: tuple[str, ...] = ("casting", "box", "metal", "phone")


def render(product: str, seed: int, defect: str | bool | None = None) -> Scene:
    """Render one scene.

    Parameters
    ----------
    product : str
        One of ``PRODUCTS``.
    seed : int
        0 or above. The same seed gives the same part, light and camera with and without a defect.
    defect : str, bool or None
        A kind of ``defects(product)``; True for some defect by seed; False for a good part; None to let the seed decide
        (half good and half defective; a phone: a third each of none, minor and major).

    Returns
    -------
    Scene
        The photo with its mask, label and description; the same for the same arguments.

    Raises
    ------
    DefectLensError
        If the product or the defect is unknown, or the seed negative.
    """
    scene: Scene = _module(product).render(seed, defect)
    return scene


def defects(product: str) -> tuple[str, ...]:
    """Return the names of a product's defect kinds.

    Raises
    ------
    DefectLensError
        If the product is unknown.
    """
    kinds: tuple[str, ...] = _module(product).DEFECTS
    return kinds


def labels(product: str) -> tuple[str, ...]:
    """Return a product's class names in the order of its model spec, good parts first.

    Raises
    ------
    DefectLensError
        If the product is unknown.
    """
    names: tuple[str, ...] = _module(product).LABELS
    return names


def _module(product: str) -> ModuleType:
    if product not in PRODUCTS:
        raise DefectLensError(f"Unknown product {product!r}: expected one of {', '.join(PRODUCTS)}.")
    return import_module(f"{__name__}.{product}.render")
