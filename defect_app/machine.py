"""What this process may use of the machine: processor cores and memory, under the limits of a container too."""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Iterator
from pathlib import Path

from defect_app.settings import settings

PROC = Path("/proc")


def judging_threads() -> int:
    """Return with how many threads a model computes: what the setting says, else every core that may be used."""
    return settings().threads or usable_cores()


def usable_cores(proc: Path = PROC) -> int:
    """Return how many cores the process may use: the least of its affinity and its cgroup's quotas, at least 1.

    A quota of a core and a half counts as two: one thread could not use it up.

    Parameters
    ----------
    proc : Path
        Where the kernel describes the process.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    quotas = [quota for folder in _control_groups(proc, "cpu") if (quota := _cpu_quota(folder)) is not None]
    return max(1, min([allowed, *(math.ceil(quota) for quota in quotas)]))


def usable_memory_mb(proc: Path = PROC) -> float:
    """Return how much memory the process may use, in MB (10^6 bytes): what is built in, or its cgroup's limit.

    Parameters
    ----------
    proc : Path
        Where the kernel describes the process.
    """
    built_in = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [limit for folder in _control_groups(proc, "memory") if (limit := _memory_limit(folder)) is not None]
    return min([built_in, *limits]) / 1e6


def return_freed_memory() -> None:
    """Let the C library give back what the process has freed: it keeps much of it, in the heap of each thread."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
    if trim is not None:
        trim(0)


def _cpu_quota(folder: Path) -> float | None:
    """Return a control group's quota in cores; None where it sets none."""
    second = _numbers(folder / "cpu.max")  # version 2: quota and period in microseconds, the quota may be "max"
    if second is not None and len(second) == 2:
        return second[0] / second[1]
    quota, period = _numbers(folder / "cpu.cfs_quota_us"), _numbers(folder / "cpu.cfs_period_us")
    if quota and period and quota[0] > 0:  # version 1: -1 stands for no quota
        return quota[0] / period[0]
    return None


def _memory_limit(folder: Path) -> int | None:
    """Return a control group's limit in bytes; None where it sets none."""
    limit = _numbers(folder / "memory.max") or _numbers(folder / "memory.limit_in_bytes")
    return limit[0] if limit else None


def _numbers(file: Path) -> list[int] | None:
    try:
        return [int(part) for part in file.read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        return None


def _control_groups(proc: Path, controller: str) -> Iterator[Path]:
    """Yield the folders of the process's control group and of those around it, of cgroup version 1 and 2."""
    try:
        mounts = (proc / "self" / "mountinfo").read_text(encoding="utf-8").splitlines()
        groups = (proc / "self" / "cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return  # not Linux
    paths: dict[str, str] = {}
    for line in groups:
        _, controllers, path = line.split(":", 2)
        paths |= dict.fromkeys(controllers.split(","), path)
    for mount in mounts:
        group: str | None
        # "36 35 0:31 ROOT MOUNT_POINT OPTIONS … - TYPE SOURCE SUPER_OPTIONS", see proc(5).
        before, _, after = mount.partition(" - ")
        kind, _, options = after.split(" ", 2)
        root, mount_point = before.split(" ")[3:5]
        if kind == "cgroup2":
            group = paths.get("")
        elif kind == "cgroup" and controller in options.split(","):
            group = paths.get(controller)
        else:
            continue
        if group is not None:
            yield from _upwards(Path(mount_point), group.removeprefix(root.rstrip("/")))


def _upwards(mount_point: Path, path: str) -> Iterator[Path]:
    # Limits of the groups around a group hold for it too. A path of the host, seen from inside a container, may not
    # be there: then the mount point itself is the container's group.
    inner = mount_point / path.lstrip("/")
    yield from (folder for folder in (inner, *inner.parents) if folder.is_relative_to(mount_point) and folder.is_dir())
