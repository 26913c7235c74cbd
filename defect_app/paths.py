"""Where the project's own files lie, in a checkout and in an installed package, said once."""

from __future__ import annotations

import os
from pathlib import Path

VAR_VARIABLE = "DEFECT_APP_VAR"

_PACKAGE = Path(__file__).resolve().parent
_BUNDLED = _PACKAGE / "_bundled"

INSTALLED = _BUNDLED.is_dir()
"""Whether this is the package of a wheel, which carries its files, rather than a checkout."""
ROOT = _BUNDLED if INSTALLED else _PACKAGE.parent
"""What the project brings along: models, assets, pages, Streamlit's settings. Read only."""
MODELS = ROOT / "models"
ASSETS = ROOT / "assets"
STREAMLIT_SETTINGS = ROOT / ".streamlit" / "config.toml"
FIRST_PAGE = ROOT / "streamlit_app.py"
SERVER = _PACKAGE / "serving" / "server.py"


def _var() -> Path:
    chosen = os.environ.get(VAR_VARIABLE)
    if chosen:
        return Path(chosen).absolute()
    if not INSTALLED:
        return ROOT / "var"
    import platformdirs

    # Not the working directory: started from another folder, the app would not find its records again.
    return platformdirs.user_data_path("defect-lens", appauthor=False)


VAR = _var()
"""What this machine keeps: records, caches, checkpoints. ``var/`` in a checkout, else the user's own data folder."""
