"""A new version of a taught product: its kept photos, those that persons corrected, and what replaces what."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from defect_app.evaluation import read_evaluation
from defect_app.intake import PhotoFile, content_hash
from defect_app.reviews import Answer
from defect_app.reviews.corrected import LabelledPhoto
from defect_app.teaching import TaughtClass, TaughtModel, TeachingRequest, teach
from defect_app.teaching.new_version import new_version
from defect_app.teaching.photo_set import PhotoSet, SetPhoto, add_photo, files_of, read_set
from defect_app.teaching.request import CannotTeach
from defect_app.teaching.version_comparison import VersionComparison
from defect_app.teaching.versions import former_versions
from tests.teaching.photos import GOOD, HOLE, casting, castings, request

DENT = TaughtClass("dent", "Dent", "defect")


def corrected(data: bytes, answer: Answer) -> LabelledPhoto:
    return LabelledPhoto(answer, PhotoFile.of_bytes("line.jpg", lambda: data), content_hash(data), (), True)


def a_set(classes: tuple[TaughtClass, ...] = (GOOD, HOLE), **counts: int) -> PhotoSet:
    photos = [SetPhoto(f"{n}.jpg", n, content_hash(f"{n}{i}".encode())) for n, k in counts.items() for i in range(k)]
    return PhotoSet("bracket", "Bracket", classes, tuple(photos))


def labels_of(made: TeachingRequest) -> list[str]:
    return [file.label for file in made.files]


def test_a_taught_product_keeps_its_photos_without_the_files_that_were_left_out(classifier: TaughtModel) -> None:
    kept = read_set("bracket", classifier.folder.parent)
    assert kept is not None
    assert kept.counts() == {"good": 6, "hole": 6}
    for file, photo in zip(files_of(kept, classifier.folder.parent), kept.photos, strict=True):
        with file.file.open() as stream:
            assert content_hash(stream.read()) == photo.sha256


def test_what_persons_say_counts_more_than_the_former_class(tmp_path: Path) -> None:
    photo_set = a_set(good=3, hole=3)
    answers = [corrected(b"good0", Answer.DEFECTIVE), corrected(b"good1", Answer.GOOD), corrected(b"new", Answer.GOOD)]
    made = new_version(photo_set, answers, tmp_path)
    assert (made.added, made.relabelled) == (1, 1)
    assert labels_of(made.request) == ["hole", "good", "good", "hole", "hole", "hole", "good"]


@pytest.mark.parametrize(
    ("n_defective", "said"), [(2, "there are 2, so it still knows"), (3, "the new version learns the defects")]
)
def test_good_photos_alone_become_a_classifier_when_three_defects_are_there(n_defective: int, said: str) -> None:
    made = new_version(a_set((GOOD,), good=5), [corrected(b"%d" % i, Answer.DEFECTIVE) for i in range(n_defective)])
    assert [c.role for c in made.request.classes] == ["ok", "defect"]
    assert said in " ".join(made.sentences)


def test_of_several_kinds_of_defect_a_corrected_part_gets_a_class_of_its_own() -> None:
    made = new_version(a_set((GOOD, HOLE, DENT), good=3, hole=3, dent=3), [corrected(b"x", Answer.DEFECTIVE)])
    assert [c.name for c in made.request.classes] == ["good", "hole", "dent", "defect"]


def test_answers_of_review_cannot_be_put_to_things_that_are_merely_named() -> None:
    named = tuple(replace(c, role=None) for c in (GOOD, HOLE))
    made = new_version(a_set(named, good=3, hole=3), [corrected(b"x", Answer.DEFECTIVE)])
    assert made.added == 0
    assert "neither good nor defective" in made.sentences[0]


def test_a_photo_that_a_person_labels_is_in_the_next_set_and_an_unknown_class_is_refused(tmp_path: Path) -> None:
    teach(request(castings(3, 0), (GOOD, HOLE)), out=tmp_path)
    grown = add_photo("bracket", "new.jpg", casting(940, True), "hole", tmp_path)
    assert grown.counts() == {"good": 3, "hole": 1}
    assert read_set("bracket", tmp_path) == grown
    assert add_photo("bracket", "new.jpg", casting(940, True), "good", tmp_path).counts() == {"good": 4, "hole": 0}
    with pytest.raises(CannotTeach, match="no class"):
        add_photo("bracket", "new.jpg", b"", "dent", tmp_path)
    with pytest.raises(CannotTeach, match="are not here"):
        add_photo("other", "new.jpg", b"", "good", tmp_path)


def test_the_first_defect_that_a_person_labels_makes_a_class_of_its_own(tmp_path: Path) -> None:
    teach(request(castings(3, 0), (GOOD,)), out=tmp_path)
    assert add_photo("bracket", "new.jpg", casting(940, True), "defect", tmp_path).counts() == {"good": 3, "defect": 1}


def test_two_persons_who_teach_one_product_at_once_make_two_versions_and_the_photos_are_those_of_the_latest(
    tmp_path: Path,
) -> None:
    requests = [request(castings(3, 3, first_seed=seed)) for seed in (900, 960)]
    with ThreadPoolExecutor(2) as both:
        taught = [running.result() for running in [both.submit(teach, r, out=tmp_path) for r in requests]]
    (former,) = former_versions("bracket", tmp_path)
    kept = read_set("bracket", tmp_path)
    assert kept is not None
    rows = {folder: set(read_evaluation(folder).rows["sha256"]) for folder in (tmp_path / "bracket", former.folder)}
    assert {photo.sha256 for photo in kept.photos} == rows[tmp_path / "bracket"] != rows[former.folder]
    assert [model.spec.id for model in taught] == ["bracket", "bracket"]


def test_a_new_version_is_compared_with_the_one_that_it_replaces(tmp_path: Path) -> None:
    teach(request(castings(4, 0), (GOOD,)), out=tmp_path)
    kept = read_set("bracket", tmp_path)
    assert kept is not None
    line = [corrected(casting(940 + i, True), Answer.DEFECTIVE) for i in range(3)]
    taught = teach(new_version(kept, line, tmp_path).request, out=tmp_path)
    assert taught.summary.kind == "classifier"
    assert taught.summary.comparison is not None
    assert taught.summary.comparison.n == 7
    assert "Of 7 photos" in taught.summary.comparison.sentence
    assert len(former_versions("bracket", tmp_path)) == 1


def test_a_new_version_that_is_worse_does_not_replace_the_former_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = teach(request(castings(3, 3)), out=tmp_path)
    before = (former.folder / "model.toml").read_bytes()
    # Few photos prove nothing: the verdict of the test is what is given here, not the photos' own.
    monkeypatch.setattr(VersionComparison, "is_worse", property(lambda _: True))
    with pytest.raises(CannotTeach, match="does not replace the former one"):
        teach(replace(request(castings(3, 3, first_seed=960)), replaces=True), out=tmp_path)
    assert (former.folder / "model.toml").read_bytes() == before
    kept = read_set("bracket", tmp_path)
    assert kept is not None
    assert {photo.sha256 for photo in kept.photos} == {content_hash(file.file.open().read()) for file in castings(3, 3)}


@pytest.mark.parametrize(
    ("only_former", "only_new", "said"),
    [(3, 4, "no more than chance"), (1, 15, "better beyond chance"), (15, 1, "worse beyond chance")],
)
def test_the_comparison_says_itself(only_former: int, only_new: int, said: str) -> None:
    p = 1.0 if only_new == 4 else 0.0005
    found = VersionComparison(100, 50 + only_former, 50 + only_new, only_former, only_new, p)
    assert said in found.sentence
    assert found.is_worse is ("worse" in said)
    assert np.isclose(found.p_value, p)
