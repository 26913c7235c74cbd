"""Whether the files of a model folder are those that its spec names, and the hash that evaluations know a model by."""

from __future__ import annotations

import hashlib
from pathlib import Path

from defect_app.catalog.file_memory import FileMemory
from defect_app.catalog.spec import FRAMING_FILE, ModelSpec
from defect_app.catalog.spec_file import SPEC_FILE
from defect_app.errors import ModelUnavailable

SERVED_FILES = ("model.xml", "model.bin")
"""The two files of the OpenVINO model, in the order in which `weights_sha256` reads them."""
RELEASE_FILE = "release-answers.npz"
"""Photos, and what the model answered on them when it was released."""
VERIFIED_FILES = (*SERVED_FILES, "model.keras", "familiarity.npz", "explain.npz", RELEASE_FILE, FRAMING_FILE)
"""What must be as the spec says before a model is used. Evaluation caches carry the hash of the weights themselves."""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


hashes = FileMemory(_sha256)
"""SHA-256 of files of models, in hexadecimal digits; an unchanged file is hashed once a process."""


def verify_files(folder: Path, spec: ModelSpec) -> str:
    """Compare the model's files with the hashes in its spec.

    Returns
    -------
    str
        The first problem in plain words, or an empty string when all is well.
    """
    for name in VERIFIED_FILES:
        expected = spec.sha256.get(name)
        try:
            found = hashes.of(folder / name)
        except FileNotFoundError:
            if expected is None and name not in SERVED_FILES:
                continue
            return f"the file {name} is missing."
        except OSError as error:
            return f"the file {name} cannot be read: {error.strerror}."
        if expected is None:
            # Even an optional file decides or is shown once it is there.
            return f"its {SPEC_FILE} gives no sha256 for {name}."
        if found != expected:
            return f"the file {name} is damaged or was changed (its sha256 is not the one in {SPEC_FILE})."
    return ""


def weights_sha256(folder: Path) -> str:
    """Return the hash of a model's weights: SHA-256 over ``model.xml`` followed by ``model.bin``.

    Cached evaluations and heat maps carry it: they hold for as long as the same network answers, at any thresholds.

    Raises
    ------
    ModelUnavailable
        If either file cannot be read.
    """
    digest = hashlib.sha256()
    for name in SERVED_FILES:
        try:
            digest.update((folder / name).read_bytes())
        except OSError as error:
            raise ModelUnavailable(f"{folder.name}: {name} cannot be read.", "Restore the model folder.") from error
    return digest.hexdigest()
