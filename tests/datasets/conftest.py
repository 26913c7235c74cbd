"""The real castings, read and grouped once for all tests that ask about them."""

import pytest

from defect_app.datasets import LoadedDataset, load_dataset


@pytest.fixture(scope="session")
def castings() -> LoadedDataset:
    return load_dataset("casting")
