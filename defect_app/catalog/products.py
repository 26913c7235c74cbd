"""Products: what a person chooses, each with the models that judge it, the recommended one first."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from defect_app.catalog.folders import Catalog, CatalogEntry


@dataclass(frozen=True)
class Product:
    """What models judge.

    Attributes
    ----------
    title : str
        Without the model's architecture, where that leaves it the only one of this title.
    entries : tuple of CatalogEntry
        Its models that are not for lessons: the recommended one first, usable ones before disabled ones.
    """

    title: str
    entries: tuple[CatalogEntry, ...]

    @property
    def recommended(self) -> CatalogEntry:
        """The model that a person is offered first."""
        return self.entries[0]

    @property
    def others(self) -> tuple[CatalogEntry, ...]:
        """The models that stand behind it."""
        return self.entries[1:]


def products_of(models: Catalog) -> tuple[Product, ...]:
    """Return the products that models work on: those that are inspected first, then things that are named; by title.

    A model without a product, or whose spec cannot be read, is a product of its own. Models for lessons are in none.
    """
    groups: dict[str, list[CatalogEntry]] = defaultdict(list)
    for entry in models.entries:
        if not _is_for_lessons(entry):
            groups[_product(entry)].append(entry)
    products = [_product_of(entries) for entries in groups.values()]
    often = Counter(product.title for product in products)
    told_apart = [
        replace(p, title=p.recommended.title) if often[p.title] > 1 and len(p.entries) == 1 else p for p in products
    ]
    return tuple(sorted(told_apart, key=lambda p: (_task_rank(p.recommended), p.title)))


def for_lessons(models: Catalog) -> tuple[CatalogEntry, ...]:
    """Return the models that only teach, by title."""
    return tuple(sorted(filter(_is_for_lessons, models.entries), key=lambda e: e.title))


def models_by_product(models: Catalog) -> list[CatalogEntry]:
    """Return all models in the order of the products, each product's recommended one first; those for lessons last."""
    return [*(entry for product in products_of(models) for entry in product.entries), *for_lessons(models)]


def by_importance(models: Catalog) -> list[CatalogEntry]:
    """Return the usable models in the order in which people need them: recommended ones, others, those for lessons."""
    products = products_of(models)
    first = [p.recommended for p in products]
    others = [entry for p in products for entry in p.others]
    return [entry for entry in (*first, *others, *for_lessons(models)) if entry.usable]


def _product(entry: CatalogEntry) -> str:
    # A colon stands in no product's name that a folder could have.
    return entry.spec.product if entry.spec and entry.spec.product else f":{entry.id}"


def _product_of(entries: list[CatalogEntry]) -> Product:
    ranked = sorted(entries, key=lambda e: (not e.usable, not _is_recommended(e), e.id))
    title = ranked[0].title
    return Product(title.partition(" (")[0].strip() or title, tuple(ranked))


def _task_rank(entry: CatalogEntry) -> int:
    return 2 if entry.spec is None else int(entry.spec.task != "inspection")


def _is_recommended(entry: CatalogEntry) -> bool:
    return entry.spec is not None and entry.spec.standing == "recommended"


def _is_for_lessons(entry: CatalogEntry) -> bool:
    return entry.spec is not None and entry.spec.standing == "lessons"
