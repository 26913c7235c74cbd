"""Models taught once for all tests of the room."""

import pytest

from defect_app.teaching import TaughtModel, teach
from tests.teaching.photos import GOOD, HOLE, castings, photo, request


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> TaughtModel:
    """Teach with defects, a file that is no photo and a copy among them."""
    files = castings(6, 6)
    files += [photo("notes.txt", b"no photo", "good"), photo("copy.jpg", files[0].file.open().read(), "good")]
    return teach(request(files), out=tmp_path_factory.mktemp("classifier"))


@pytest.fixture(scope="session")
def memory(tmp_path_factory: pytest.TempPathFactory) -> TaughtModel:
    """Teach with good photos and a single defect, which is too little to be taught."""
    return teach(request(castings(5, 1), (GOOD, HOLE), "memory"), out=tmp_path_factory.mktemp("memory"))
