"""Batches that pages find again by their keys: only with the key, only of the same model, and not without bound."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from defect_app.catalog import ModelVersion
from defect_app.hosting.batch import Batch
from defect_app.hosting.open_batches import OpenBatches
from defect_app.inspection import Inspector
from defect_app.intake import PhotoFile


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


def batch_of(inspector: Inspector, photos: int) -> Batch:
    batch = Batch(inspector)
    batch.add([PhotoFile.of_bytes(f"{n}.jpg", partial(bytes, b"")) for n in range(photos)])
    batch.wait(300)
    return batch


def test_a_batch_is_found_by_its_key_and_keeps_it(inspector: Inspector) -> None:
    held, batch = OpenBatches(), batch_of(inspector, 1)
    key = held.add(batch)
    assert held.add(batch) == key
    assert held.get(key, inspector.spec.version) is batch
    assert held.get("guessed", inspector.spec.version) is None


def test_a_model_replaced_under_the_same_id_finds_no_batch_of_the_former_one(inspector: Inspector) -> None:
    held = OpenBatches()
    key = held.add(batch_of(inspector, 1))
    assert held.get(key, ModelVersion(replace(inspector.spec, summary="another").version)) is None


def test_what_was_looked_at_longest_ago_makes_room_and_the_newest_always_stays(inspector: Inspector) -> None:
    held, version = OpenBatches(most_photos=5), inspector.spec.version
    first, second, third = (held.add(batch_of(inspector, 2)) for _ in range(3))
    assert [held.get(key, version) is not None for key in (first, second, third)] == [False, True, True]
    large = held.add(batch_of(inspector, 9))
    assert held.get(third, version) is None
    assert held.get(large, version) is not None
