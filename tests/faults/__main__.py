"""Prints the fault matrix; with ``--write`` puts it into ``docs/faults.md``."""

import re
import sys
from pathlib import Path

from tests.faults.table import as_markdown

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
BETWEEN = re.compile(r"(?<=<!-- matrix -->\n)(.*?)(?=<!-- end of matrix -->)", re.DOTALL)

if __name__ == "__main__":
    if "--write" in sys.argv:
        DOCUMENT.write_text(BETWEEN.sub(lambda _: as_markdown(), DOCUMENT.read_text(encoding="utf-8")))
    print(as_markdown())
