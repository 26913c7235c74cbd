"""The wheel, installed in an environment of its own and started from another folder, serves the app with its models."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.served_app import ROOT, App, free_port, served_app

pytestmark = pytest.mark.browser
MODELS = 14


@dataclass(frozen=True)
class Installed:
    """The environment's programs, a folder to start from, and the environment variables to start with."""

    bin: Path
    elsewhere: Path
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """Run a program of the environment and return its output."""
        program, *arguments = command
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            cwd=self.elsewhere,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=170)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel alone; what it needs is lent by this environment, so that no registry is asked."""
    home = tmp_path_factory.mktemp("installed")
    environment = home / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True, timeout=300)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True, timeout=300)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    ours = ("DEFECT_APP_", "STREAMLIT_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return Installed(python.parent, elsewhere, {**kept, "XDG_DATA_HOME": str(home / "data")})


@pytest.fixture(scope="module")
def app(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Start it as its user would: by the installed command, from another folder."""
    log = tmp_path_factory.mktemp("log") / "app.log"
    port = free_port()
    command = (str(installed.bin / "defect-lens"), "app", "--port", str(port))
    with served_app(log, command, port, installed.elsewhere, installed.environment) as started:
        yield started


def test_the_wheel_carries_all_that_the_checkout_brings_to_the_app(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    package = {name for name in tracked if name.startswith("defect_app/")}
    beside = ("pages/", "assets/", "models/", ".streamlit/", "streamlit_app.py")
    bundled = {f"defect_app/_bundled/{name}" for name in tracked if name.startswith(beside)}
    assert (package | bundled) - names == set()
    assert sorted(n for n in names - package - bundled if ".dist-info/" not in n) == []


def test_the_package_is_the_installed_one_and_its_command_finds_the_models(installed: Installed) -> None:
    where = installed.run("python", "-c", "import defect_app; print(defect_app.__file__)").strip()
    assert Path(where).is_relative_to(installed.bin.parent)
    assert installed.run("defect-lens", "models", "--json").count('"sha256": "verified"') == MODELS


def test_the_first_page_shows_every_model(app: App, page: Page) -> None:
    assert len(page.request.get(f"{app.url}/api/health").json()["models"]) == MODELS
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Is this part good?")).to_be_visible()
    expect(page.get_by_test_id("stMain").locator("a[href*='model=']")).to_have_count(MODELS)


def test_a_photo_is_judged_by_a_bundled_model(app: App, page: Page) -> None:
    photo = (ROOT / "assets" / "samples" / "casting" / "casting-01.jpg").read_bytes()
    sent: FilePayload = {"name": "part.jpg", "mimeType": "image/jpeg", "buffer": photo}
    answer = page.request.post(f"{app.url}/api/classify?model=casting-mobilenetv2", multipart={"files": sent})
    assert [record["verdict"] for record in answer.json()] == ["PASS"]


def test_the_records_lie_in_the_user_data_folder_and_nothing_where_it_was_started(
    app: App, installed: Installed
) -> None:
    data = Path(installed.environment["XDG_DATA_HOME"])
    assert (data / "defect-lens" / "records.sqlite").is_file()
    assert list(installed.elsewhere.iterdir()) == []
