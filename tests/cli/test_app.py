"""Serving: on this machine alone unless an address is named, from any folder, with Streamlit's settings."""

import http.client
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from streamlit import config as streamlit_config

from defect_app.cli import main
from defect_app.cli.app import streamlit_environment
from defect_app.paths import STREAMLIT_SETTINGS
from defect_app.serving.hosts import is_loopback
from tests.served_app import ROOT, App, free_port, served_app

ELSEWHERE = "127.0.0.2"
"""An address of this machine that is not localhost's: it answers where every address is listened on."""


def answers(host: str, port: int) -> bool:
    """Ask for the health of the server there."""
    with closing(http.client.HTTPConnection(host, port, timeout=300)) as connection:
        try:
            connection.request("GET", "/_stcore/health")
            return connection.getresponse().status == 200
        except OSError:
            return False


@contextmanager
def served(folder: Path, port: int, *options: str) -> Iterator[App]:
    """Run the command in another folder, with a path to this checkout alone."""
    command = (sys.executable, "-m", "defect_app", "app", "--port", str(port), *options)
    with served_app(folder / "app.log", command, port, folder, {**os.environ, "PYTHONPATH": str(ROOT)}) as app:
        yield app


def test_without_an_address_only_this_machine_is_answered(tmp_path: Path) -> None:
    port = free_port()
    with served(tmp_path, port) as app:
        assert answers("localhost", port)
        assert not answers(ELSEWHERE, port)
        assert f"Defect Lens on http://localhost:{port}" in app.log.read_text()
        assert "Warning" not in app.log.read_text()


def test_an_address_opens_the_app_to_the_network_and_turns_sign_in_on(tmp_path: Path) -> None:
    port = free_port()
    with served(tmp_path, port, "--host", "0.0.0.0") as app:
        assert answers(ELSEWHERE, port)
        assert "The app is open to the network on 0.0.0.0: people sign in" in app.log.read_text()


def test_the_settings_file_itself_names_localhost() -> None:
    assert tomllib.loads(STREAMLIT_SETTINGS.read_text(encoding="utf-8"))["server"]["address"] == "localhost"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.7", False),
        ("line-3.factory.example", False),
    ],
)
def test_loopback_addresses_are_told_from_those_of_a_network(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_every_setting_of_the_file_is_one_that_streamlit_reads_from_the_environment() -> None:
    table = tomllib.loads(STREAMLIT_SETTINGS.read_text(encoding="utf-8"))
    known = {option.env_var for option in streamlit_config._config_options_template.values()}
    variables = dict(streamlit_environment(table))
    assert set(variables) <= known
    assert variables["STREAMLIT_THEME_LIGHT_SIDEBAR_BACKGROUND_COLOR"] == "#f2f5f7"
    assert variables["STREAMLIT_SERVER_MAX_UPLOAD_SIZE"] == "25"
    assert variables["STREAMLIT_SERVER_HEADLESS"] == "true"
    assert variables["STREAMLIT_THEME_HEADING_FONT_WEIGHTS"] == "[600, 600, 600, 600, 600, 600]"


def test_a_port_that_is_no_number_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--port", "http"]) == 2
    assert "whole number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "options"),
    [([], ""), (["HOST=0.0.0.0"], " --host 0.0.0.0"), (["HOST=::", "PORT=9000"], " --host :: --port 9000")],
    ids=["bare", "host", "host and port"],
)
def test_make_app_passes_the_address_on(arguments: list[str], options: str) -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "-n", "app", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    last = " ".join(shown.stdout.splitlines()[-1].split())
    assert last == f".venv/bin/python -m defect_app app{options}"
