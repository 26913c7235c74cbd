"""What a room loads when it is imported, with all its modules: none of the heavy packages that it has no use for."""

import subprocess
import sys

import pytest

from defect_app.paths import ROOT

HEAVY = {
    "PIL", "cv2", "fastapi", "keras", "matplotlib", "nncf", "openvino", "pandas", "plotly", "pyarrow", "scipy",
    "sklearn", "sqlalchemy", "streamlit", "tensorflow", "tf_keras_vis",
}  # fmt: skip
TABLES = {"pandas", "pyarrow", "scipy", "sklearn"}
ROOMS = {
    "decision": set[str](),
    "familiarity": set[str](),
    "recipes": set[str](),
    "points": {"sqlalchemy"},
    "evaluation": TABLES,
    "publishing": {*TABLES, "cv2", "PIL", "openvino"},  # what finds the part is fitted with the engine
}
"""Each room with the heavy packages that it is for."""
LOADED = """
import importlib, pkgutil, sys
room = importlib.import_module("defect_app." + sys.argv[1])
for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
    importlib.import_module(module.name)
print(*{name.partition(".")[0] for name in sys.modules})
"""

PAGE_RUN = """
import importlib, pkgutil, sys
import defect_app.ui, defect_app.cli.explain, defect_app.explanation.measurement
from streamlit.testing.v1 import AppTest
for module in pkgutil.walk_packages(defect_app.ui.__path__, "defect_app.ui."):
    importlib.import_module(module.name)
page = AppTest.from_file(sys.argv[1], default_timeout=300)
page.switch_page("pages/thresholds.py")
page.run()
assert not page.exception
print(*{name.partition(".")[0] for name in sys.modules})
"""


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_loads_no_heavy_package_but_its_own(room: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED, room], capture_output=True, text=True, check=True, timeout=300)
    loaded = HEAVY & set(done.stdout.split())
    assert loaded <= ROOMS[room]


def test_the_first_photo_on_inspect_does_not_wait_for_scipys_statistics() -> None:
    code = (
        "import sys, defect_app.ui.inspect.detail, defect_app.ui.inspect.results; print('scipy.stats' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.strip() == "False"


def test_all_pages_with_their_checks_and_one_that_is_run_load_no_tensorflow() -> None:
    command = [sys.executable, "-c", PAGE_RUN, str(ROOT / "streamlit_app.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "streamlit" in loaded
    assert not loaded & {"tensorflow", "keras", "tf_keras_vis", "nncf"}
