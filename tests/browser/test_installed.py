"""The wheel, installed in an environment of its own and started from another folder, serves the app with its models."""

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.served_app import ROOT, App, free_port, served_app

pytestmark = pytest.mark.browser
MODELS = 16
SAMPLE = re.compile(r"^casting-\d+\.jpg$")
FOR_TRAINING = ("tensorflow", "tensorboard", "keras", "tf_keras", "nncf")


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
    """Install the wheel alone; what it needs is lent by this environment, so that no registry is asked.

    What trains is not lent: the app's own set of packages has no TensorFlow.
    """
    home = tmp_path_factory.mktemp("installed")
    environment = home / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True, timeout=300)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True, timeout=300)
    (packages,) = environment.glob("lib/python*/site-packages")
    # Streamlit takes itself for a checkout in a folder of any other name.
    lent = home / "lent" / "site-packages"
    lent.mkdir(parents=True)
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.lower().startswith(FOR_TRAINING):
            (lent / package.name).symlink_to(package)
    (packages / "lent.pth").write_text(str(lent), encoding="utf-8")
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


def test_a_gradient_map_is_drawn_where_tensorflow_cannot_be_imported(
    app: App, installed: Installed, page: Page
) -> None:
    missing = "from importlib.util import find_spec; print([find_spec(n) for n in ('tensorflow', 'keras')])"
    assert installed.run("python", "-c", missing).strip() == "[None, None]"
    page.goto(f"{app.url}/explain?model=casting-cnn")
    page.get_by_test_id("stButtonGroup").get_by_role("button", name="Grad-CAM", exact=True).click()
    drawn = page.get_by_alt_text(re.compile("^Grad-CAM over"))
    expect(drawn).to_be_visible()
    # The class activation map that is there at once says this too.
    expect(page.get_by_text(re.compile(r"^Strongest place: \d"))).to_have_count(2)
    sources = [place.evaluate("picture => picture.src") for place in (drawn, page.get_by_alt_text(SAMPLE))]
    with_map, photo = (
        cv2.imdecode(np.frombuffer(page.request.get(source).body(), np.uint8), cv2.IMREAD_COLOR) for source in sources
    )
    assert with_map is not None
    assert photo is not None
    assert with_map.shape == photo.shape
    assert np.abs(with_map.astype(int) - photo).max() > 60
    assert page.get_by_test_id("stException").count() == 0


def test_the_records_lie_in_the_user_data_folder_and_nothing_where_it_was_started(
    app: App, installed: Installed
) -> None:
    data = Path(installed.environment["XDG_DATA_HOME"])
    assert (data / "defect-lens" / "records.sqlite").is_file()
    assert list(installed.elsewhere.iterdir()) == []
