"""A database with judged parts to look at."""

from collections.abc import Iterator

import pytest

from defect_app.inspections import InspectionStore, StoredInspection
from defect_app.reviews import ReviewStore
from defect_app.storage.database import Database
from tests.inspections.records import a_new_inspection

VERDICTS = ("PASS", "PASS", "PASS", "REVIEW", "REJECT", "PASS")


@pytest.fixture
def store(url: str) -> Iterator[ReviewStore]:
    database = Database(url)
    yield ReviewStore(database)
    database.close()


@pytest.fixture
def parts(store: ReviewStore) -> tuple[StoredInspection, ...]:
    """Store thirty parts of the model "tiny": twenty passed, five in review, five rejected."""
    new = [a_new_inspection(n, verdict=VERDICTS[n % len(VERDICTS)]) for n in range(1, 31)]
    return InspectionStore(store.database).append(new)
