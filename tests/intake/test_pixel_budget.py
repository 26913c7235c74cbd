"""The budget of pixels: who waits, who is let through, and that a large photo comes to its turn."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from defect_app.intake.pixel_budget import PixelBudget
from tests.waiting import wait_until


def test_threads_never_hold_more_than_the_budget_together() -> None:
    budget = PixelBudget(10)
    lock, held, most = threading.Lock(), 0, 0

    def use(pixels: int) -> None:
        nonlocal held, most
        with budget.reserve(pixels):
            with lock:
                held += pixels
                most = max(most, held)
            time.sleep(0.002)
            with lock:
                held -= pixels

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, [1, 3, 4, 6, 2] * 8))
    assert 4 < most <= 10
    assert not budget.is_all_reserved


def test_a_photo_larger_than_the_budget_is_let_in_alone() -> None:
    budget = PixelBudget(10)
    with budget.reserve(50):
        assert budget.is_all_reserved
    with budget.reserve(10):
        pass


def test_who_came_first_is_not_overtaken_by_smaller_ones() -> None:
    budget = PixelBudget(10)
    order: list[str] = []

    def use(name: str, pixels: int) -> None:
        with budget.reserve(pixels):
            order.append(name)

    with budget.reserve(6):
        threads = [threading.Thread(target=use, args=a) for a in (("large", 10), ("small", 1))]
        for number, thread in enumerate(threads, 1):
            thread.start()
            wait_until(lambda number=number: len(budget._waiting) == number, "it waits")  # type: ignore[misc]
        assert order == [], "the small one fits, and still waits for the large one before it"
    for thread in threads:
        thread.join(60)
    assert order == ["large", "small"]


def test_a_thread_that_holds_some_is_let_through_for_the_same_photo() -> None:
    budget = PixelBudget(10)
    with budget.reserve(8), budget.reserve(8):
        assert not budget.is_all_reserved


def test_what_a_failing_block_held_is_given_back() -> None:
    budget = PixelBudget(10)
    with pytest.raises(RuntimeError), budget.reserve_all():
        raise RuntimeError("no")
    with budget.reserve(10):
        assert budget.is_all_reserved
