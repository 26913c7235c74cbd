"""Logs: an event a line, readable by machines and people, without floods, and the libraries' in the same form."""

import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from defect_app.logs import MOST_REPEATS, RepeatsFilter, configure_logs, hand_over, logger


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, show = list(root.handlers), root.level, warnings.showwarning
    yield
    root.handlers[:], warnings.showwarning = handlers, show
    root.setLevel(level)
    logging.captureWarnings(False)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_line_of_json_with_time_level_and_module(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("auto", "info")
    logger("defect_app.hosting").info("model_loaded", model="casting", seconds=0.2)
    (event,) = written(capsys)
    assert list(event) == ["timestamp", "level", "logger", "event", "model", "seconds"]
    assert str(event["timestamp"]).endswith("Z")
    assert (event["level"], event["logger"], event["event"]) == ("info", "defect_app.hosting", "model_loaded")


def test_on_a_terminal_an_event_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("text", "info")
    logger("defect_app.hosting").warning("model_failed", model="casting")
    line = capsys.readouterr().err
    assert "model_failed" in line
    assert "model=casting" in line
    assert "\x1b" not in line, "colours are for terminals"


def test_a_traceback_is_logged_in_the_same_line_without_the_values_of_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("json", "info")
    password = "s3cret"
    try:
        raise ValueError(f"wrong length {len(password)}")
    except ValueError:
        logger("defect_app").exception("batch_ended_early")
    (event,) = written(capsys)
    exception = event["exception"][0]
    assert (exception["exc_type"], exception["exc_value"]) == ("ValueError", "wrong length 6")
    assert exception["frames"][-1]["filename"] == __file__
    assert "s3cret" not in json.dumps(event)


def test_below_the_level_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json", "warning")
    logger("defect_app").info("model_loaded")
    assert written(capsys) == []


def test_libraries_log_in_the_same_form_and_once(capsys: pytest.CaptureFixture[str]) -> None:
    library = logging.getLogger("some.library")
    library.addHandler(logging.StreamHandler())
    library.propagate = False
    configure_logs("json", "info")
    hand_over(library)
    library.error("lost %s of %s", 2, 3)
    (event,) = written(capsys)
    assert (event["logger"], event["event"]) == ("some.library", "lost 2 of 3")


def test_configured_twice_an_event_is_still_written_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json", "info")
    configure_logs("json", "info")
    logger("defect_app").info("model_loaded")
    assert len(written(capsys)) == 1


def test_identical_failures_leave_a_few_lines_and_a_count(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    configure_logs("json", "info")
    (handler,) = [h for h in logging.getLogger().handlers if type(h).__module__ == "defect_app.logs"]
    handler.filters[:] = [RepeatsFilter(lambda: now[0])]
    for socket in range(10_000):
        logging.getLogger("asyncio").error(f"socket.accept() out of system resource\nsocket: {socket}")
        logger("defect_app").error("database_failed", attempt=socket)
    logger("defect_app").error("another_event")
    assert len(written(capsys)) == 2 * MOST_REPEATS + 1
    now[0] = 61.0
    logger("defect_app").error("database_failed")
    (event,) = written(capsys)
    assert event["identical_events_left_out"] == 10_000 - MOST_REPEATS


def test_events_that_differ_in_their_exception_are_not_identical(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json", "info")
    for error in [ValueError] * 20 + [KeyError]:
        try:
            raise error("x")
        except (ValueError, KeyError):
            logger("defect_app").exception("request_failed")
    types = [event["exception"][0]["exc_type"] for event in written(capsys)]
    assert types == ["ValueError"] * MOST_REPEATS + ["KeyError"]
