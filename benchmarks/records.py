"""Finding among many stored inspections: ``python -m benchmarks.records [--rows N] [--url ADDRESS]``.

Rows are made by the database itself, with names and words as a line would have them; then what a page asks for is timed
through the store that the page uses. Without ``--url`` a SQLite file in a temporary folder; a named database must be
empty and keeps the rows, so that a second run only measures.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text

from defect_app.cli.terminal import print_table, say
from defect_app.inspections import InspectionFilter, InspectionStore
from defect_app.inspections.identity import first_key
from defect_app.reports.inspections import gather, report_bytes
from defect_app.storage.database import Database
from defect_app.storage.tables import inspections

BUDGET_MS = 150
AT_ONCE = 50_000
REPETITIONS = 7
REPORT = "report of a shift, HTML, no pictures"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS_APART = 10
"""Between two rows, in the time that their keys say."""

_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :end)",
    "postgresql": "WITH numbers AS (SELECT n FROM generate_series(CAST(:first AS bigint), :end - 1) AS series(n))",
}
_HEX = {
    "sqlite": "printf('%08x', (n * 2654435761) % 4294967296)",
    "postgresql": "lpad(to_hex((n * 2654435761) % 4294967296), 8, '0')",
}
_MILLISECONDS = {
    "sqlite": "printf('%012x', 1767225600000 + n * 10000)",
    "postgresql": "lpad(to_hex(1767225600000 + n * 10000), 12, '0')",
}
_REST_OF_ID = "-7000-8000-000000000000"
_MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 1767225600 + n * 10, 'unixepoch')",
    "postgresql": "to_timestamp(1767225600 + n * 10)",
}


def fill(database: Database, rows: int) -> None:
    """Make rows, as far as they are missing; each is its own part, photo and name."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    with database.reading() as connection:
        there = int(connection.execute(select(func.count()).select_from(inspections)).scalar() or 0)
    verdict = "CASE WHEN n % 50 = 0 THEN 'REVIEW' WHEN n % 20 = 0 THEN 'REJECT' ELSE 'PASS' END"
    digest = f"{_HEX[kind]} || '{'0' * 56}'"
    who = "CASE n % 4 WHEN 0 THEN 'Ada' WHEN 1 THEN 'Grace' WHEN 2 THEN 'Jun' ELSE 'Olga' END"
    name = f"'shift' || (n / 2880) || '/part-' || {_HEX[kind]} || '.jpg'"
    columns = {
        "key": f"{first_key(BEGAN)} + n * {SECONDS_APART * 1000 * 2**20}",
        # A UUIDv7 of the key's millisecond, whose random bits are zero: what the key is made from.
        "id": f"substr({_MILLISECONDS[kind]}, 1, 8) || '-' || substr({_MILLISECONDS[kind]}, 9, 4) || '{_REST_OF_ID}'",
        "judged_at": _MOMENT[kind],
        "source": "CASE WHEN n % 3 = 0 THEN 'api' ELSE 'watch' END",
        "batch": "'shift-' || (n / 2880)",
        "part": f"'SN-' || {_HEX[kind]}",
        "who": who,
        "file": name, "sha256": digest, "verdict": verdict, "label": "'ok'",
        "p": """'{"ok": 0.91, "defect": 0.09}'""", "p_defect": "0.09",
        "familiar": "1" if kind == "sqlite" else "true",
        "reason": "'Defect score 0.090 is below the review threshold 0.3012.'",
        "operating_point": "'default: Review from 0.3012, reject from 0.5498.'",
        "model": "CASE WHEN n % 10 = 0 THEN 'boxes-mobilenetv2' ELSE 'casting-cnn' END",
        "model_sha256": f"'{'a1' * 32}'",
        "evidence": """'{"distance": 0.1, "limit": 0.2, "thresholds": {"review_at": 0.3, "reject_at": 0.5}}'""",
        "photo": "'thumbnail'", "once": f"{_HEX[kind]} || '{'0' * 24}'",
        "words": f"lower({name} || ' SN-' || {_HEX[kind]} || ' ' || {who} || ' shift-' || (n / 2880))",
    }  # fmt: skip
    into, values = (
        f"INSERT INTO inspections ({', '.join(columns)})",
        f"SELECT {', '.join(columns.values())} FROM numbers",
    )
    # The two disagree about which comes first.
    order = (into, _NUMBERS[kind], values) if kind == "sqlite" else (_NUMBERS[kind], into, values)
    for first in range(there, rows, AT_ONCE):
        with database.writing() as connection:
            connection.execute(text(" ".join(order)), {"first": first, "end": min(rows, first + AT_ONCE)})
        say(f"{min(rows, first + AT_ONCE):,} rows")
    if kind == "postgresql" and there < rows:
        with database.writing() as connection:
            connection.execute(text("ANALYZE inspections"))


def measured(store: InspectionStore, rows: int) -> list[tuple[str, str, str, str]]:
    """Time what a page asks for; rows of a table: what, median, CPU of this process, budget."""
    half = InspectionFilter(until=BEGAN + timedelta(seconds=SECONDS_APART * rows // 2))
    middle = store.page(half, size=1).inspections[0].record
    shift = InspectionFilter(since=BEGAN, until=BEGAN + timedelta(hours=8))
    asked: dict[str, Callable[[], object]] = {
        "first page": store.page,
        "a page from the middle": lambda: store.page(half),
        "model and verdict": lambda: store.page(InspectionFilter(model="boxes-mobilenetv2", verdict="REVIEW")),
        "person and time": lambda: store.page(InspectionFilter(who="Jun", until=half.until)),
        "part": lambda: store.page(InspectionFilter(part=middle.part or "")),
        "search, one hit": lambda: store.page(InspectionFilter(text=(middle.part or "")[3:])),
        "search, many hits": lambda: store.page(InspectionFilter(text="grace")),
        "search, three letters, no hit": lambda: store.page(InspectionFilter(text="xyz")),
        "search, two letters, many hits": lambda: store.page(InspectionFilter(text="da")),
        "search, two letters, no hit": lambda: store.page(InspectionFilter(text="qz")),
        "search, two words, no hit": lambda: store.page(InspectionFilter(text="grace qz")),
        "verdicts of a shift counted": lambda: store.count_verdicts(shift),
        REPORT: lambda: _reported(store, shift),
    }
    lines = []
    for what, ask in asked.items():
        ask()
        times, busy = [], []
        for _ in range(REPETITIONS):
            began_s, began_busy_s = time.perf_counter(), time.process_time()
            ask()
            times.append(1000 * (time.perf_counter() - began_s))
            busy.append(1000 * (time.process_time() - began_busy_s))
        median = statistics.median(times)
        outcome = "" if what == REPORT else "met" if median <= BUDGET_MS else "MISSED"
        lines.append((what, f"{median:.1f} ms", f"{statistics.median(busy):.1f} ms", outcome))
    return lines


def _reported(store: InspectionStore, wanted: InspectionFilter) -> bytes:
    report = gather(store, wanted, picture_of=lambda _: None, made_at=BEGAN, made_by="Ada")
    return report_bytes(report, ".html", store.oldest_first(wanted))


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--url")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(arguments.url or f"sqlite:///{Path(folder) / 'records.sqlite'}")
        began_s = time.perf_counter()
        fill(database, arguments.rows)
        say(f"Filled in {time.perf_counter() - began_s:.0f} s")
        lines = measured(InspectionStore(database), arguments.rows)
        print_table(
            f"{arguments.rows:,} inspections in {database.title}", ("what", "median", "CPU here", "<= 150 ms"), lines
        )
        database.close()


if __name__ == "__main__":
    main()
