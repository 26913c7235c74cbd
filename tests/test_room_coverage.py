"""The share of a room is counted over the lines and branches of all its files."""

import json
import subprocess

import pytest

from tests.room_coverage import main, shares


def found(lines: int, of_lines: int, branches: int = 0, of_branches: int = 0) -> dict[str, dict[str, int]]:
    return {
        "summary": {
            "covered_lines": lines,
            "num_statements": of_lines,
            "covered_branches": branches,
            "num_branches": of_branches,
        }
    }


def test_each_room_has_its_share_and_a_module_beside_them_its_own() -> None:
    files = {
        "defect_app/intake/a.py": found(9, 10, 3, 4),
        "defect_app/intake/headers/b.py": found(6, 6),
        "defect_app/logs.py": found(1, 2),
        "defect_app/empty/__init__.py": found(0, 0),
    }
    assert shares(files) == {"intake": pytest.approx(90), "logs": pytest.approx(50)}


@pytest.mark.parametrize(("lines", "status", "mark"), [(95, 0, ""), (94, 1, "  below 95 %")])
def test_a_room_below_the_wanted_share_is_marked_and_fails(
    lines: int, status: int, mark: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"defect_app/intake/a.py": found(lines, 100), "defect_app/points/b.py": found(100, 100)}
    report = subprocess.CompletedProcess([], 0, json.dumps({"files": files}))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: report)
    assert main() == status
    assert capsys.readouterr().out == f"intake            {lines}.0 %{mark}\npoints           100.0 %\n"
