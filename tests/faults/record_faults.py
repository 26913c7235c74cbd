"""Breaks records, each way for as long as a block runs; all are real faults of files, disks, locks and servers."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from defect_app.catalog import InspectionThresholds, read_spec
from defect_app.decision import default_point
from defect_app.points import open_records
from defect_app.storage.clock import note_moment
from defect_app.storage.memory import DatabaseMemory
from tests.faults.site import Site


def moved_away(site: Site) -> None:
    """Move the file away."""
    _leave_only_the_file(site)
    site.file.rename(site.root / "elsewhere.sqlite")


def emptied(site: Site) -> None:
    """Empty the file."""
    _leave_only_the_file(site)
    site.file.write_bytes(b"")


def folder_gone(site: Site) -> None:
    """Move the folder away."""
    site.file.parent.rename(site.root / "other")


def damaged(site: Site) -> None:
    """Overwrite the file from its beginning."""
    _leave_only_the_file(site)
    with site.file.open("r+b") as file:
        file.write(b"damaged " * 512)


def pages_damaged(site: Site) -> None:
    """Overwrite all but the file's first page: it opens, and cannot be read."""
    _leave_only_the_file(site)
    size = site.file.stat().st_size
    with site.file.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def another_program(site: Site) -> None:
    """Put another program's database in its place."""
    moved_away(site)
    with sqlite3.connect(site.file) as other:
        other.execute("CREATE TABLE shopping (item TEXT)")
    other.close()


def rows_deleted(site: Site) -> None:
    """Delete every row about points."""
    _run(site, "DELETE FROM point_events", "DELETE FROM saved_points")


def set_back(site: Site) -> None:
    """Take away the last change about activity, as an older copy would not have it."""
    _run(site, "DELETE FROM point_events WHERE id = (SELECT max(id) FROM point_events)")


def another_sites(site: Site) -> None:
    """Put another site's records in its place, in which a milder point was made active, after many changes."""
    moved_away(site)
    spec = read_spec(site.folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEFECT_APP_LAST_KNOWN", str(site.root / "other"))
        with closing(open_records(site.url)) as records:
            for number in range(5):
                mild = default_point(spec).moved(InspectionThresholds(0.9, 0.95), f"mild {number}")
                records.save_point(mild, who="Eve", activate=True)


def newer_schema(site: Site) -> None:
    """Say that a newer version of the app wrote it."""
    _run(site, "UPDATE alembic_version SET version_num = '9999'")


def threshold_as_text(site: Site) -> None:
    """Write a text where the active threshold stands."""
    _run(site, "UPDATE saved_points SET reject_at = 'high', review_at = 'a'")


def table_dropped(site: Site) -> None:
    """Drop the table of points."""
    _run(site, "DROP TABLE point_events")


def forgotten_too(site: Site) -> None:
    """Damage the file, and lose the copy of the point last known."""
    damaged(site)
    shutil.rmtree(site.root / "last-known")


def copy_changed_too(site: Site) -> None:
    """Damage the file, and raise the thresholds in the copy by hand."""
    damaged(site)
    for copy in (site.root / "last-known").rglob("active-*.json"):
        copy.write_text(copy.read_text().replace("0.05", "0.8").replace("0.1", "0.9"))


def a_folder(site: Site) -> None:
    """Put a folder in the file's place."""
    moved_away(site)
    site.file.mkdir()


def a_pipe(site: Site) -> None:
    """Put a pipe in the file's place, which nobody writes into."""
    moved_away(site)
    os.mkfifo(site.file)


def a_link_to_itself(site: Site) -> None:
    """Put a link to itself in the file's place."""
    moved_away(site)
    site.file.symlink_to(site.file.name)


def copy_is_a_pipe_too(site: Site) -> None:
    """Damage the file, and put a pipe in the place of the copy: whoever opens it waits for ever."""
    damaged(site)
    for copy in list((site.root / "last-known").rglob("active-*.json")):
        copy.unlink()
        os.mkfifo(copy)


def copy_is_nested_too(site: Site) -> None:
    """Damage the file, and nest the copy 100,000 deep."""
    damaged(site)
    for copy in (site.root / "last-known").rglob("active-*.json"):
        copy.write_text('{"content": ' + "[" * 100_000)


def clock_was_ahead(site: Site) -> None:
    """Let the newest record lie a day ahead, as where the clock was set back by a day since."""
    for folder in (site.root / "last-known").iterdir():
        note_moment(datetime.now(UTC) + timedelta(days=1), DatabaseMemory(folder))


@contextmanager
def locked(site: Site) -> Iterator[None]:
    """Keep the file locked, readers out."""
    holder = sqlite3.connect(site.file, isolation_level=None, check_same_thread=False)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.close()


@contextmanager
def read_only(site: Site) -> Iterator[None]:
    """Let nothing be written below the site, by root neither."""
    _leave_only_the_file(site)
    subprocess.run(["mount", "-o", "remount,ro", str(site.root)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(site.root)], check=True)


@contextmanager
def disk_full(site: Site) -> Iterator[None]:
    """Fill the disk that the site lies on to the last byte."""
    ballast = site.root / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def small_disk(folder: Path, size: str = "24m") -> Iterator[Path]:
    """Mount a disk of its own for a site; whoever may not mount cannot break a disk."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def silent_server() -> Iterator[str]:
    """Give the address of a server that takes connections and never says a word: a network that swallows all."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        yield f"postgresql+psycopg://inspector:secret@127.0.0.1:{listening.getsockname()[1]}/postgres"


def can_mount() -> bool:
    """Return whether this process may mount disks."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


def _leave_only_the_file(site: Site) -> None:
    """Take the write-ahead log into the file, as when the last program that used it has ended."""
    with sqlite3.connect(site.file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for leftover in site.file.parent.glob("*.sqlite-*"):
        leftover.unlink(missing_ok=True)


def _run(site: Site, *statements: str) -> None:
    with sqlite3.connect(site.file) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
