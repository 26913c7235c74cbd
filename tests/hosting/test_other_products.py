"""Another product's model that knows a photo: named where there is one, and never the product that judged it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from defect_app.catalog import read_spec, write_spec
from defect_app.familiarity import FamiliarityModel
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.hosting.other_products import product_that_knows, products_to_ask
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes


def make_product(root: Path, product: str, limit_factor: float) -> None:
    """Make a model of a product whose limit of familiarity is so many times the usual one."""
    folder = make_model_folder(root, product)
    known = FamiliarityModel.load(folder / "familiarity.npz")
    replace(known, limit=known.limit * limit_factor).save(folder / "familiarity.npz")
    write_spec(folder, replace(read_spec(folder), product=product, title=f"{product.title()} (tiny)"))


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalModelHost]:
    root = tmp_path_factory.mktemp("models")
    make_product(root, "castings", 1.0)
    make_product(root, "boxes", 1000.0)
    make_product(root, "phones", 0.0)
    host = LocalModelHost(root)
    yield host
    host.close()


BLUE, GREEN = jpeg_bytes(part_photo(0.0, blueness=2.0)), jpeg_bytes(part_photo(-1.2))


def known_by(host: LocalModelHost, product: str, data: bytes) -> str | None:
    found = product_that_knows(host, products_to_ask(host.catalog(), product), data, "part.jpg")
    return found.title if found is not None else None


@pytest.mark.parametrize(
    ("judged_as", "data", "title"),
    [("castings", BLUE, "Boxes"), ("phones", BLUE, "Boxes"), ("boxes", BLUE, None), ("boxes", GREEN, "Castings")],
    ids=["the one that knows it", "not the one that knows nothing", "never the same product", "a part of another"],
)
def test_the_product_whose_model_knows_the_photo_is_named(
    host: LocalModelHost, judged_as: str, data: bytes, title: str | None
) -> None:
    assert known_by(host, judged_as, data) == title


def test_what_is_no_photo_is_known_by_none(host: LocalModelHost) -> None:
    assert known_by(host, "castings", b"no photo") is None
