"""What cannot be taught is refused before a photo is read, and a folder that cannot be used is said with its reason."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from defect_app.catalog.spec import Role
from defect_app.errors import DefectLensError
from defect_app.intake import PhotoFile
from defect_app.teaching import TaughtClass, TeachingFile, TeachingRequest
from defect_app.teaching.input_size import SQUARE, choose_input
from defect_app.teaching.remembering import farthest_points, remember, seldom_exceeded
from defect_app.teaching.request import MOST_CLASSES, CannotTeach, class_name_from, id_from
from defect_app.teaching.summary import SUMMARY_FILE, read_summary
from defect_app.teaching.versions import FormerVersion, former_versions, roll_back, staging
from tests.photo_files import jpeg_bytes, photo_pixels


def classes(*roles: Role | None, same_name: bool = False) -> tuple[TaughtClass, ...]:
    return tuple(TaughtClass("same" if same_name else f"class_{i}", "Class", role) for i, role in enumerate(roles))


@pytest.mark.parametrize(
    ("taught", "said", "remedy"),
    [
        (classes("ok", "defect", same_name=True), "Two classes have the same name.", "Give each a name of its own."),
        (classes(*[None] * (MOST_CLASSES + 1)), f"{MOST_CLASSES + 1} classes are too many.", f"Teach {MOST_CLASSES}"),
        (classes("ok", None), "Some classes are good or defective, and others neither.", "Say it of every class"),
        (classes("defect", "defect"), "There are no good photos.", "Give photos of good parts too"),
        (classes(None), "There is one class only", "Give another class."),
    ],
    ids=["names twice", "too many", "roles of some", "defects alone", "one thing alone"],
)
def test_classes_that_make_no_model_are_refused(taught: tuple[TaughtClass, ...], said: str, remedy: str) -> None:
    with pytest.raises(CannotTeach) as raised:
        TeachingRequest("part", "Part", taught, [])
    assert str(raised.value).startswith(said)
    assert raised.value.remedy.startswith(remedy)


def test_classes_that_make_one_are_taken() -> None:
    for taught in (classes("ok"), classes("ok", "defect", "defect"), classes(None, None)):
        assert TeachingRequest("part", "Part", taught, []).classes == taught


def test_of_a_title_without_letters_no_name_can_stay() -> None:
    assert (id_from("Bracket, left!"), class_name_from("Blow hole")) == ("bracket-left", "blow_hole")
    assert (id_from("!?"), class_name_from("***")) == ("", "")


def test_no_folder_can_be_written_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DefectLensError, match="The model cannot be written to") as raised, staging(tmp_path / "taken"):
        pass
    assert raised.value.remedy == "Choose a folder that you may write to."


def test_a_model_that_was_never_replaced_has_no_former_version_and_one_that_is_gone_cannot_come_back(
    tmp_path: Path,
) -> None:
    assert former_versions("part", tmp_path) == ()
    gone = FormerVersion("part", "20261126T184100.000000Z", tmp_path / "gone")
    assert (gone.replaced_at.hour, gone.replaced_at.minute) == (18, 41)
    with pytest.raises(DefectLensError, match="That version of part is not there any more"):
        roll_back(gone, tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "was not taught: it has no"), (b"{", "cannot be read"), (b"[]", "cannot be read")],
    ids=["absent", "cut off", "something else"],
)
def test_a_summary_that_cannot_be_read_is_said_with_its_folder(
    content: bytes | None, said: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / SUMMARY_FILE).write_bytes(content)
    with pytest.raises(DefectLensError, match=f"{tmp_path.name}.*{said}"):
        read_summary(tmp_path)


def a_file(content: bytes) -> TeachingFile:
    return TeachingFile(PhotoFile.of_bytes("a.jpg", partial(bytes, content)), "good")


def test_files_whose_size_cannot_be_told_do_not_choose_the_input() -> None:
    broken = [a_file(b"no photo"), a_file(b"")]
    assert choose_input(broken) == SQUARE
    tall = a_file(jpeg_bytes(photo_pixels(300, 100)))
    chosen = choose_input([*broken, tall, tall])
    assert chosen.height > chosen.width
    assert choose_input([tall, a_file(jpeg_bytes(photo_pixels(100, 300)))]) == SQUARE


def test_few_points_are_all_chosen_and_twins_leave_a_fold_each() -> None:
    assert list(farthest_points(np.eye(3, dtype=np.float32), 5, np.random.default_rng(0))) == [0, 1, 2]
    rng = np.random.default_rng(1)
    patches = rng.normal(size=(6, 4, 12)).astype(np.float16)
    counted: list[tuple[int, int]] = []
    found = remember(
        patches, np.zeros(6, int), [f"{i:064x}" for i in range(6)], (8, 4), lambda _, done, n: counted.append((done, n))
    )
    assert len(set(found.folds.tolist())) > 1, "one group alone is parted all the same"
    assert (found.distances > 0).all()
    assert counted[-1][0] == counted[-1][1]
    probabilities = found.probabilities(np.array([0.0, found.distances.max() * 100]))
    assert probabilities.sum(axis=1) == pytest.approx([1, 1])
    assert probabilities[0, 1] < found.review_at < found.reject_at < probabilities[1, 1]


def test_what_is_seldom_exceeded_lies_farther_out_the_fewer_are_known() -> None:
    few, many = (np.exp(norm.ppf((np.arange(n) + 0.5) / n)) for n in (5, 400))
    assert seldom_exceeded(many, 0.01) == pytest.approx(np.exp(norm.ppf(0.99)), rel=0.05)
    assert seldom_exceeded(few, 0.01) > seldom_exceeded(many, 0.01)
    assert seldom_exceeded(many, 0.01) > seldom_exceeded(many, 0.1)
