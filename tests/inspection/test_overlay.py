"""The drawing of heat maps over photos."""

from pathlib import Path

import numpy as np
import pytest

import defect_app
from defect_app.engine import ActivationMap
from defect_app.inspection.overlay import COLOUR_MAPS, PALE, heat_overlay, is_drawn_pale, verdict_overlay

GREY = np.full((60, 80, 3), 128, np.uint8)
UPPER_LEFT = ActivationMap(np.array([[1.0, 0.0], [0.0, 0.0]], np.float32), "defect", has_evidence=True)
NOTHING = ActivationMap(np.zeros((2, 2), np.float32), "defect", has_evidence=False)


@pytest.mark.parametrize("colour_map", COLOUR_MAPS)
def test_the_overlay_has_the_photos_size_and_type_in_every_colour_map(colour_map: str) -> None:
    drawn = heat_overlay(GREY, UPPER_LEFT, colour_map=colour_map)
    assert drawn.shape == GREY.shape
    assert drawn.dtype == np.uint8


def test_the_strongest_place_is_brighter_than_the_place_without_evidence() -> None:
    drawn = heat_overlay(GREY, UPPER_LEFT).astype(int)
    assert drawn[5, 5].sum() > drawn[55, 75].sum() + 60


def test_the_strongest_place_is_warm_in_rgb_order() -> None:
    turbo = heat_overlay(GREY, UPPER_LEFT, opacity=1.0, colour_map="turbo").astype(int)
    red, _, blue = turbo[2, 2]
    assert red > blue, "turbo's top end is red: red below blue means that the channels are swapped"


@pytest.mark.parametrize("nothing", [None, NOTHING], ids=["no map", "a map without evidence"])
def test_without_evidence_the_photo_stays_as_it_is(nothing: ActivationMap | None) -> None:
    drawn = heat_overlay(GREY, nothing)
    np.testing.assert_array_equal(drawn, GREY)
    assert drawn is not GREY, "the caller may draw on the overlay without changing the photo"


def test_opacity_zero_shows_the_photo_and_opacity_one_hides_it_at_the_strongest_place_alone() -> None:
    np.testing.assert_array_equal(heat_overlay(GREY, UPPER_LEFT, opacity=0), GREY)
    on_grey, on_black = (heat_overlay(p, UPPER_LEFT, opacity=1) for p in (GREY, np.zeros_like(GREY)))
    np.testing.assert_array_equal(on_grey[0, 0], on_black[0, 0])
    np.testing.assert_allclose(on_grey[-1, -1], GREY[-1, -1], atol=2)


@pytest.mark.parametrize(
    ("opacity", "colour_map"), [(-0.1, "turbo"), (1.1, "turbo"), (float("nan"), "turbo"), (0.5, "jet")]
)
def test_an_impossible_opacity_or_colour_map_is_refused(opacity: float, colour_map: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        heat_overlay(GREY, UPPER_LEFT, opacity=opacity, colour_map=colour_map)


@pytest.mark.parametrize(
    ("verdict", "share"), [("PASS", PALE), ("REVIEW", 1.0), ("REJECT", 1.0), ("ACCEPT", 1.0), ("UNSURE", 1.0)]
)
def test_the_map_of_a_passed_photo_alone_is_drawn_pale(verdict: str, share: float) -> None:
    drawn = verdict_overlay(GREY, UPPER_LEFT, verdict, 0.8)
    np.testing.assert_array_equal(drawn, heat_overlay(GREY, UPPER_LEFT, 0.8 * share))
    assert is_drawn_pale(verdict) == (share < 1)


def test_nothing_but_this_module_and_what_explains_draws_maps_without_asking_for_the_verdict() -> None:
    package = Path(defect_app.__file__).parent
    calling = {str(path.relative_to(package)) for path in package.rglob("*.py") if "heat_overlay(" in path.read_text()}
    # Who asks for a map chooses method and class, and is told how strong it is: on Explain, over HTTP and in a file.
    explaining = {"explanation/asked_map.py", "ui/explain/heat_pictures.py", "ui/explain/maps.py"}
    assert calling == {"inspection/overlay.py", *explaining}
