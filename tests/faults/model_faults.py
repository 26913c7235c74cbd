"""Breaks model folders, each way a function of the folder; all are real changes on disk."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np

from defect_app.catalog import read_spec, write_spec
from tests.model_folders import TinyNetwork, make_model_folder


def missing(file: Path) -> None:
    """Remove a file."""
    file.unlink()


def changed(file: Path) -> None:
    """Flip a bit in the middle of a file."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x04
    file.write_bytes(content)


def cut(file: Path) -> None:
    """Leave the first half of a file."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def unreadable(file: Path) -> None:
    """Put in a file's place what nobody can open, root neither: a link to itself."""
    file.unlink()
    file.symlink_to(file.name)


def pipe(file: Path) -> None:
    """Put a pipe in a file's place, which nobody writes into: whoever opens it waits for ever."""
    file.unlink()
    os.mkfifo(file)


def roles_exchanged(folder: Path) -> None:
    """Let good parts be called defective and the reverse."""
    text = (folder / "model.toml").read_text()
    text = text.replace('role = "ok"', 'role = "x"').replace('role = "defect"', 'role = "ok"')
    (folder / "model.toml").write_text(text.replace('role = "x"', 'role = "defect"'))


def default_raised(folder: Path) -> None:
    """Raise the model's own thresholds."""
    _replace(folder, r"reject_at = [\d.]+", "reject_at = 1.0")


def truth_value(folder: Path) -> None:
    """Write a truth value for a threshold."""
    _replace(folder, r"reject_at = [\d.]+", "reject_at = true")


def fit_changed(folder: Path) -> None:
    """Prepare photos otherwise than in training."""
    _replace(folder, 'fit = "[a-z]+"', f'fit = "{"crop" if read_spec(folder).input.fit != "crop" else "stretch"}"')


def nested(folder: Path) -> None:
    """Nest the spec 20,000 deep."""
    (folder / "model.toml").write_text("a = " + "[" * 20_000)


def digits(folder: Path) -> None:
    """Write a number of 5,000 digits."""
    _replace(folder, r"height = \d+", f"height = {'9' * 5000}")


def hash_line_removed(folder: Path) -> None:
    """Take away the line that the familiarity is checked by."""
    lines = (folder / "model.toml").read_text().splitlines()
    (folder / "model.toml").write_text("\n".join(x for x in lines if not x.startswith('"familiarity.npz"')) + "\n")


def keras_added(folder: Path) -> None:
    """Put in a file that the spec does not name."""
    (folder / "model.keras").write_bytes(b"PK")


def keras_missing(folder: Path) -> None:
    """Remove the Keras file that the sealed folder has: nothing that judges reads it."""
    _seal_with_keras(folder)
    (folder / "model.keras").unlink()


def keras_unreadable(folder: Path) -> None:
    """Put what nobody can open in the place of the Keras file."""
    _seal_with_keras(folder)
    unreadable(folder / "model.keras")


def folder_is_a_link_to_itself(folder: Path) -> None:
    """Put a link to itself in the folder's place."""
    rmtree(folder)
    folder.symlink_to(folder.name)


def _seal_with_keras(folder: Path) -> None:
    (folder / "model.keras").write_bytes(b"PK")
    write_spec(folder, read_spec(folder))


def weights_resealed(folder: Path) -> None:
    """Change the weights, and write the hashes anew as the project does: only what it answers tells."""
    weights = np.fromfile(folder / "model.bin", np.float32)
    factors = np.random.default_rng(0).uniform(0.5, 1.5, weights.size)
    # What is whole numbers in the file, such as axes, reads as next to nothing, and stays.
    np.where(np.abs(weights) > 1e-30, weights * factors, weights).astype(np.float32).tofile(folder / "model.bin")
    write_spec(folder, read_spec(folder))


def another_model(folder: Path) -> None:
    """Replace the folder by that of another, sound model of the same id, whose default point would pass the part."""
    id_, scratch = folder.name, folder.parent.parent / "scratch"
    made = make_model_folder(scratch / id_, id_, network=TinyNetwork(size=40))
    rmtree(folder)
    copytree(made, folder)
    rmtree(scratch)
    spec = read_spec(folder)
    write_spec(folder, replace(spec, title="Another"))


def _replace(folder: Path, pattern: str, new: str) -> None:
    text = (folder / "model.toml").read_text()
    changed_text, count = re.subn(pattern, new, text, count=1)
    assert count
    (folder / "model.toml").write_text(changed_text)
