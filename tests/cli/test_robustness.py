"""What a terminal, a full disk and the unforeseen do to a command: it says so in a line, and shows no traceback."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from defect_app.cli import main
from defect_app.points import open_records
from tests.operating_points import a_point

CHECKOUT = Path(__file__).resolve().parents[2]
STRANGE = "Früh ✓ 検査 😀"


@pytest.fixture
def strange_point(tmp_path: Path) -> dict[str, str]:
    """Save a point whose name few encodings hold; return the environment that has it."""
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    open_records(url).save_point(a_point(STRANGE), who=STRANGE, note=STRANGE)
    return {**os.environ, "DEFECT_APP_DATABASE_URL": url}


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp1252:strict", "latin-1", "utf-8"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "tiny"],
        ["list", "tiny", "--json"],
        ["show", "tiny", STRANGE],
        ["export", "tiny"],
        ["show", "tiny", "×"],
    ],
    ids=" ".join,
)
def test_a_name_that_the_terminal_cannot_show_is_escaped(
    strange_point: dict[str, str], encoding: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    charset, _, errors = encoding.partition(":")
    written = {name: io.BytesIO() for name in ("stdout", "stderr")}
    for name, buffer in written.items():
        stream = io.TextIOWrapper(buffer, charset, errors or "strict", write_through=True)
        monkeypatch.setattr(sys, name, stream)
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", strange_point["DEFECT_APP_DATABASE_URL"])
    assert main(["points", *arguments]) == (2 if "×" in arguments else 0)
    assert b"Traceback" not in written["stderr"].getvalue()
    if "--json" in arguments or "export" in arguments:
        shown = written["stdout"].getvalue().decode(charset)
        assert STRANGE in json.dumps(json.loads(shown), ensure_ascii=False)


def test_a_name_that_the_terminal_cannot_show_is_escaped_by_the_command_itself(strange_point: dict[str, str]) -> None:
    environment = {**strange_point, "PYTHONIOENCODING": "ascii:strict"}
    command = [sys.executable, "-m", "defect_app", "points", "show", "tiny", STRANGE]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert b"Traceback" not in done.stderr


def test_what_nobody_foresaw_is_one_line_and_a_logged_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise KeyError("p_nothing")

    monkeypatch.setattr("defect_app.cli.models.run", fail)
    assert main(["models"]) == 1
    captured = capsys.readouterr()
    logged, said = captured.err.splitlines()
    assert said == "Something unexpected ended the command: KeyError: 'p_nothing'."
    event = json.loads(logged)
    assert (event["event"], event["command"], event["exception"][0]["exc_type"]) == (
        "command_failed",
        "models",
        "KeyError",
    )
    assert captured.out == ""


def test_a_full_disk_below_the_output_is_said(tiny_models: Path) -> None:
    command = f"'{sys.executable}' -m defect_app models --json --models-folder '{tiny_models}' > /dev/full"
    done = subprocess.run(command, shell=True, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "The system refuses: No space left on device."
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
