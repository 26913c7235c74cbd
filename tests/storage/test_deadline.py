"""A server that says nothing is waited for once, for a moment; one that stands still holds nobody up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from defect_app.errors import RecordsUnavailable
from defect_app.points import open_records
from defect_app.storage import deadline
from defect_app.storage.database import Database
from defect_app.storage.postgresql_engine import ANSWER_S
from tests.operating_points import a_point
from tests.postgresql import run_statement, standing_still
from tests.waiting import wait_until


class Silent:
    """Takes connections, and never says a word."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.url = f"postgresql+psycopg://a:b@127.0.0.1:{self._listening.getsockname()[1]}/c"
        self.taken: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                self.taken.append(self._listening.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self._listening.close()
        for connection in self.taken:
            connection.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    server = Silent()
    yield server
    server.close()


def test_a_verdict_leaves_time_for_a_server_that_says_nothing() -> None:
    assert ANSWER_S < 2


def test_a_silent_server_is_connected_to_once_and_then_left_alone(silent: Silent) -> None:
    for _ in range(5):
        with pytest.raises(RecordsUnavailable, match="it did not answer in time"):
            Database(silent.url)
    assert len(silent.taken) == 1


def test_it_is_asked_again_later(silent: Silent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "REST_S", 0.0)
    for _ in range(2):
        with pytest.raises(RecordsUnavailable):
            Database(silent.url)
    wait_until(lambda: len(silent.taken) == 2, "it was connected to again")


def test_another_server_is_not_held_to_be_silent_for_it(silent: Silent, server: str) -> None:
    with pytest.raises(RecordsUnavailable):
        Database(silent.url)
    Database(f"{server}/postgres").close()


def test_a_server_that_stands_still_holds_no_reader_up_and_is_used_again_when_it_goes_on(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_statement(server, "CREATE DATABASE standing_still")
    records = open_records(f"{server}/standing_still")
    records.save_point(a_point(), activate=True)
    with standing_still(server):
        for _ in range(3):  # of connections that were open, and of new ones
            with pytest.raises(RecordsUnavailable, match="it did not answer in time"):
                records.active_states(["tiny"])
        with pytest.raises(RecordsUnavailable, match="it did not answer in time"):
            Database(f"{server}/standing_still")
    monkeypatch.setattr(deadline, "REST_S", 0.0)
    assert records.active_point("tiny") is not None
    records.close()


def test_an_answer_that_takes_too_long_is_given_up(server: str) -> None:
    database = Database(f"{server}/postgres")
    with (
        pytest.raises(RecordsUnavailable, match="it did not answer in time"),
        database.reading(within_s=0.3) as connection,
    ):
        # The server sleeps on to the end, and keeps the next test waiting.
        connection.exec_driver_sql("SELECT pg_sleep(4)")
    database.close()


def test_many_threads_share_one_answer(silent: Silent) -> None:
    with pytest.raises(RecordsUnavailable):
        Database(silent.url)

    def ask(_: int) -> str:
        try:
            Database(silent.url)
        except RecordsUnavailable as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(ask, range(40)))
    assert all("did not answer in time" in words for words in said)
    assert len(silent.taken) == 1


def test_a_connection_that_is_closed_already_is_no_timeout() -> None:
    one, other = socket.socketpair()
    one.close()
    other.close()
    with pytest.raises(ConnectionError), deadline.ended_after(1, one):
        pass
