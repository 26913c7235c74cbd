"""Settings: read from the environment, checked, and a wrong one named in one line without its secret."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from defect_app.errors import InvalidSetting
from defect_app.settings import Settings, settings, unknown_variables, variable_of

ROOT = Path(__file__).resolve().parents[1]


def test_a_setting_comes_from_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path))
    monkeypatch.setenv("DEFECT_APP_THREADS", "3")
    assert (settings().models, settings().threads) == (tmp_path, 3)
    monkeypatch.setenv("DEFECT_APP_THREADS", "4")
    assert settings().threads == 4


@pytest.mark.parametrize("name", Settings.model_fields)
def test_an_empty_variable_is_as_good_as_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variable_of(name), raising=False)
    without = settings()
    monkeypatch.setenv(variable_of(name), "")
    assert settings() == without


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("DEFECT_APP_THREADS", "many", "expected a whole number from 1 to 1024, got 'many'."),
        ("DEFECT_APP_THREADS", "0", "expected a whole number from 1 to 1024, got '0'."),
        ("DEFECT_APP_THREADS", "1.5", "expected a whole number from 1 to 1024, got '1.5'."),
        ("DEFECT_APP_MODEL_MEMORY_MB", "nan", "expected a number of megabytes, at least 1, got 'nan'."),
        ("DEFECT_APP_QUEUE_PHOTOS", "-1", "expected a whole number from 16 to 100000, got '-1'."),
        ("DEFECT_APP_LOG_LEVEL", "loud", "expected debug, info, warning or error, got 'loud'."),
        ("DEFECT_APP_LOG_FORM", "xml", "expected auto, json or text, got 'xml'."),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(
    variable: str, value: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidSetting) as caught:
        settings()
    assert str(caught.value) == f"{variable}: {expected}"


def test_the_address_of_the_database_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", "postgresql://inspector:unsaid@db/records")
    assert "unsaid" not in f"{settings()!r} {settings()} {settings().model_dump_json()}"


def test_a_misspelt_variable_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_DATABASE", "x")
    assert "DEFECT_APP_DATABASE" in unknown_variables()
    assert "DEFECT_APP_DATABASE_URL" not in unknown_variables()


def test_every_setting_says_what_it_is_and_what_it_takes() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert isinstance(field.json_schema_extra, dict), name
        assert field.json_schema_extra["expected"], name


def test_every_setting_is_documented() -> None:
    documents = [ROOT / "README.md", *ROOT.glob("docs/*.md")]
    text = "".join(path.read_text(encoding="utf-8") for path in documents)
    assert [name for name in Settings.model_fields if f"`{variable_of(name)}`" not in text] == []


def test_no_other_module_reads_the_environment() -> None:
    sources = [*ROOT.glob("*.py"), *ROOT.glob("pages/*.py"), *ROOT.glob("defect_app/**/*.py")]
    readers = {
        str(path.relative_to(ROOT))
        for path in sources
        if re.search(r"os\.environ|getenv", path.read_text(encoding="utf-8"))
    }
    # offline.py, the app command and what starts Ray, its replicas or a child process set variables for others;
    # paths.py, which the settings are built on, reads DEFECT_APP_VAR.
    starting = {"cli/app.py", "distributed/cluster.py", "distributed/replicas.py", "hosting/tuning_job.py"}
    assert readers == {f"defect_app/{name}" for name in {"settings.py", "offline.py", "paths.py", *starting}}


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "defect_app", "models"],
        ["-m", "streamlit", "run", "defect_app/serving/server.py", "--server.port", "0"],
    ],
    ids=["command line", "app"],
)
def test_with_a_wrong_setting_nothing_starts_and_one_line_says_why(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEFECT_APP_THREADS", "many")
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    wrong = [line for line in done.stderr.splitlines() if line]
    assert wrong == ["DEFECT_APP_THREADS: expected a whole number from 1 to 1024, got 'many'."]
