"""Reads the table of the Inspect page as the browser gets it."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from defect_app.ui.session import Key


def table_of(page: AppTest) -> list[dict[str, Any]]:
    """Return the rows in the order shown; none where there is no table."""
    for element in page.get("bidi_component"):
        if Key.INSPECT_ROWS in element.proto.id:
            rows: list[dict[str, Any]] = json.loads(element.proto.json)["rows"]
            return rows
    return []


def column(page: AppTest, name: str) -> list[Any]:
    """Return a column of the table from top to bottom."""
    return [row[name] for row in table_of(page)]
