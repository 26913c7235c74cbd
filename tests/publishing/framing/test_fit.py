"""Fitting the search: it finds parts on other grounds, its limits part them from strangers, or it is refused."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from defect_app.catalog import load_catalog, read_spec, write_spec
from defect_app.cli import main
from defect_app.engine import Engine
from defect_app.errors import DefectLensError
from defect_app.familiarity import FamiliarityModel, measure_quality
from defect_app.inspection import Inspector
from defect_app.inspection.framing import FRAMING_FILE, FrameModel, overlap
from defect_app.intake import fit_to_input
from defect_app.progress import no_progress
from defect_app.publishing.framing import Backgrounds, compose, composition, fit, fit_frame_model, folder
from tests.inspection.framing.test_model import activations_of
from tests.model_folders import make_model_folder
from tests.publishing.framing.archives import edged_part, write_parts


@pytest.fixture(autouse=True, scope="module")
def few_compositions() -> Iterator[None]:
    """Take few small ones, so that a fit costs three seconds; these parts are easily told from drawn grounds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composition, "SHORTEST_PX", 240)
        patch.setattr(composition, "TALLEST_PX", 360)
        patch.setattr(fit, "SHORTEST_PX", 240)
        for module in (fit, folder):
            patch.setattr(module, "COMPOSITIONS", 14)
            patch.setattr(module, "HELD_OUT_COMPOSITIONS", 8)
        patch.setattr(fit, "STRANGERS", 10)
        yield


def green_part(seed: int) -> np.ndarray:
    return edged_part(float(np.random.default_rng(seed).uniform(-1.2, -0.8)), seed)


def make_green_model(root: Path) -> Path:
    """Write a model of the set that `write_parts` makes: to it green parts are familiar, all else is not."""
    made = make_model_folder(root, "green")
    text = (made / "model.toml").read_text(encoding="utf-8")
    (made / "model.toml").write_text(text.replace('"generated"', '"metal_cracks"'), encoding="utf-8")
    spec = read_spec(made)
    parts = [fit_to_input(green_part(i), height=32, width=32, fit="stretch", resize="area") for i in range(60)]
    engine = Engine(spec, made)
    features = np.stack([engine.predict(part).features for part in parts])
    known = FamiliarityModel.fit(features[::2], features[1::2], [measure_quality(p) for p in parts], slack=2.0)
    known.save(made / "familiarity.npz")
    write_spec(made, spec)
    return made


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Fit the search by the command: the model's folder, and what the command printed."""
    root, data = tmp_path_factory.mktemp("models"), tmp_path_factory.mktemp("archives")
    made = make_green_model(root)
    write_parts(data)
    before = load_catalog(root).get("green").usable_spec.identity
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("defect_app.cli.models.say", printed.append)
        command = ["models", "fit-framing", "green", "--data", str(data), "--layer", activations_of(made)]
        assert main([*command, "--models-folder", str(root)]) == 0
    assert load_catalog(root).get("green").usable_spec.identity != before
    return made, "\n".join(printed)


def test_a_part_on_an_unknown_ground_is_found_where_it_lies(fitted: tuple[Path, str], grounds: Backgrounds) -> None:
    finder = Inspector.from_id("green", fitted[0].parent).part_finder
    assert finder is not None
    rng = np.random.default_rng(77)
    photos = [compose(rng, green_part(seed), grounds, least_share=0.4) for seed in range(900, 906)]
    shared = [overlap(finder.nearest(photo.pixels)[0].frame, photo.frame) for photo in photos]
    assert np.median(shared) > 0.85
    assert sum(each > 0.8 for each in shared) >= 5
    assert sum(finder.find(photo.pixels) is not None for photo in photos[:3]) >= 2


def test_a_ground_without_a_part_holds_none(fitted: tuple[Path, str], grounds: Backgrounds) -> None:
    finder = Inspector.from_id("green", fitted[0].parent).part_finder
    assert finder is not None
    rng = np.random.default_rng(78)
    assert [finder.find(grounds.draw(rng, height=300, width=400)) for _ in range(4)] == [None] * 4


def test_the_command_seals_the_folder_and_says_what_the_limits_part(fitted: tuple[Path, str]) -> None:
    made, printed = fitted
    model = FrameModel.load(made / FRAMING_FILE)
    assert printed.startswith("green finds its part: distances to 0.0")
    assert f"limit {model.most_distance:.3f}; scores from" in printed
    assert f"limit {model.least_score:.2f}." in printed
    assert "Operating points that were saved for it before are not applied" in printed


def test_strangers_that_are_found_as_near_as_parts_forbid_a_search(
    tmp_path: Path, grounds: Backgrounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit, "COMPOSITIONS", 4)
    inspector = Inspector.from_id("green", make_green_model(tmp_path).parent)
    rng = np.random.default_rng(5)
    strangers = [grounds.draw(rng, height=96, width=96) for _ in range(8)]
    layer = activations_of(inspector.folder)
    with pytest.raises(DefectLensError, match="are not to be told apart") as raised:
        fit_frame_model(inspector, strangers, strangers, grounds, layer=layer, progress=no_progress)
    assert raised.value.remedy == "Leave it without a search: its unfamiliar photos go to review."


def test_a_model_without_familiarity_gets_no_search(tmp_path: Path, grounds: Backgrounds) -> None:
    make_model_folder(tmp_path, "bare", familiarity=False)
    inspector = Inspector.from_id("bare", tmp_path)
    with pytest.raises(DefectLensError, match="bare has no familiarity, by which a found frame is known"):
        fit_frame_model(inspector, [green_part(0)], [green_part(1)], grounds, progress=no_progress)


def test_a_model_whose_pictures_are_not_here_is_left_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_green_model(tmp_path / "models")
    (tmp_path / "empty").mkdir()
    before = load_catalog(tmp_path / "models").get("green").usable_spec
    command = ["models", "fit-framing", "green", "--data", str(tmp_path / "empty")]
    assert main([*command, "--models-folder", str(tmp_path / "models")]) != 0
    assert "The archive metal_cracks.tar is not in" in capsys.readouterr().err
    assert load_catalog(tmp_path / "models").get("green").usable_spec == before
    assert not (tmp_path / "models" / "green" / FRAMING_FILE).exists()


@pytest.mark.parametrize(
    ("height", "width", "cells"),
    [(96, 96, (24, 24)), (192, 96, (32, 16)), (96, 192, (16, 32)), (400, 50, (96, 12)), (100, 125, (20, 24))],
    ids=["square", "tall", "wide", "very tall", "nearly square"],
)
def test_the_window_has_the_parts_proportions_and_a_long_one_fewer_cells(
    tiny_models: Path, height: int, width: int, cells: tuple[int, int]
) -> None:
    inspector = Inspector.from_id("tiny", tiny_models)
    layer = activations_of(inspector.folder)
    shape = fit._window_shape(inspector, [np.zeros((height, width, 3), np.uint8)], layer)
    assert ((shape.rows, shape.columns), shape.stride) == (cells, 4)
