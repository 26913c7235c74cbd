"""Asks whether another product's model knows a photo that is unfamiliar to the one that judged it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from defect_app.catalog import Catalog, Product, products_of
from defect_app.errors import DefectLensError
from defect_app.hosting.model_host import ModelHost
from defect_app.inspection import Inspector
from defect_app.inspection.seen_part import own_frame
from defect_app.intake import Photo, Rejection, read_photo

MOST_PRODUCTS: Final = 8
"""So many other products are asked at most: each model has to be loaded once."""

_Look = Callable[[Inspector, Photo], float | None]


def products_to_ask(models: Catalog, product: str | None) -> tuple[Product, ...]:
    """Return the products whose recommended model may know the photos of another one, at most `MOST_PRODUCTS`.

    Parameters
    ----------
    models : Catalog
        The models on disk.
    product : str or None
        The product that the photo was judged as; None asks all.
    """
    others = [
        p
        for p in products_of(models)
        if p.recommended.usable and (product is None or p.recommended.usable_spec.product != product)
    ]
    return tuple(p for p in others if p.recommended.usable_spec.task == "inspection")[:MOST_PRODUCTS]


def product_that_knows(host: ModelHost, asked: tuple[Product, ...], data: bytes, name: str) -> Product | None:
    """Return the product whose model knows a photo best; None where none knows it.

    The whole photo is looked at first; where no model knows that, those that find their part in a photo search it.

    Parameters
    ----------
    host : ModelHost
        Gives the models.
    asked : tuple of Product
        See `products_to_ask`.
    data : bytes
        The photo's file.
    name : str
        Its name.
    """
    inspectors = [(product, _inspector(host, product)) for product in asked]
    for look in (_whole, _searched):
        nearness = [
            (found, product)
            for product, inspector in inspectors
            if inspector is not None and (found := _near(inspector, data, name, look)) is not None
        ]
        if nearness:
            return min(nearness, key=lambda pair: pair[0])[1]
    return None


def _inspector(host: ModelHost, product: Product) -> Inspector | None:
    try:
        return host.inspector(product.recommended.id)
    except DefectLensError:
        return None  # a model that cannot be loaded knows no photo; its own page says why


def _near(inspector: Inspector, data: bytes, name: str, look: _Look) -> float | None:
    photo = read_photo(data, name, least_side=inspector.least_side)
    return None if isinstance(photo, Rejection) else look(inspector, photo)


def _whole(inspector: Inspector, photo: Photo) -> float | None:
    """Return the photo's distance as a share of the limit where the model knows it."""
    known = inspector.inspect_frame(photo, own_frame(photo, inspector.spec)).familiarity
    return known.distance / known.limit if known is not None and known.familiar else None


def _searched(inspector: Inspector, photo: Photo) -> float | None:
    found = inspector.part_finder.find(photo.pixels) if inspector.part_finder is not None else None
    return None if found is None else found.familiarity.distance / found.familiarity.limit
