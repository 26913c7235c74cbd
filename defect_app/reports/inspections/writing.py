"""A report in the form that a file's ending names."""

from __future__ import annotations

from collections.abc import Iterable

from defect_app.errors import DefectLensError
from defect_app.inspections import StoredInspection
from defect_app.reports.inspections.content import InspectionReport

FORMS = {
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Endings, with the kind of their content."""


def report_bytes(report: InspectionReport, ending: str, inspections: Iterable[StoredInspection]) -> bytes:
    """Return a report as a file.

    Parameters
    ----------
    report : InspectionReport
        The report.
    ending : str
        One of `FORMS`.
    inspections : iterable of StoredInspection
        All that it is of; a spreadsheet lists them.

    Raises
    ------
    DefectLensError
        If there is no such form.
    """
    # Each form's library is loaded for that form alone.
    if ending == ".html":
        from defect_app.reports.inspections.html import report_as_html

        return report_as_html(report)
    if ending == ".pdf":
        from defect_app.reports.inspections.pdf import report_as_pdf

        return report_as_pdf(report)
    if ending == ".xlsx":
        from defect_app.reports.inspections.spreadsheet import report_as_spreadsheet

        return report_as_spreadsheet(report, inspections)
    raise DefectLensError(f"A report cannot be written as {ending!r}.", "Name a .html, .pdf or .xlsx file.")
