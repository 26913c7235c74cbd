"""The steps of teaching, each by itself: groups, folds, sizes, thresholds, curves, versions, names."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.stats import lognorm

from defect_app.intake import PhotoFile
from defect_app.progress import no_progress
from defect_app.teaching import TaughtClass, TeachingFile, TeachingRequest
from defect_app.teaching.crossvalidation import cross_validate, dealt_folds
from defect_app.teaching.fitting import HeadSettings, choose_settings, fit_head
from defect_app.teaching.grouping import name_groups
from defect_app.teaching.input_size import choose_input
from defect_app.teaching.learning_curve import learning_curve
from defect_app.teaching.photos import thinned
from defect_app.teaching.publication import most_good_reviewed
from defect_app.teaching.remembering import farthest_points, seldom_exceeded
from defect_app.teaching.request import CannotTeach, class_name_from, id_from
from defect_app.teaching.versions import former_versions, placed, roll_back, staging


def test_names_tell_parts_where_their_beginnings_repeat() -> None:
    groups = name_groups([f"kos{part:02}_Part{view}.jpg" for part in range(8) for view in range(4)])
    assert groups is not None
    assert np.array_equal(groups, np.repeat(np.arange(8), 4))


@pytest.mark.parametrize(
    "names",
    [[f"IMG_{i:04}.jpg" for i in range(30)], [f"{i}.jpg" for i in range(30)], [f"part{i}_a.jpg" for i in range(30)]],
    ids=["one beginning", "no separators", "every beginning once"],
)
def test_names_that_tell_nothing_make_no_groups(names: list[str]) -> None:
    assert name_groups(names) is None


def test_groups_stay_in_one_fold_and_every_class_is_in_two() -> None:
    labels, groups = np.repeat([0, 1], 12), np.repeat(np.arange(8), 3)
    folds, kept_apart = dealt_folds(labels, groups, [f"{i:02}" for i in range(24)], 5)
    assert kept_apart
    assert all(len(np.unique(folds[groups == group])) == 1 for group in range(8))
    assert all(len(np.unique(folds[labels == label])) > 1 for label in (0, 1))


def test_a_class_of_one_group_is_dealt_all_the_same_and_that_is_said() -> None:
    labels, groups = np.repeat([0, 1], 5), np.array([0, 0, 0, 0, 0, 1, 2, 3, 4, 5])
    folds, kept_apart = dealt_folds(labels, groups, [str(i) for i in range(10)], 5)
    assert not kept_apart
    assert len(np.unique(folds[labels == 0])) > 1


def test_the_heads_answers_do_not_change_on_their_way_into_the_graph() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(30, 200)).astype(np.float32) + 3
    labels = np.repeat([0, 1, 2], 10)
    head = fit_head(features[:, None], labels, 3, HeadSettings(1.0))
    served = head.for_graph(features.mean(axis=0))
    logits = features @ served.weights + served.bias
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(shares, head.probabilities(features), atol=1e-4)
    assert (shares.argmax(axis=1) == labels).all()


@pytest.mark.parametrize("sided", [False, True], ids=["a mark anywhere", "a mark on the wrong side"])
def test_mirror_images_are_taught_where_they_help_and_not_where_the_side_is_the_defect(sided: bool) -> None:
    rng = np.random.default_rng(6)
    labels = np.arange(24) % 2
    views = np.repeat(rng.normal(size=(24, 1, 40)), 4, axis=1) + rng.normal(size=(24, 4, 40))
    views[:, :, 0] += 3.0 * labels[:, None]
    if sided:
        # Mirrored, a good part has the features of a defective one.
        views[:, 1:, 0] = 3.0 * (1 - labels[:, None]) + rng.normal(size=(24, 3))
    settings = choose_settings(views.astype(np.float32), labels, np.arange(24) // 2 % 4, 2)
    assert settings.mirrored is not sided


def test_figures_of_pure_noise_are_those_of_guessing() -> None:
    rng = np.random.default_rng(1)
    features, labels = rng.normal(size=(60, 300)).astype(np.float32), np.arange(60) % 2
    content = [f"{rng.integers(1 << 40):x}" for _ in range(60)]
    measured = cross_validate(features[:, None], labels, np.arange(60), content, 2, no_progress)
    right = (measured.probabilities.argmax(axis=1) == labels).mean()
    assert 0.25 < right < 0.75


def test_a_curve_rises_and_its_forecast_goes_on() -> None:
    rng = np.random.default_rng(2)
    labels = np.arange(80) % 2
    features = rng.normal(size=(80, 60)).astype(np.float32)
    features[:, :12] += 0.7 * labels[:, None]
    curve = learning_curve(
        features[:, None], labels, np.arange(80) // 2 % 5, np.array([False, True]), HeadSettings(1.0), no_progress
    )
    assert curve is not None
    assert curve.metric == "AUC"
    assert curve.middle[-1] > curve.middle[0]
    assert curve.forecasts[0].high >= curve.middle[-1] - 0.02
    assert all(0 <= forecast.low <= forecast.high <= 1 for forecast in curve.forecasts)
    assert curve.sentences[0].startswith("20 more photos a class")


@pytest.mark.parametrize("n", [10, 60])
def test_the_promised_share_of_good_parts_goes_to_review(n: int) -> None:
    further = lognorm(0.2).rvs(size=20_000, random_state=3)
    rng = np.random.default_rng(4)
    shares = [np.mean(further > seldom_exceeded(np.exp(0.2 * rng.normal(size=n)), 0.01)) for _ in range(200)]
    assert 0.005 < np.mean(shares) < 0.015


def test_the_farthest_points_cover_every_cluster() -> None:
    rng = np.random.default_rng(5)
    points = np.concatenate([rng.normal(size=(100, 3)), rng.normal(size=(5, 3)) + 50]).astype(np.float32)
    chosen = farthest_points(points, 10, rng)
    assert (chosen >= 100).any()
    assert len(set(chosen.tolist())) == 10


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [([(300, 300)] * 5, (224, 224)), ([(256, 640)] * 5, (640, 256)), ([(900, 300)] * 5, (256, 768)),
     ([(300, 900), (900, 300)] * 3, (224, 224))],
    ids=["square", "tall", "wide", "both ways"],
)  # fmt: skip
def test_the_input_is_as_tall_as_the_photos_are(sizes: list[tuple[int, int]], expected: tuple[int, int]) -> None:
    found = choose_input([picture(*size) for size in sizes])
    assert (found.height, found.width) == expected


def picture(width: int, height: int) -> TeachingFile:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 60)).save(buffer, "PNG")
    return TeachingFile(PhotoFile.of_bytes("a.png", buffer.getvalue), "good")


def test_too_many_files_are_thinned_evenly_and_a_small_class_stays_whole() -> None:
    files = [TeachingFile(PhotoFile.of_bytes(f"{i}", bytes), "good" if i >= 10 else "hole") for i in range(1000)]
    kept = thinned(files, 100)
    assert len(kept) == 100
    assert sum(file.label == "hole" for file in kept) == 10


def test_a_new_version_keeps_the_former_one_and_it_can_be_taken_back(tmp_path: Path) -> None:
    root = tmp_path / "taught"
    for text in ("first", "second"):
        folder = tmp_path / "made" / "part"
        folder.mkdir(parents=True)
        (folder / "model.toml").write_text(text)
        root.mkdir(exist_ok=True)
        placed(folder, root)
    (former,) = former_versions("part", root)
    assert (root / "part" / "model.toml").read_text() == "second"
    roll_back(former, root)
    assert (root / "part" / "model.toml").read_text() == "first"
    assert [v.folder.joinpath("model.toml").read_text() for v in former_versions("part", root)] == ["second"]


def test_what_a_killed_teaching_left_goes_with_the_next_and_nothing_that_goes_on(tmp_path: Path) -> None:
    killed = "import sys, os, pathlib; from defect_app.teaching.versions import staging\n"
    killed += f"with staging(pathlib.Path({str(tmp_path)!r})): os._exit(9)"
    subprocess.run([sys.executable, "-c", killed], check=False)
    (left,) = tmp_path.glob(".teaching-*")
    with staging(tmp_path) as first, staging(tmp_path) as second:
        assert not left.exists()
        assert first.is_dir()
        assert second.is_dir()
    assert not list(tmp_path.glob(".teaching-*"))


@pytest.mark.parametrize(("n_good", "share"), [(3, 0.1), (20, 0.07), (1000, 0.021)])
def test_from_few_photos_more_of_the_good_go_to_review(n_good: int, share: float) -> None:
    assert most_good_reviewed(n_good) == pytest.approx(share)


@pytest.mark.parametrize("model_id", ["", "../up", "A", "a b", "a/b", "x" * 65])
def test_an_id_that_is_no_folders_name_is_refused(model_id: str) -> None:
    with pytest.raises(CannotTeach, match="no id"):
        TeachingRequest(model_id, "T", (TaughtClass("good", "Good", "ok"),), [])


def test_names_are_made_of_titles() -> None:
    assert (id_from("Left Bracket, 2nd!"), class_name_from("Blow hole")) == ("left-bracket-2nd", "blow_hole")
