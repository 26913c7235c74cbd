"""The checks of a map: hide and see, shake and see, the sanity check, and the look inside."""

import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from defect_app.decision import Verdict
from defect_app.engine import ActivationMap, Prediction
from defect_app.explanation import Target, class_target, defect_target, input_map
from defect_app.explanation.display import for_display
from defect_app.explanation.exporting import as_npy, as_png16
from defect_app.explanation.gradient_engines import gradient_engine
from defect_app.explanation.heatmap import evidence
from defect_app.explanation.hiding import (
    SHARES,
    HidingCurves,
    area_under,
    blurred_away,
    hiding_curves,
    hottest_first,
    random_order,
    replaced,
)
from defect_app.explanation.inside import look_inside, strongest_maps
from defect_app.explanation.sanity import SHUFFLED, SanityStep, sanity_check, sanity_in_words, similarity
from defect_app.explanation.shaking import CHANGES, Shaken, shake, what_fools_it
from defect_app.figures.explanations import hiding_figure
from defect_app.inspection import Inspector
from tests.model_folders import part_photo


@pytest.fixture(scope="module")
def tiny(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


def red_patch() -> np.ndarray:
    """Draw a good part with a small red defect, at the tiny model's input size."""
    pixels = part_photo(-0.1, 3, size=32)
    pixels[4:12, 20:28] = (250, 10, 10)
    return pixels


class ScratchSeer:
    """Stands in for a model: rejects by how sharp the photo is at one place, and by nothing else."""

    streams = 1

    def predict(self, pixels: np.ndarray) -> Prediction:
        patch = pixels[12:20, 40:48].astype(float)
        p = float(np.clip(patch.std() / 100, 0, 1))
        return Prediction(np.array([p, 1 - p]), np.zeros(1), None)


def scratched() -> tuple[np.ndarray, ActivationMap]:
    """Return a photo with a pattern at that place, of 64 x 64 pixels, and the map that points at it."""
    pixels = np.random.default_rng(0).integers(90, 110, (64, 64, 3)).astype(np.uint8)
    pixels[12:20, 40:48] = np.indices((8, 8)).sum(axis=0)[..., None] % 2 * 255
    values = np.zeros((8, 8), np.float32)
    values[1:3, 5] = 1
    return pixels, ActivationMap(values, "defect", True)


def test_a_map_that_points_at_what_the_model_goes_by_beats_chance(tiny: Inspector) -> None:
    photo, heat = scratched()
    model: Any = SimpleNamespace(spec=tiny.spec, engine=ScratchSeer())
    curves = hiding_curves(model, photo, heat, defect_target(tiny.spec))
    assert curves.deletion[0] == curves.insertion[-1] == 1
    assert curves.deletion_area < 0.2 < curves.random_deletion_areas.min()
    assert curves.insertion_area > curves.random_insertion_areas.max()
    assert "points at what the model goes by" in curves.sentence
    assert f"from 1.000 to {curves.deletion[5]:.3f}" in curves.sentence_at(5)


def test_a_map_that_points_elsewhere_does_no_better_than_chance_and_is_told_so(tiny: Inspector) -> None:
    photo, heat = scratched()
    wrong = ActivationMap(1 - heat.values, heat.target, True)
    model: Any = SimpleNamespace(spec=tiny.spec, engine=ScratchSeer())
    assert "no better than chance" in hiding_curves(model, photo, wrong, defect_target(tiny.spec)).sentence


def test_hiding_asks_the_real_engine_about_the_photo_itself_first(tiny: Inspector) -> None:
    target = defect_target(tiny.spec)
    curves = hiding_curves(tiny, red_patch(), input_map(tiny, red_patch(), target), target)
    assert curves.deletion[0] == pytest.approx(float(tiny.engine.predict(red_patch()).probabilities[0]))
    assert curves.insertion[0] == pytest.approx(float(tiny.engine.predict(blurred_away(red_patch())).probabilities[0]))


def test_where_the_target_has_no_probability_the_sentence_says_that_hiding_shows_little(tiny: Inspector) -> None:
    good = class_target(tiny.spec, "ok_front")
    photo = part_photo(1.2, 3, size=32)
    curves = hiding_curves(tiny, photo, input_map(tiny, photo, good), good)
    assert "little to take away" in curves.sentence


def test_where_any_part_shown_is_enough_hiding_alone_decides() -> None:
    share = np.array([0.0, 0.5, 1.0])
    high = np.array([[0.9, 1.0, 1.0]])
    curves = HidingCurves(share, np.array([1.0, 0.0, 0.0]), high[0], np.array([[1.0, 0.9, 0.0]]), high)
    assert curves.sentence.startswith("The map points at what the model goes by")
    assert "showing tells nothing here" in curves.sentence


def test_the_curves_areas_are_the_trapezoids() -> None:
    share = np.array([0.0, 0.5, 1.0])
    runs = np.array([[1.0, 0.5, 0.0]])
    curves = HidingCurves(share, np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 1.0]), runs, runs)
    assert (curves.deletion_area, curves.insertion_area) == (0.25, 0.75)
    assert curves.random_deletion_areas == pytest.approx([0.5])
    assert area_under(share, np.ones(3)) == 1


def test_hiding_takes_the_hottest_places_first_with_soft_edges() -> None:
    values = np.zeros((8, 8), np.float32)
    values[0, 0] = 1
    order = hottest_first(ActivationMap(values, "x", True), (64, 64))
    assert sorted(order) == list(range(64 * 64))
    pixels, by = np.full((64, 64, 3), 200, np.uint8), np.zeros((64, 64, 3), np.uint8)
    hidden = replaced(pixels, by, order, 0.01)
    assert hidden[2, 2, 0] < 60
    assert (hidden[40:, 40:] == 200).all()
    steps = np.abs(np.diff(hidden[2, :, 0].astype(int)))
    assert steps.max() < 150, "a hard edge would jump by 200 at once"
    np.testing.assert_array_equal(replaced(pixels, by, order, 0.0), pixels)
    np.testing.assert_array_equal(replaced(pixels, by, order, 1.0), by)


def test_random_orders_differ_by_seed_and_go_in_patches() -> None:
    first, second = (random_order((4, 4), (64, 64), seed) for seed in (0, 1))
    assert not np.array_equal(first, second)
    hidden = np.zeros(64 * 64, np.uint8)
    hidden[first[: 64 * 64 // 10]] = 1
    parts, *_ = cv2.connectedComponents(hidden.reshape(64, 64))
    assert parts - 1 <= 16


def test_a_blurred_photo_keeps_its_size_and_light() -> None:
    photo = part_photo(0.0, 1, size=96)
    blurred = blurred_away(photo)
    assert blurred.shape == photo.shape
    assert abs(float(blurred.mean()) - float(photo.mean())) < 1
    assert blurred.std() < photo.std()


def test_the_figure_draws_both_curves_and_both_ranges_of_chance(tiny: Inspector) -> None:
    target = defect_target(tiny.spec)
    curves = hiding_curves(tiny, red_patch(), input_map(tiny, red_patch(), target), target)
    figure = hiding_figure(curves)
    assert [t.name for t in figure.data if t.name] == [
        "hidden at random", "shown at random", "hottest hidden", "only hottest shown",
    ]  # fmt: skip
    np.testing.assert_allclose(figure.data[4].y, curves.deletion)
    assert len(figure.data[4].x) == len(SHARES)


def test_shaking_judges_every_change_and_names_those_that_change_the_verdict(tiny: Inspector) -> None:
    shaken = shake(tiny, part_photo(1.2, 3), defect_target(tiny.spec))
    assert [s.name for s in shaken] == list(CHANGES)
    assert shaken[0].probability == pytest.approx(float(shaken[0].inspected.probabilities[0]))
    mirrored = next(s for s in shaken if s.name == "Mirrored")
    np.testing.assert_array_equal(mirrored.inspected.photo.pixels, part_photo(1.2, 3)[:, ::-1])
    cropped = next(s for s in shaken if s.name.startswith("Cropped"))
    assert cropped.inspected.photo.pixels.shape == (86, 86, 3)
    said = what_fools_it(shaken)
    changed = [s.name for s in shaken[1:] if s.inspected.judgement.verdict != shaken[0].inspected.judgement.verdict]
    assert all(name.lower() in said for name in changed)


def _version(shaken: Shaken, name: str, verdict: Verdict, label: str) -> Shaken:
    judgement = replace(shaken.inspected.judgement, verdict=verdict)
    return replace(shaken, name=name, label=label, inspected=replace(shaken.inspected, judgement=judgement))


def test_another_class_is_another_answer_though_the_verdict_holds(tiny_models: Path) -> None:
    colours = Inspector.from_id("colours", tiny_models)
    (first, *_) = shake(colours, part_photo(1.2, 3), class_target(colours.spec, "red"))
    assert (first.label, first.label_probability) == ("Red", float(first.inspected.probabilities[0]))
    ship = _version(first, "As it is", Verdict.ACCEPT, "Ship")
    truck = _version(first, "Mirrored", Verdict.ACCEPT, "Truck")
    unsure = _version(first, "Turned by 10°", Verdict.UNSURE, "Ship")
    assert what_fools_it((ship, ship, truck, unsure)) == (
        "2 of 3 changes change the answer: mirrored (Truck), turned by 10° (unsure). The answer moves by at most 0.00."
    )
    assert what_fools_it((ship, ship)).startswith("Verdict and class hold through all 1 changes.")


@pytest.mark.parametrize("shape", [(200, 9000), (9000, 200), (40, 1200)])
def test_a_long_photo_is_shaken_as_any_other(tiny: Inspector, shape: tuple[int, int]) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    assert len(shake(tiny, photo, defect_target(tiny.spec))) == len(CHANGES)


def test_the_sanity_check_compares_every_step_with_the_true_map(
    gap: Inspector, pixels: np.ndarray, target: Target
) -> None:
    steps = sanity_check(gap, pixels, target, "cam")
    np.testing.assert_allclose(steps[0].heat.values, input_map(gap, pixels, target).values, atol=0.02)
    assert steps[0].similarity == 1
    assert [step.name for step in steps[1:]] == list(SHUFFLED)
    engine = gradient_engine(gap)
    true_map, shuffled = (
        evidence(one, pixels, target, "cam", gap.spec.explain_layer) for one in (engine, engine.shuffled(1.0, 0))
    )
    assert steps[-1].similarity == similarity(true_map, shuffled)


def test_the_sanity_check_is_the_same_twice_and_leaves_the_model_as_it_was(
    dense: Inspector, pixels: np.ndarray, target: Target
) -> None:
    before = input_map(dense, pixels, target, "layer-cam")
    first, second = (sanity_check(dense, pixels, target, "layer-cam") for _ in range(2))
    assert [step.similarity for step in first] == [step.similarity for step in second]
    np.testing.assert_array_equal(input_map(dense, pixels, target, "layer-cam").values, before.values)


@pytest.mark.parametrize(
    ("classifier", "everything", "said"),
    [
        (0.1, 0.0, "depends on what the model learnt"),
        (0.9, 0.9, "Do not believe"),
        (0.9, 0.2, "whatever the class"),
        (-0.8, -0.74, "turned over"),
        (-0.8, 0.3, "whatever the class"),
        (None, 0.9, "nothing follows"),
        (0.2, None, "nothing follows"),
    ],
)
def test_the_sanity_check_says_what_follows(classifier: float | None, everything: float | None, said: str) -> None:
    shown = ActivationMap(np.ones((2, 2)), "x", True, 1.0)
    steps = tuple(SanityStep("", shown, s) for s in (1.0, classifier, 0.5, everything))
    assert said in sanity_in_words(steps)


def test_without_a_map_the_sanity_check_gives_no_verdict(gap: Inspector, pixels: np.ndarray) -> None:
    nothing = Target("nothing", "nothing", np.zeros(3, np.float32))
    assert "nothing to check" in sanity_in_words(sanity_check(gap, pixels, nothing, "grad-cam"))


def test_a_map_turned_over_is_the_opposite_and_a_constant_one_cannot_be_compared() -> None:
    rising = np.arange(4.0).reshape(2, 2)
    assert similarity(rising, rising) == pytest.approx(1)
    assert similarity(rising, -rising) == pytest.approx(-1)
    assert similarity(rising, np.zeros((2, 2))) is None


def test_the_look_inside_goes_from_large_maps_to_small_ones(gap: Inspector, pixels: np.ndarray) -> None:
    stages = look_inside(gap, pixels)
    assert len(stages) >= 3
    sizes = [s.rows * s.columns for s in stages]
    assert sizes == sorted(sizes, reverse=True)
    assert len({s.words for s in stages}) == len(stages)
    for stage in stages:
        assert stage.maps.shape[1:] == (stage.rows, stage.columns)
        assert 0 <= stage.maps.min() <= stage.maps.max() <= 1


def test_the_look_inside_ends_with_what_the_classifier_reads_though_it_is_finer_again() -> None:
    inspector = Inspector.from_id("metal-mobilenetv2")
    shape = (inspector.spec.input.height, inspector.spec.input.width, 3)
    *_, coarsest, last = look_inside(inspector, np.full(shape, 90, np.uint8))
    assert last.layer == inspector.spec.explain_layer == "attended"
    assert last.rows > coarsest.rows
    assert "weighed" in last.words
    assert "classifier" not in coarsest.words


def test_the_strongest_maps_are_those_that_vary_most() -> None:
    answer = np.zeros((4, 4, 3))
    answer[0, 0] = (1, 3, 2)
    answer[..., 0] += 5
    found = strongest_maps(answer, 2)
    np.testing.assert_array_equal(found[:, 0, 0], [1, 1])
    np.testing.assert_array_equal(strongest_maps(np.ones((4, 4, 2)))[0], 0)


def test_downloads_give_back_the_map() -> None:
    heat = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    png = cv2.imdecode(np.frombuffer(as_png16(heat), np.uint8), cv2.IMREAD_UNCHANGED)
    assert png is not None
    assert png.dtype == np.uint16
    np.testing.assert_allclose(png / 65535, heat, atol=1e-5)
    np.testing.assert_array_equal(np.load(io.BytesIO(as_npy(heat))), heat)


def test_only_smoothgrad_is_capped_for_the_eye() -> None:
    values = np.full((20, 20), 0.1, np.float32)
    values[0, 0] = 1
    heat = ActivationMap(values, "x", True)
    assert for_display(heat, "cam") is heat
    assert for_display(heat, "smoothgrad").values[5, 5] > 0.9


def test_targets_say_what_they_are_and_read_their_probability(gap: Inspector) -> None:
    probabilities = np.array([0.5, 0.2, 0.3], np.float32)
    assert defect_target(gap.spec).probability(probabilities, gap.spec) == pytest.approx(0.5)
    assert class_target(gap.spec, "major").probability(probabilities, gap.spec) == pytest.approx(0.3)
    np.testing.assert_allclose(defect_target(gap.spec).direction, [-1, 0.5, 0.5])
    with pytest.raises(ValueError, match="no class"):
        class_target(gap.spec, "nonsense")


def test_a_recognition_model_has_no_score_of_defect(tiny_models: Path) -> None:
    spec = Inspector.from_id("colours", tiny_models).spec
    with pytest.raises(ValueError, match="no classes with the roles"):
        defect_target(spec)
