"""What several rooms' tests share: tiny real models, made once."""

import pytest

from tests.model_folders import make_model_folder


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory):
    """Make a models folder with an inspection model ``tiny`` and a recognition model ``colours``; do not change it."""
    root = tmp_path_factory.mktemp("models")
    make_model_folder(root, "tiny")
    make_model_folder(root, "colours", task="recognition")
    return root
