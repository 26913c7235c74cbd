"""What the tests of framing share: archives unpacked aside, and backgrounds that are drawn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from defect_app.datasets import archives
from defect_app.publishing.framing import Backgrounds


@pytest.fixture(autouse=True, scope="package")
def archives_are_unpacked_aside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archives, "CACHE_FOLDER", tmp_path_factory.mktemp("unpacked"))
        yield


@pytest.fixture(scope="package")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Backgrounds:
    """Give backgrounds of a machine without the everyday photos."""
    empty: Path = tmp_path_factory.mktemp("no-archives")
    return Backgrounds("fitting", empty)
