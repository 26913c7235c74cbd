"""Processes of a test's own that may be killed: forked from one that has imported what they need, and nothing else."""

import multiprocessing

FRESH = multiprocessing.get_context("forkserver")
# One list for all: the process that is forked from starts once, and the last list that was set would be its only one.
FRESH.set_forkserver_preload([
    "alembic.command", "tests.inspections.test_kills", "tests.storage.test_crashes", "tests.storage.test_database",
])  # fmt: skip
