"""What the cells share: a site of broken models, a site whose records are mended after each cell, and their servers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from tests.faults.record_faults import can_mount, small_disk
from tests.faults.site import GOOD_PHOTO, PART_PHOTO, Site, make_site
from tests.faults.table import Cell


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Leave the slow cells to ``make faults``: parametrise by those that this run is for."""
    for name in ("model_cell", "loaded_cell", "record_cell", "photo_cell", "special_cell"):
        if name in metafunc.fixturenames:
            cells: list[Cell] = metafunc.module.CELLS[name]
            chosen = [c for c in cells if metafunc.config.getoption("--all-faults") or c.is_quick]
            metafunc.parametrize(name, chosen, ids=[f"{c.fault.id}, {c.when}, {c.door}" for c in chosen])


@pytest.fixture(scope="session")
def record_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site on a small disk of its own, where one can be mounted."""
    root = tmp_path_factory.mktemp("site")
    if can_mount():
        with small_disk(root / "disk"):
            yield _with_a_copy(make_site(root / "disk"), root)
    else:
        yield _with_a_copy(make_site(root / "disk"), root)


def _with_a_copy(site: Site, root: Path) -> Site:
    for name in ("records", "last-known"):
        shutil.copytree(site.root / name, root / "copy" / name)
    return site


@pytest.fixture
def site(
    record_site: Site, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """Return the site as it is when all is well, the settings of this process with it."""
    for name in ("records", "last-known"):
        shutil.rmtree(record_site.root / name, ignore_errors=True)
        shutil.copytree(record_site.root.parent / "copy" / name, record_site.root / name)
    for leftover in ("other", "elsewhere.sqlite"):
        path = record_site.root / leftover
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    for photo in record_site.photos.iterdir():
        photo.unlink()
    for name, content in (("part.jpg", PART_PHOTO), ("good.jpg", GOOD_PHOTO)):
        (record_site.photos / name).write_bytes(content)
    for name, value in record_site.environment.items():
        monkeypatch.setenv(name, value)
    st.cache_resource.clear()
    yield record_site
    st.cache_resource.clear()
