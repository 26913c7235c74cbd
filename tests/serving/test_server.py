"""The server's process: an end in the middle of its start is in order, and its log holds events alone."""

import json
import signal
from pathlib import Path

import pytest

from tests.model_folders import make_model_folder
from tests.served_app import running_app


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_ended_while_it_loads_models_ends_in_order(tmp_path: Path, ending: signal.Signals) -> None:
    models = tmp_path / "models"
    for number in range(3):
        make_model_folder(models, f"m{number}")
    with running_app(tmp_path / "app.log", DEFECT_APP_MODELS=str(models), DEFECT_APP_LOG_FORM="json") as app:
        app.process.send_signal(ending)
        app.process.wait(300)
    assert app.process.returncode != -signal.SIGABRT
    lines = app.log.read_text().splitlines()
    assert not [line for line in lines if "terminate called" in line or "Traceback" in line]
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert {event["level"] for event in events} <= {"info"}
    assert not [event for event in events if event["logger"].startswith("uvicorn")], "no line a request"
