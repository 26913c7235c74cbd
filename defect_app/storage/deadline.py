"""Deadlines that a server's driver itself does not keep: to connect, and to answer."""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

REST_S: Final = 5.0
"""A server that said nothing is left alone for so long."""


class SilentServer:
    """A server that may say nothing; whoever asks for it soon after it did is answered at once.

    Else each part of a page, and each request, would wait for it in turn. Safe to share between threads.

    Parameters
    ----------
    driver : module
        Its `OperationalError` is raised where no connection came in time.
    """

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._silent_at_s: float | None = None

    def note_silence(self) -> None:
        """Let the server rest from now on, unless it does already."""
        if not self._rests:
            self._silent_at_s = time.monotonic()

    def check(self) -> None:
        """Raise `TimeoutError` while the server rests."""
        if self._rests:
            raise TimeoutError("timed out a moment ago")

    def connect(self, seconds: float, connect: Callable[[], Any]) -> Any:
        """Return a connection within some seconds, as `connected_within` does, or fail at once while the server rests.

        What answers, be it with a refusal, does so at once: it may be asked again at any time.
        """
        if self._rests:
            raise self._driver.OperationalError("timeout expired a moment ago")
        try:
            return connected_within(seconds, connect, self._driver)
        except self._driver.OperationalError as error:
            if "timeout" in str(error):
                self.note_silence()
            raise

    @property
    def _rests(self) -> bool:
        silent_at_s = self._silent_at_s
        return silent_at_s is not None and time.monotonic() - silent_at_s < REST_S


def connected_within(seconds: float, connect: Callable[[], Any], driver: Any) -> Any:
    """Return a connection, in time.

    Parameters
    ----------
    seconds : float
        How long to wait.
    connect : callable
        Connects, however long it takes; a connection that comes too late is closed.
    driver : module
        Its `OperationalError` is raised where no connection came in time.
    """
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    given_up = threading.Event()

    def work() -> None:
        try:
            connection = connect()
        except BaseException as error:
            answers.put(error)
            return
        answers.put(connection)
        del connection
        if given_up.is_set():
            with suppress(queue.Empty):
                answers.get_nowait().close()

    threading.Thread(target=work, name="connect", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        given_up.set()
        # It may have come in between.
        with suppress(queue.Empty):
            late = answers.get_nowait()
            if not isinstance(late, BaseException):
                return late
        raise driver.OperationalError("timeout expired") from None
    if isinstance(answer, BaseException):
        raise answer
    return answer


@contextmanager
def ended_after(seconds: float, connection: Any) -> Iterator[None]:
    """Shut a connection down where the block has not ended in time: who waits for the server's answer goes on.

    Parameters
    ----------
    seconds : float
        How long the block may take.
    connection : psycopg.Connection
        What the block uses.

    Raises
    ------
    TimeoutError
        If it took longer.
    ConnectionError
        If it is closed already.
    """
    # A copy: the connection may be closed, and its number be another's, by the time that it is shut down.
    try:
        copy = socket.socket(fileno=os.dup(connection.fileno()))
    except Exception as error:
        raise ConnectionError("closed") from error
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        with suppress(OSError):
            copy.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if is_late.is_set():
            raise TimeoutError("timed out") from error
        raise
    finally:
        timer.cancel()
        timer.join()
        copy.close()
