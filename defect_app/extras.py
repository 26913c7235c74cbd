"""The packages that not every install has: where one is missing, an error that says how to get it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from defect_app.errors import PackageMissing
from defect_app.paths import INSTALLED

EXTRAS = {
    "explain": frozenset({"keras", "tensorflow", "tf_keras_vis"}),
    "scale": frozenset({"fsspec", "grpc_reflection", "ray"}),
    "train": frozenset({"kagglehub", "keras", "nncf", "tensorflow"}),
}
"""What each optional group of ``pyproject.toml`` brings, by the name that is imported."""


@contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Turn the failed import of an optional package inside the block into a plain error.

    Parameters
    ----------
    extra : str
        A key of `EXTRAS`.

    Raises
    ------
    PackageMissing
        If a package of this group is not installed; an import that fails for another reason goes through.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package not in EXTRAS[extra]:
            raise
        raise _missing(extra, package) from missing


def missing_package(extra: str) -> PackageMissing | None:
    """Return what `needs_extra` would raise, without importing anything; None where every package is installed.

    Parameters
    ----------
    extra : str
        A key of `EXTRAS`.
    """
    packages = [package for package in sorted(EXTRAS[extra]) if find_spec(package) is None]
    return _missing(extra, packages[0]) if packages else None


def _missing(extra: str, package: str) -> PackageMissing:
    how = f"pip install 'defect-lens[{extra}]'" if INSTALLED else "make setup"
    return PackageMissing(f"This needs {package}, which is not installed.", f"Install it with: {how}")
