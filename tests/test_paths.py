"""Where this machine's own files lie: in the checkout, where a setting says, or in the user's own data folder."""

from pathlib import Path

import platformdirs
import pytest

from defect_app import paths


def test_a_checkout_keeps_them_in_var(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(paths.VAR_VARIABLE, raising=False)
    assert paths._var() == Path(__file__).resolve().parents[1] / "var"


def test_a_folder_that_is_named_holds_wherever_the_process_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(paths.VAR_VARIABLE, "kept")
    assert paths._var() == tmp_path / "kept"


def test_an_installed_package_keeps_them_in_the_users_data_not_in_the_working_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(paths.VAR_VARIABLE, raising=False)
    monkeypatch.setattr(paths, "INSTALLED", True)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "of the user"))
    assert paths._var() == platformdirs.user_data_path("defect-lens", appauthor=False)
    assert paths._var() == tmp_path / "of the user" / "defect-lens"
