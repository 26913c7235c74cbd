"""Cores and memory that the process may use: affinity, and the quotas of both versions of control groups."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from defect_app.machine import usable_cores, usable_memory_mb


class Kernel:
    """A made-up ``/proc`` and control groups, as a container sees them."""

    def __init__(self, folder: Path) -> None:
        self.proc, self.groups = folder / "proc", folder / "groups"
        (self.proc / "self").mkdir(parents=True)
        self.groups.mkdir()

    def mounted(self, kind: str, *, options: str = "rw", root: str = "/", group: str = "0::/") -> None:
        line = f"36 35 0:31 {root} {self.groups} rw,nosuid shared:9 - {kind} cgroup {options}\n"
        (self.proc / "self" / "mountinfo").write_text(f"1 0 8:1 / / rw - ext4 /dev/sda rw\n{line}")
        (self.proc / "self" / "cgroup").write_text(f"{group}\n")

    def write(self, file: str, text: str) -> None:
        path = self.groups / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    return Kernel(tmp_path)


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("200000 100000", 2), ("150000 100000", 2), ("10000 100000", 1), ("max 100000", 64), ("nonsense", 64)],
)
def test_a_quota_of_version_2_bounds_the_cores(kernel: Kernel, quota: str, cores: int) -> None:
    kernel.mounted("cgroup2")
    kernel.write("cpu.max", quota)
    assert usable_cores(kernel.proc) == cores


@pytest.mark.parametrize(("quota", "cores"), [("300000", 3), ("-1", 64)])
def test_a_quota_of_version_1_bounds_the_cores(kernel: Kernel, quota: str, cores: int) -> None:
    kernel.mounted("cgroup", options="rw,cpu,cpuacct", group="4:cpu,cpuacct:/docker/abc", root="/docker/abc")
    kernel.write("cpu.cfs_quota_us", quota)
    kernel.write("cpu.cfs_period_us", "100000")
    assert usable_cores(kernel.proc) == cores


def test_the_quota_of_a_group_around_the_own_one_holds_too(kernel: Kernel) -> None:
    kernel.mounted("cgroup2", group="0::/pods/pod/container")
    kernel.write("pods/pod/container/cpu.max", "max 100000")
    kernel.write("pods/pod/cpu.max", "500000 100000")
    kernel.write("pods/cpu.max", "800000 100000")
    assert usable_cores(kernel.proc) == 5


def test_a_path_of_the_host_that_a_container_cannot_see_leads_to_the_mount_point(kernel: Kernel) -> None:
    kernel.mounted("cgroup2", group="0::/kubepods/pod7/c1")
    kernel.write("cpu.max", "400000 100000")
    assert usable_cores(kernel.proc) == 4


def test_affinity_counts_where_no_quota_is_set(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 5, 9})
    kernel.mounted("cgroup2")
    kernel.write("cpu.max", "6400000 100000")
    assert usable_cores(kernel.proc) == 3


def test_without_proc_affinity_alone_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1})
    assert usable_cores(tmp_path) == 1


@pytest.mark.parametrize(
    ("kind", "group", "file"),
    [("cgroup2", "0::/", "memory.max"), ("cgroup", "4:memory:/", "memory.limit_in_bytes")],
)
def test_memory_is_bounded_by_the_control_group(kernel: Kernel, kind: str, group: str, file: str) -> None:
    kernel.mounted(kind, options="rw,memory", group=group)
    kernel.write(file, str(1 << 28))
    assert usable_memory_mb(kernel.proc) == pytest.approx(268.435456)
    kernel.write(file, "max" if kind == "cgroup2" else str(1 << 62))
    assert usable_memory_mb(kernel.proc) > 268.435456


def test_this_process_is_counted_by_the_affinity_that_it_was_given() -> None:
    code = "import os; os.sched_setaffinity(0, {0}); from defect_app.machine import usable_cores; print(usable_cores())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "1"
