"""The door: wrong usage, unavailable models, interrupts, and how little is imported to start."""

import errno
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from defect_app.cli import main
from defect_app.cli.main import OUTPUT_FAILED, UNEXPECTED
from defect_app.errors import OutputFailed
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes

CHECKOUT = Path(__file__).resolve().parents[2]


def run_process(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "defect_app", *arguments]
    finished: subprocess.CompletedProcess[str] = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, **options
    )
    return finished


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["classify"],
        ["classify", "a.jpg"],
        ["classify", "--model", "tiny"],
        ["classify", "a.jpg", "--model", "tiny", "--limit", "0"],
        ["classify", "a.jpg", "--model", "tiny", "--limit", "many"],
        ["classify", "a.jpg", "--model", "tiny", "--json", "--csv", "out.csv"],
        ["scenes", "render", "casting", "--count", "-1", "--out", "x"],
        ["scenes", "render", "teapot", "--count", "1", "--out", "x"],
        ["data", "verify", "no-such-set"],
        ["classify", "no-such-folder", "--model", "tiny"],
        ["evaluate", "no-such-model"],
        ["quantize", "no-such-model"],
    ],
    ids=" ".join,
)
def test_wrong_usage_has_status_2_and_a_message_without_a_traceback(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.strip()
    assert "Traceback" not in captured.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["classify", "--help"], ["scenes", "render", "--help"]]
)
def test_help_and_version_have_status_0(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out


def test_an_interrupt_has_status_130_and_says_that_the_work_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("defect_app.cli.models.run", interrupt)
    assert main(["models"]) == 130
    assert "kept" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (OSError(errno.EIO, "Input/output error", "photo.jpg"), "The system refuses photo.jpg: Input/output error."),
        (OSError(errno.EMFILE, "Too many open files"), "The system refuses: Too many open files."),
        (MemoryError(), "There is not enough memory for the command."),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "There is not enough memory for the command."),
        (ImportError("libx.so: failed to map segment from shared object"), "There is not enough memory"),
        (RuntimeError("one\n two"), "Something unexpected ended the command: RuntimeError: one two."),
        (AssertionError(), "Something unexpected ended the command: AssertionError."),
    ],
    ids=["a file", "no file", "memory", "memory, by the system", "memory, by the loader", "a message", "no message"],
)
def test_what_nobody_expected_is_told_in_a_line_without_a_traceback(
    fault: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise fault

    monkeypatch.setattr("defect_app.cli.models.run", fail)
    assert main(["models"]) == UNEXPECTED
    assert said in capsys.readouterr().err


def test_output_that_fails_has_a_status_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise OutputFailed("The table cannot be written.", "Make room.")

    monkeypatch.setattr("defect_app.cli.models.run", fail)
    assert main(["models"]) == OUTPUT_FAILED
    assert capsys.readouterr().err == "The table cannot be written. Make room.\n"


def test_models_starts_within_a_second_and_loads_no_machinery(tiny_models: Path) -> None:
    code = (
        "import sys; from defect_app.cli import main; status = main(sys.argv[1:]);"
        "heavy = {'tensorflow', 'keras', 'openvino', 'cv2', 'numpy', 'streamlit'} & set(sys.modules);"
        "print(*sorted(heavy), file=sys.stderr);"
        "sys.exit(status)"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", code, "models", "--json", "--models-folder", str(tiny_models)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time, which a busy machine does not stretch.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1
    assert done.stderr.strip() == ""
    assert [m["id"] for m in json.loads(done.stdout)] == ["colours", "tiny"]


def test_classify_loads_no_tensorflow(tiny_models: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    code = (
        "import sys; from defect_app.cli import main; main(sys.argv[1:]);"
        "sys.exit(bool({'tensorflow', 'keras', 'streamlit', 'pandas'} & set(sys.modules)))"
    )
    arguments = ["classify", str(tmp_path), "--model", "tiny", "--models-folder", str(tiny_models)]
    assert subprocess.run([sys.executable, "-c", code, *arguments], cwd=CHECKOUT, capture_output=True).returncode == 0


def test_ctrl_c_keeps_the_lines_that_are_done(tiny_models: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    seven = [jpeg_bytes(part_photo(1.0, seed)) for seed in range(7)]
    for i in range(3000):
        (photos / f"{i:04}.jpg").write_bytes(seven[i % 7] + i.to_bytes(4, "big"))
    command = [sys.executable, "-m", "defect_app", "classify", str(photos), "--model", "tiny"]
    command += ["--models-folder", str(tiny_models)]
    # Where the tests run in the background, a shell makes its children ignore Ctrl-C.
    process = subprocess.Popen(
        ["env", "--default-signal=INT", *command],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=300)
    lines = [json.loads(line) for line in (first + rest).splitlines()]
    assert process.returncode == 130
    assert 1 <= len(lines) < 3000
    assert all(line["verdict"] == "REJECT" for line in lines)
    assert "Stopped" in errors
    assert "Traceback" not in errors


def test_a_reader_that_has_enough_ends_the_command_quietly(tiny_models: Path, tmp_path: Path) -> None:
    for i in range(300):
        (tmp_path / f"{i}.jpg").write_bytes(b"no photo %d" % i)
    command = f"'{sys.executable}' -m defect_app classify '{tmp_path}' --model tiny --models-folder '{tiny_models}'"
    done = subprocess.run(
        f"{command} | head -n 1", shell=True, cwd=CHECKOUT, capture_output=True, text=True, timeout=300
    )
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_models_lists_a_disabled_model_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_model_folder(tmp_path, "good", familiarity=False)
    broken = make_model_folder(tmp_path, "broken", familiarity=False)
    (broken / "model.bin").write_bytes(b"")
    assert main(["models", "--json", "--models-folder", str(tmp_path)]) == 0
    listed = {m["id"]: m for m in json.loads(capsys.readouterr().out)}
    assert (listed["good"]["usable"], listed["good"]["sha256"]) == (True, "verified")
    assert listed["good"]["classes"][0] == {"name": "def_front", "title": "Defective casting", "role": "defect"}
    assert listed["good"]["input"]["height"] == 32
    assert listed["broken"]["usable"] is False
    assert "model.bin is damaged" in listed["broken"]["sha256"]
    assert main(["models", "--models-folder", str(tmp_path)]) == 0
    table = capsys.readouterr().out
    assert "good" in table
    assert "model.bin is damaged" in " ".join(table.replace("│", " ").split())


def test_python_m_runs_the_command_line() -> None:
    done = run_process("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("Defect Lens")
