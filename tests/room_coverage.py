"""Print what share of each room's lines and branches the tests reach, from the last run with coverage.

``python -m tests.room_coverage`` after ``make test COVERAGE=1``; exit status 1 where a room lies below that share.
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

WANTED = 95
"""Per cent, of each room below ui/."""


def shares(files: dict[str, Any]) -> dict[str, float]:
    """Return each room's share of lines and branches that were reached, per cent, by the files of coverage's JSON."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path, found in files.items():
        # A module beside the rooms is a room of its own.
        counted[Path(path).parts[1].removesuffix(".py")].update(
            reached=found["summary"]["covered_lines"] + found["summary"]["covered_branches"],
            all=found["summary"]["num_statements"] + found["summary"]["num_branches"],
        )
    return {room: 100 * n["reached"] / n["all"] for room, n in sorted(counted.items()) if n["all"]}


def said_of(found: dict[str, float]) -> tuple[str, ...]:
    """Return a line a room, with the mark of those below the wanted share."""
    return tuple(
        f"{room:16} {share:5.1f} %{'' if share >= WANTED else f'  below {WANTED} %'}" for room, share in found.items()
    )


def main() -> int:
    """Print a line a room; return 1 where one lies below the wanted share, else 0."""
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    found = shares(report["files"])
    print(*said_of(found), sep="\n")
    return int(min(found.values()) < WANTED)


if __name__ == "__main__":
    sys.exit(main())
