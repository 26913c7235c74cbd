"""What the Thresholds page computes, by how many pictures were evaluated: ``python -m benchmarks.threshold_move``.

Scores are drawn, not evaluated: good parts low, defective ones high, with an overlap. What is done once a selection is
timed once; a moved threshold several times, each at another place, by processor time and by the clock.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from defect_app.cli.terminal import print_table, say, whole_number
from defect_app.decision import InspectionThresholds
from defect_app.evaluation.line import line_figures
from defect_app.evaluation.threshold_curves import threshold_curves, threshold_grid
from defect_app.evaluation.thresholds import SortedScores, verdict_counts
from defect_app.evaluation.verdict_changes import verdict_changes

BUDGET_MS, BUDGET_ROWS = 50.0, 1_000_000
MOVES = 15
DEFECTIVE_SHARE = 0.3


def drawn(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return p_defect of so many pictures, float64, and whether each is defective."""
    generator = np.random.default_rng(1)
    defective = generator.random(count) < DEFECTIVE_SHARE
    scores = np.where(defective, generator.beta(5, 1.2, count), generator.beta(1.2, 6, count))
    return scores.astype(np.float32).astype(np.float64), defective


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Do something; return milliseconds by the clock and of the processor."""
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - began_s), 1000 * (time.process_time() - began_cpu_s)


def measured(count: int) -> tuple[str, ...]:
    """Return a row of the table for so many pictures."""
    p_defect, defective = drawn(count)
    before = InspectionThresholds(0.3, 0.55)
    # As `sorted_scores` does: whole, and by class.
    _, sorting_ms = timed(lambda: [np.sort(p_defect[part]) for part in (~defective, defective, ~defective, defective)])
    good, bad = np.sort(p_defect[~defective]), np.sort(p_defect[defective])
    scores = SortedScores(good, bad, (("ok", good), ("defect", bad)))
    _, drawing_ms = timed(lambda: threshold_curves(scores, threshold_grid([scores])))
    moves, compared = [], []
    for move in range(MOVES):
        lines = InspectionThresholds(0.2 + 0.01 * move, 0.5 + 0.01 * move)

        def count_again(lines: InspectionThresholds = lines) -> object:
            counts = verdict_counts(scores, lines)
            return counts.headline, counts.false_rejects, counts.caught, line_figures(counts, 0.01)

        moves.append(timed(count_again))
        compared.append(timed(partial(verdict_changes, p_defect, before, lines)))
    move_ms, changes_ms = (statistics.median(cpu for _, cpu in one) for one in (moves, compared))
    slowest_ms = max(clock for clock, _ in moves)
    within = "" if count != BUDGET_ROWS else "met" if move_ms + changes_ms <= BUDGET_MS else "MISSED"
    return (
        f"{count:,}",
        f"{move_ms:.2f} ms (slowest by the clock {slowest_ms:.1f})",
        f"{changes_ms:.1f} ms",
        f"{sorting_ms:.0f} ms",
        f"{drawing_ms:.0f} ms",
        within,
    )


def main() -> None:
    """Measure each number of pictures, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=whole_number(1000), nargs="+", default=[10**5, 10**6, 10**7], metavar="N")
    rows = []
    for count in parser.parse_args().rows:
        say(f"{count:,} rows …")
        rows.append(measured(count))
    headings = ("rows", "a move: counts and figures", "verdicts that change", "sorted once", "curves once", "<= 50 ms")
    print_table("Thresholds, processor time", headings, rows)
    print(f"load average {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
