"""Each way to start the project sends nothing, looks up no name, and writes nothing into the user's home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes

ROOT = Path(__file__).resolve().parents[1]
AUDITED = ROOT / "tests" / "audited"


class Audit:
    """Environment of a process that is listened in on, and what it and its children did."""

    def __init__(self, folder: Path, models: Path) -> None:
        self.home, self._report = folder / "home", folder / "report.txt"
        self.home.mkdir()
        self.environment = {
            "PYTHONPATH": str(AUDITED),
            "AUDIT_REPORT": str(self._report),
            "HOME": str(self.home),
            "DEFECT_APP_MODELS": str(models),
            "DEFECT_APP_DATABASE_URL": f"sqlite:///{folder / 'records.sqlite'}",
        }

    def found(self) -> list[str]:
        """Return what left, and the files that were written into the home."""
        said = self._report.read_text(encoding="utf-8").splitlines() if self._report.exists() else []
        return [*said, *(str(file) for file in self.home.rglob("*") if file.is_file())]


@pytest.fixture
def audit(tmp_path: Path, tiny_models: Path) -> Audit:
    return Audit(tmp_path, tiny_models)


def run_python(audit: Audit, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **audit.environment}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import socket; socket.getaddrinfo('nobody.invalid', 80)", "look-up of 'nobody.invalid'"),
        ("import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))", "socket.connect"),
        ("from pathlib import Path; (Path.home() / 'stats').write_text('1')", "stats"),
        (
            "import subprocess, sys; subprocess.run([sys.executable, '-c', "
            "'import socket; socket.gethostbyname(chr(110) + chr(46) + chr(105))'])",
            "look-up of 'n.i'",
        ),
    ],
    ids=["look-up", "connection", "file in the home", "in a child"],
)
def test_the_audit_itself_sees_what_leaves(audit: Audit, code: str, found: str) -> None:
    run_python(audit, "-c", code)
    assert any(found in line for line in audit.found())


@pytest.mark.parametrize(
    "arguments",
    [
        ["models", "--json"],
        ["classify", "PHOTOS", "--model", "tiny", "--heatmaps", "OUT"],
        ["points", "list"],
        ["evaluate", "tiny", "--data", "PHOTOS"],
        ["scenes", "render", "casting", "--count", "1", "--out", "OUT"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_sends_nothing(audit: Audit, tmp_path: Path, arguments: list[str]) -> None:
    for name, redness in (("def_front", 1.2), ("ok_front", -1.2)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for seed in range(20):
            (tmp_path / "photos" / name / f"{seed}.jpg").write_bytes(jpeg_bytes(part_photo(redness, seed)))
    places = {"PHOTOS": str(tmp_path / "photos"), "OUT": str(tmp_path / "out")}
    done = run_python(audit, "-m", "defect_app", *(places.get(a, a) for a in arguments))
    assert done.returncode == 0, done.stderr
    assert audit.found() == []


def test_what_openvino_is_imported_by_sends_nothing(audit: Audit) -> None:
    # Training and export import more of OpenVINO, and NNCF, than judging does.
    done = run_python(audit, "-c", "import defect_app.training.quantization, nncf, openvino; openvino.convert_model")
    assert done.returncode == 0, done.stderr
    assert audit.found() == []
