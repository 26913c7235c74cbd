"""The photos worth a label: unsure or strange ones first, and not ten of the same."""

import numpy as np

from defect_app.inspection import Inspector
from defect_app.intake import PhotoFile
from defect_app.progress import no_progress
from defect_app.teaching import TaughtModel
from defect_app.teaching.labelling import ranked, worth_labelling
from tests.teaching.photos import castings


def test_unsure_photos_come_before_sure_ones_and_copies_of_one_after_others() -> None:
    looks = np.eye(5)[[0, 0, 1, 2, 3]] + 0.01
    probabilities = np.array([[0.5, 0.5], [0.5, 0.5], [0.6, 0.4], [0.99, 0.01], [0.7, 0.3]])
    order = ranked(probabilities, looks, np.zeros(5), 3)
    assert order == [0, 2, 4]


def test_a_strange_photo_is_worth_a_label_however_sure_the_model_is() -> None:
    probabilities = np.array([[0.99, 0.01], [0.9, 0.1]])
    assert ranked(probabilities, np.eye(2), np.array([2.0, 0.1]), 1) == [0]


def test_each_photo_that_is_named_has_a_reason_and_unusable_files_are_left_out(classifier: TaughtModel) -> None:
    files = [entry.file for entry in castings(3, 2, first_seed=920)]
    files.insert(1, PhotoFile.of_bytes("note.txt", lambda: b"no photo"))
    inspector = Inspector(classifier.spec, classifier.folder)
    found = worth_labelling(inspector, files, no_progress, wanted=3)
    assert len(found) == 3
    assert all(photo.reason and files[photo.index].name == photo.name != "note.txt" for photo in found)
