"""What several rooms' tests share: tiny real models, made once; and which tests can run on this machine."""

import os

import pytest

from tests.model_folders import make_model_folder


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory):
    """Make a models folder with an inspection model ``tiny`` and a recognition model ``colours``; do not change it."""
    root = tmp_path_factory.mktemp("models")
    make_model_folder(root, "tiny")
    make_model_folder(root, "colours", task="recognition")
    return root


@pytest.fixture(scope="session", autouse=True)
def records_of_the_tests(tmp_path_factory):
    """Keep the records of all tests, and of the apps that they start, away from those of the person who runs them."""
    patch = pytest.MonkeyPatch()
    patch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path_factory.mktemp('records')}/records.sqlite")
    yield
    patch.undo()


def pytest_report_header() -> str:
    """Say whether the tests on the real data run."""
    folder = os.environ.get("DEFECT_APP_DATA")
    return (
        f"data sets: {folder}" if folder else "data sets: DEFECT_APP_DATA is not set, tests marked 'data' are left out"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the data sets where there are none: the app must pass its tests without them."""
    if os.environ.get("DEFECT_APP_DATA"):
        return
    without = [item for item in items if item.get_closest_marker("data")]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in without]
