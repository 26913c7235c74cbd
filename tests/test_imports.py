"""What a room loads when it is imported, with all its modules: none of the heavy packages that it has no use for."""

import subprocess
import sys

import pytest

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
