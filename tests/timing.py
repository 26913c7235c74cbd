"""Time as a quiet machine would take it: a busy one slows even a thread's own time, by half and more."""

import time
from collections.abc import Callable

import cv2
import numpy as np

PLAIN_WORK_MS = 25.5
"""What `_plain_work` takes where nothing else runs, on the machine on which the budgets were set."""


def quiet_ms(work: Callable[[], object]) -> float:
    """Do some work, OpenCV's part on one thread, and return its processor time in milliseconds of a quiet machine.

    Plain work is timed just before and just after; by as much as it is slowed, the work's time is shortened.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        before = _processor_ms(_plain_work)
        took = _processor_ms(work)
        plain = (before + _processor_ms(_plain_work)) / 2
    finally:
        cv2.setNumThreads(threads)
    return took / max(1.0, plain / PLAIN_WORK_MS)


def _plain_work() -> None:
    photo = np.linspace(0, 1, 512 * 512 * 3, dtype=np.float32).reshape(512, 512, 3)
    for _ in range(8):
        cv2.GaussianBlur(photo, (0, 0), 2.0)
        cv2.resize(photo, (400, 400))
        tinted = photo * photo[:, :, :1]
        tinted += np.sqrt(photo)


def _processor_ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000
