"""Without an optional package: what is missing, and how to get it, instead of a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from defect_app.errors import PackageMissing
from defect_app.extras import EXTRAS, missing_package, needs_extra

ROOT = Path(__file__).resolve().parents[1]
WITHOUT_TENSORFLOW = "import sys; sys.modules.update(dict.fromkeys(['tensorflow', 'keras', 'tf_keras_vis']));"


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT_TENSORFLOW + code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_a_missing_package_of_the_group_is_named_with_its_remedy() -> None:
    with pytest.raises(PackageMissing, match="needs tf_keras_vis") as missing, needs_extra("explain"):
        raise ModuleNotFoundError("No module named 'tf_keras_vis'", name="tf_keras_vis.gradcam")
    assert missing.value.remedy == "Install it with: make setup"


def test_an_import_that_fails_for_another_reason_is_not_hidden() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such"), needs_extra("explain"):
        raise ModuleNotFoundError("No module named 'no_such'", name="no_such")


def test_the_train_command_without_tensorflow_has_status_2_and_no_traceback() -> None:
    done = run("from defect_app.cli import main; sys.exit(main(sys.argv[1:]))", "train", "casting-cnn")
    assert done.returncode == 2
    assert "which is not installed. Install it with: make setup" in done.stderr
    assert "Traceback" not in done.stderr


def test_gradient_maps_without_tensorflow_say_what_is_missing() -> None:
    code = """
from defect_app.errors import PackageMissing
try:
    import defect_app.explanation.gradients
except PackageMissing as missing:
    print(missing, missing.remedy)
"""
    assert "which is not installed. Install it with: make setup" in run(code).stdout


def test_what_is_missing_is_known_without_importing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXTRAS, "train", frozenset({"json", "no_such_package"}))
    missing = missing_package("train")
    assert str(missing) == "This needs no_such_package, which is not installed."
    assert missing is not None
    assert missing.remedy.startswith("Install it with: ")
    monkeypatch.setitem(EXTRAS, "train", frozenset({"json"}))
    assert missing_package("train") is None
