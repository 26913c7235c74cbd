"""The command line: one module a command, each importing what it needs only when it runs."""

from defect_app.cli.main import main

__all__ = ["main"]
