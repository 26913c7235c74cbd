"""The curves of a disturbance: shares over its strengths, with the interval of what passes wrongly."""

from defect_app.evaluation.intervals import proportion
from defect_app.evaluation.robustness import Disturbed
from defect_app.figures.robustness import robustness_figure


def step(strength: int, passed: int) -> Disturbed:
    return Disturbed(
        "blur",
        strength,
        proportion(20 - passed, 20),
        proportion(passed, 10),
        proportion(strength, 20),
        proportion(9, 10),
    )


def test_a_share_is_drawn_at_each_strength_with_its_count_and_the_interval_of_what_passes_wrongly() -> None:
    course = [step(0, 0), step(1, 1), step(2, 4)]
    figure = robustness_figure(course, [0.5, 2.0], "pixels")
    band, passing, review, good = figure.data
    assert list(passing.x) == [0, 1, 2]
    assert list(passing.y) == [0.0, 0.1, 0.4]
    assert list(passing.hovertext) == ["0 of 10", "1 of 10", "4 of 10"]
    assert list(review.y) == [0.0, 0.05, 0.1]
    assert list(good.y) == [0.9] * 3
    assert list(band.y) == [*(s.false_pass.high for s in course), *(s.false_pass.low for s in reversed(course))]
    assert list(figure.layout.xaxis.ticktext) == ["none", "0.5", "2"]
    assert figure.layout.xaxis.title.text == "pixels"
