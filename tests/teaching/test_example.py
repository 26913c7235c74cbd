"""The example of the documents runs, without this project, on a folder that was taught."""

import re
import subprocess
import sys
from pathlib import Path

from defect_app.inspection import Inspected, Inspector
from defect_app.teaching import TaughtModel
from tests.teaching.photos import casting

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "teach.md"


def test_a_taught_network_answers_by_openvino_alone_as_it_does_in_the_app(
    classifier: TaughtModel, tmp_path: Path
) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert "defect_app" not in code
    assert len(code.splitlines()) <= 20
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    (tmp_path / "photo.jpg").write_bytes(casting(903, False))
    given = [sys.executable, "example.py", str(classifier.folder), "photo.jpg"]
    said = subprocess.run(given, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300).stdout
    probabilities, shape = said.splitlines()
    answered = [float(p) for p in re.findall(r"[\d.]+(?:e-?\d+)?", probabilities)]
    inspected = Inspector(classifier.spec, classifier.folder).inspect_bytes(casting(903, False), "photo.jpg")
    assert isinstance(inspected, Inspected)
    assert max(abs(a - b) for a, b in zip(answered, inspected.probabilities, strict=True)) < 0.05
    assert shape == "(28, 28, 2)"
