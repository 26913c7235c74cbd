"""What was changed in a model folder since its ``model.toml`` was last written by the project, in words."""

from __future__ import annotations

from pathlib import Path

from defect_app.catalog.spec_file import SPEC_FILE, read_unsealed
from defect_app.catalog.verification import VERIFIED_FILES, hashes


def changes_since_sealed(folder: Path) -> tuple[str, ...]:
    """Return what sealing the folder anew, by `write_spec`, would accept; empty where it is as it was sealed.

    Raises
    ------
    ModelUnavailable
        If its spec cannot be read, whatever its identity.
    """
    spec, sealed = read_unsealed(folder)
    changes = []
    if sealed is None:
        changes.append(f"{SPEC_FILE} has no identity line")
    elif sealed != spec.identity:
        changes.append(f"{SPEC_FILE} says otherwise what decides: classes, roles, input, thresholds or hashes")
    for name in VERIFIED_FILES:
        listed, found = spec.sha256.get(name), _hash_of(folder / name)
        if listed != found:
            changes.append(
                f"{name} is missing" if found is None else f"{name} is new" if listed is None else f"{name} was changed"
            )
    return tuple(changes)


def _hash_of(path: Path) -> str | None:
    try:
        return hashes.of(path)
    except OSError:
        return None
