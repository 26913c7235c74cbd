"""The report as one self-contained HTML page, ready to print."""

from __future__ import annotations

import base64
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from defect_app.intake import display_name
from defect_app.reports.inspections.content import InspectionReport

TEMPLATES = Path(__file__).parents[1] / "templates"


def report_as_html(report: InspectionReport) -> bytes:
    """Return the report as an HTML page in UTF-8; all text is escaped, pictures are inside."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"data_url": _data_url, "name": display_name}
    return environment.get_template("inspections.html.jinja").render(report=report).encode("utf-8", "backslashreplace")


def _data_url(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
