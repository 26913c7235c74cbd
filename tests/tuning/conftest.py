"""A product that was taught with defects, and its fine-tuned candidate, both made once for all tests of the room."""

import shutil
from pathlib import Path

import pytest

from defect_app.teaching import teach
from defect_app.tuning.kept_work import TUNING_FOLDER
from defect_app.tuning.run import fine_tune
from tests.teaching.photos import castings, request


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of taught models with one product, of which nothing was fine-tuned yet."""
    root = tmp_path_factory.mktemp("product")
    teach(request(castings(6, 6)), out=root)
    return root


@pytest.fixture(scope="session")
def tuned(product: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of it, whose product was fine-tuned for an epoch and waits for a decision."""
    root = tmp_path_factory.mktemp("tuned") / "models"
    shutil.copytree(product, root)
    fine_tune("bracket", lambda progress: None, root=root, epochs=1)
    return root


@pytest.fixture
def taught(product: Path, tmp_path: Path) -> Path:
    """Return a copy of the product of this test's own."""
    root = tmp_path / "models"
    shutil.copytree(product, root)
    shutil.rmtree(root / TUNING_FOLDER, ignore_errors=True)
    return root


@pytest.fixture
def waiting(tuned: Path, tmp_path: Path) -> Path:
    """Return a copy of the product with its candidate, of this test's own."""
    root = tmp_path / "models"
    shutil.copytree(tuned, root)
    return root
