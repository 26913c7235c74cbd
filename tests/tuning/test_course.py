"""How far a fine-tuning is: one share of the whole, the rate of the last minutes, and the time left by it."""

import pytest

from defect_app.tuning.course import Course, TuningProgress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_from_the_rate_of_work_and_not_from_what_came_before_it() -> None:
    told: list[TuningProgress] = []
    clock = Clock()
    course = Course(told.append, clock)
    clock.now += 500  # packages are loaded
    course.plan(1000)
    step = course.stage("looking", 400)
    step("", 1, 400)
    assert told[-1].seconds_left is None
    clock.now += 10
    step("", 201, 400)
    assert told[-1].photos_per_second == pytest.approx(20)
    assert told[-1].seconds_left == pytest.approx(799 / 20)
    assert told[-1].share == pytest.approx(0.201)


def test_work_that_was_done_before_counts_as_done_and_not_for_the_rate() -> None:
    told: list[TuningProgress] = []
    clock = Clock()
    course = Course(told.append, clock)
    course.plan(1000)
    course.skip(600)
    step = course.stage("fold 2 of 2", 400)
    step("epoch 1, loss 0.5", 1, 400)
    clock.now += 10
    step("epoch 1, loss 0.4", 101, 400)
    assert told[-1].what == "fold 2 of 2, epoch 1"
    assert told[-1].share == pytest.approx(0.701)
    assert told[-1].photos_per_second == pytest.approx(10)
    assert told[-1].seconds_left == pytest.approx(29.9)


def test_the_rate_is_that_of_the_last_minutes() -> None:
    told: list[TuningProgress] = []
    clock = Clock()
    course = Course(told.append, clock)
    course.plan(10_000)
    step = course.stage("looking", 10_000)
    done = 0
    for per_second in (1, 50):
        for _ in range(20):
            clock.now += 10
            done += 10 * per_second
            step("", done, 10_000)
    assert told[-1].photos_per_second == pytest.approx(50, rel=0.02)
