"""What the machine must give: records that can be written, room on the disk, and a clock that goes right."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from defect_app.errors import RecordsUnavailable
from defect_app.paths import VAR
from defect_app.readiness.report import MachineCheck
from defect_app.storage.clock import clock_problem
from defect_app.storage.database import Database, database_memory

LEAST_FREE_MB = 200
"""What a shift's records and thumbnails take, with room to notice."""


def check_machine(url: str | None = None) -> tuple[MachineCheck, ...]:
    """Look at records, disk and clock; nothing is changed.

    Parameters
    ----------
    url : str, optional
        Address of the database. Default: the setting.
    """
    return _records(url), _disk(url), _clock(url)


def _records(url: str | None) -> MachineCheck:
    try:
        database = Database(url)
        try:
            database.try_to_write()
        finally:
            database.close()
    except RecordsUnavailable as error:
        return MachineCheck("records", f"{error} {error.remedy}".strip())
    return MachineCheck("records")


def _disk(url: str | None) -> MachineCheck:
    try:
        folders = [VAR, database_memory(url).folder]
    except RecordsUnavailable:
        folders = [VAR]
    return MachineCheck("disk", disk_problem(folders))


def disk_problem(folders: Iterable[Path], least_free_mb: float = LEAST_FREE_MB) -> str:
    """Say which folder has too little room left on its disk; empty where all have enough.

    Parameters
    ----------
    folders : iterable of Path
        They need not be there yet: then it is the disk that they would be on.
    least_free_mb : float
        How much must be free, in MB.
    """
    for folder in folders:
        try:
            present = next(p for p in (folder, *folder.absolute().parents) if p.exists())
            free_mb = shutil.disk_usage(present).free / 1e6
        except OSError as error:
            return f"The disk of {folder} cannot be looked at: {error.strerror}."
        if free_mb < least_free_mb:
            return f"The disk of {folder} has {free_mb:,.0f} MB left. Make room: {least_free_mb:,.0f} MB at least."
    return ""


def _clock(url: str | None) -> MachineCheck:
    try:
        return MachineCheck("clock", clock_problem(datetime.now(UTC), database_memory(url)))
    except RecordsUnavailable:
        return MachineCheck("clock", clock_problem(datetime.now(UTC), None))
