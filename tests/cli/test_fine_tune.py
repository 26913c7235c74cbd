"""``fine-tune``: the comparison in words and as JSON, the decision, and for the page, lines."""

import io
import json
import shutil
from pathlib import Path

import pytest

from defect_app.cli import main
from defect_app.teaching import teach
from defect_app.teaching.versions import former_versions
from defect_app.tuning.decision import waiting_candidate
from defect_app.tuning.offer import is_fine_tuned
from defect_app.tuning.run import fine_tune
from tests.teaching.photos import castings, request


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Teach a product, and fine-tune it for an epoch."""
    folder = tmp_path_factory.mktemp("taught")
    teach(request(castings(5, 5)), out=folder)
    fine_tune("bracket", lambda progress: None, root=folder, epochs=1)
    return folder


@pytest.fixture
def waiting(product: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "models"
    shutil.copytree(product, root)
    monkeypatch.setenv("DEFECT_APP_TAUGHT_MODELS", str(root))
    return root


def test_the_comparison_is_printed_and_decided_on(waiting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fine-tune", "bracket", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["versions"]["n"] == 10
    assert main(["fine-tune", "bracket"]) == 0
    printed = capsys.readouterr()
    assert "area under ROC" in printed.out
    assert "Decide with --accept or --discard." in printed.err
    assert main(["fine-tune", "bracket", "--accept"]) == 0
    assert is_fine_tuned(waiting / "bracket")
    assert len(former_versions("bracket", waiting)) == 1


def test_it_can_be_discarded(waiting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fine-tune", "bracket", "--discard"]) == 0
    assert waiting_candidate("bracket", waiting) is None
    assert main(["fine-tune", "bracket", "--accept"]) == 2
    assert "Fine-tune it first" in capsys.readouterr().err


def test_the_page_is_told_in_lines(
    waiting: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.nice", lambda by: by)
    reading, writing = _pipe()
    monkeypatch.setattr("sys.stdin", reading)
    assert main(["fine-tune", "bracket", "--lines"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["what"] for line in lines} == {"reading photos"}
    assert main(["fine-tune", "no-such", "--lines"]) == 2
    assert "no-such" in json.loads(capsys.readouterr().out.splitlines()[-1])["problem"]
    writing.close()


def test_it_stops_when_the_page_is_gone(
    waiting: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.nice", lambda by: by)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("defect_app.tuning.kept_work.KeptWork.candidate", lambda self, identity=None: None)
    assert main(["fine-tune", "bracket", "--lines"]) == 130


def _pipe() -> tuple[io.TextIOWrapper, io.TextIOWrapper]:
    import os

    reading, writing = os.pipe()
    return io.TextIOWrapper(os.fdopen(reading, "rb")), io.TextIOWrapper(os.fdopen(writing, "wb"))
