"""Figures about heat maps draw the given curves and shares, and the level of chance."""

import numpy as np
import pytest

from defect_app.evaluation.intervals import proportion
from defect_app.explanation.hiding import HidingCurves
from defect_app.explanation.summary import MeanShare, MethodFigures
from defect_app.figures.explanations import hiding_figure, hits_figure

SHARE = np.array([0.0, 0.02, 0.1, 0.5, 1.0])
AT_RANDOM = np.array([[0.9, 0.8, 0.7, 0.6, 0.1], [0.9, 0.9, 0.5, 0.4, 0.1]])
CURVES = HidingCurves(SHARE, np.linspace(0.9, 0.1, 5), np.linspace(0.1, 0.9, 5), AT_RANDOM, AT_RANDOM[:, ::-1])


def method(name: str, hits: int, chance: float) -> MethodFigures:
    share = MeanShare(0.5, 0.4, 0.6)
    return MethodFigures("real", name, "", proportion(hits, 20), share, share, chance)


def test_hiding_draws_both_answers_and_between_what_chance_goes() -> None:
    figure = hiding_figure(CURVES)
    drawn = {trace.name: np.asarray(trace.y) for trace in figure.data if trace.name}
    np.testing.assert_array_equal(drawn["hottest hidden"], CURVES.deletion)
    np.testing.assert_array_equal(drawn["only hottest shown"], CURVES.insertion)
    np.testing.assert_array_equal(drawn["hidden at random"], AT_RANDOM.max(axis=0))
    lower = [np.asarray(trace.y) for trace in figure.data if not trace.name]
    np.testing.assert_array_equal(lower[0], AT_RANDOM.min(axis=0))
    assert list(figure.layout.xaxis.ticktext) == ["0 %", "10 %", "100 %"]


def test_hits_stand_beside_the_mean_level_of_chance() -> None:
    figure = hits_figure([method("cam", 18, 0.1), method("grad-cam", 12, 0.2)])
    (line,) = figure.layout.shapes
    assert line.x0 == line.x1 == pytest.approx(0.15)
    assert [note.text for note in figure.layout.annotations] == ["chance"]
    names = " ".join(str(name) for trace in figure.data for name in trace.y)
    assert "activation" in names
    assert "Grad-CAM" in names


def test_without_any_method_there_is_no_level_of_chance() -> None:
    assert not hits_figure([]).layout.shapes
