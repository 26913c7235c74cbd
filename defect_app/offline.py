"""Nothing leaves the machine: the libraries' reports to their makers are off before the first of them is imported."""

from __future__ import annotations

import os
import sys

from defect_app.paths import VAR

TELEMETRY_PACKAGES = ("openvino_telemetry",)
"""What only reports home. OpenVINO and NNCF take it for not installed, and then have nothing to report with."""
OPT_OUTS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9"}
"""What the libraries that ask the environment are told, in this process and all that it starts. Where reports are off,
a Ray of more than one machine reports that they are: to nobody."""
KERAS_FOLDER = VAR / "keras"
"""Where Keras keeps its settings and what it fetched, unless ``KERAS_HOME`` names a place: not in the user's home."""


def keep_to_this_machine() -> None:
    """Keep the libraries from reporting to their makers, and out of the home; for the package's import to call."""
    for package in TELEMETRY_PACKAGES:
        sys.modules.setdefault(package, None)  # type: ignore[arg-type]  # an import of it now raises ImportError
    os.environ.update(OPT_OUTS)
    os.environ.setdefault("KERAS_HOME", str(KERAS_FOLDER))
